from __future__ import annotations

import pytest

from xacthuc.codes.units import UnitTree, list_unmapped, load_units, predecessors, successors


@pytest.mark.parametrize(
    ("tree", "level", "count"),
    [
        ("2021", "province", 63), ("2021", "district", 705), ("2021", "commune", 10_599),
        ("2025", "province", 34), ("2025", "district", 0), ("2025", "commune", 3_321),
    ],
)  # fmt: skip
def test_counts_are_the_official_ones(tree: str, level: str, count: int) -> None:
    assert load_units(tree).count(level) == count


def test_types_of_2021_are_the_official_ones() -> None:
    tree = load_units("2021")
    types = [unit.type for unit in tree.communes()]
    assert {name: types.count(name) for name in set(types)} == {"Xã": 8248, "Phường": 1737, "Thị trấn": 614}
    types = [unit.type for unit in tree.districts()]
    assert {name: types.count(name) for name in set(types)} == {"Huyện": 524, "Thành phố": 83, "Thị xã": 52, "Quận": 46}
    assert sum(unit.type == "Đặc khu" for unit in load_units("2025").communes()) == 13


def test_a_commune_knows_what_is_above_it() -> None:
    tree = load_units("2021")
    commune = tree.get("14233")
    assert commune is not None
    assert commune.full_name == "Xã Hải Minh"
    assert [unit.full_name for unit in tree.ancestors("14233")] == ["Huyện Hải Hậu", "Tỉnh Nam Định"]
    assert commune in tree.children("366")
    assert tree.ancestors("36") == tree.ancestors("99999") == tree.children("14233") == ()


def test_missing_codes_are_none() -> None:
    tree = load_units("2021")
    assert tree.get(None) is None
    assert tree.get("99999") is None


def test_every_unit_hangs_on_a_province_with_a_position_in_vietnam() -> None:
    for name in ("2021", "2025"):
        tree = load_units(name)
        assert len(tree) == len(list(tree)) == sum(tree.count(level) for level in ("province", "district", "commune"))
        for unit in tree:
            top = (unit, *tree.ancestors(unit.code))[-1]
            assert top.level == "province"
            assert top.lat is not None
            assert top.lon is not None
            assert 8 < top.lat < 24
            assert 102 < top.lon < 110


def test_a_code_means_another_unit_in_the_other_tree() -> None:
    old, new = load_units("2021"), load_units("2025")
    assert sum(old.get(unit.code) is not None for unit in new.communes()) == 3_315
    first, second = old.get("14236"), new.get("14236")
    assert first is not None
    assert second is not None
    assert first.key != second.key


def test_the_five_districts_without_communes_have_successors() -> None:
    tree = load_units("2021")
    empty = [unit for unit in tree.districts() if not tree.children(unit.code)]
    assert [unit.name for unit in empty] == ["Bạch Long Vĩ", "Cồn Cỏ", "Hoàng Sa", "Lý Sơn", "Côn Đảo"]
    assert all(load_units("2025").get(successors(unit.code)[0].code) for unit in empty)


def test_successors_lie_in_the_province_that_follows() -> None:
    new = load_units("2025")
    for unit in load_units("2021").communes():
        province = load_units("2021").ancestors(unit.code)[-1]
        after = {successor.code for successor in successors(province.code)}
        assert {new.ancestors(successor.code)[0].code for successor in successors(unit.code)} <= after


def test_divided_communes_have_one_default_and_merged_ones_none() -> None:
    counts = {"whole": 0, "divided": 0, "unmapped": 0}
    for unit in load_units("2021").communes():
        following = successors(unit.code)
        assert sum(successor.default for successor in following) == (1 if following else 0)
        assert all(successor.whole == (len(following) == 1) for successor in following)
        assert not following or following[0].default
        counts["unmapped" if not following else "whole" if following[0].whole else "divided"] += 1
    assert counts == {"whole": 9_561, "divided": 471, "unmapped": 567}
    assert len(list_unmapped()) == 567


def test_predecessors_are_the_way_back() -> None:
    assert "14233" in predecessors(successors("14233")[0].code)
    assert predecessors("00000") == ()
    assert all(predecessors(unit.code) for unit in load_units("2025").communes())
    assert set(predecessors("91")) == {"89", "91"}


def test_a_tree_without_a_parent_is_refused() -> None:
    commune = load_units("2021").get("14233")
    assert commune is not None
    with pytest.raises(AssertionError):
        UnitTree("2021", {commune.code: commune})
