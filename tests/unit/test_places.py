from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from xacthuc.cleaning.place_chains import join_paths
from xacthuc.cleaning.place_context import PlaceContext, find_context
from xacthuc.cleaning.place_index import load_index
from xacthuc.cleaning.place_keys import fold_place, make_place_key
from xacthuc.cleaning.place_rows import _list_official, open_reader
from xacthuc.cleaning.places import CleanPlaces, PlaceTree, clean_places
from xacthuc.codes.units import load_units
from xacthuc.findings import get_code

Row = tuple[str | None, str | None, str | None, str | None]
HOME = ["UBND XÃ HẢI MINH"]  # Huyện Hải Hậu, Tỉnh Nam Định: 36, 366, 14233


def read(*rows: Row, tree: PlaceTree = "2021", context: object = ()) -> CleanPlaces:
    columns = [pa.array([row[number] for row in rows], pa.string()) for number in range(4)]
    return clean_places(*columns, tree=tree, context=context)


def codes_of(places: CleanPlaces, row: int = 0) -> tuple[str | None, str | None, str | None]:
    return (places.province[row].as_py(), places.district[row].as_py(), places.commune[row].as_py())


def findings_of(places: CleanPlaces, row: int = 0) -> list[tuple[str, str]]:
    found = [(name, codes[row].as_py()) for name, codes in places.findings]
    return [(name, code) for name, code in found if code]


def address(text: str | None, *, context: object = (), tree: PlaceTree = "2021") -> CleanPlaces:
    return read((None, None, None, text), context=context, tree=tree)


@pytest.mark.parametrize(
    ("province", "district", "commune", "code"),
    [
        ("Tỉnh Nam Định", "Huyện Hải Hậu", "Xã Hải Minh", "14233"),
        ("nam định", "hải hậu", "hải minh", "14233"),
        ("36", "366", "14233", "14233"),
        ("36.0", None, "14233.0", "14233"),
        ("1", "1", "00001", "00001"),
        (None, None, "Xã Hải Minh, Huyện Hải Hậu, Tỉnh Nam Định", "14233"),
        ("TP.HCM", "Q.Gò Vấp", "P.8", "26898"),
        ("TPHCM", "Gò Vấp", "P8", "26898"),
        ("Tp. HCM", "Q. Gò Vấp", "F.8", "26898"),
        ("Sài Gòn", "Gò Vấp", "08", "26898"),
        ("TP HCM", "Gò Vấp", "8.0", "26898"),
        ("Thành phố Hồ Chí Minh", "Q8", "Phường 8", "27388"),
        ("HN", "Ba Đình", "Phúc Xá", "00001"),
        ("Bà Rịa - Vũng Tàu", "TP Vũng Tàu", "P1", "26506"),
        ("BR-VT", "Vũng Tàu", "Phường 1", "26506"),
        ("TT Huế", "TP Huế", "Phường An Cựu", "19801"),
        ("Hà Tĩnh", "TX Kỳ Anh", "Kỳ Nam", "18847"),
        ("Lào Cai", "Sa Pa", "Phường Sa Pa", "03001"),
        ("Lào Cai", "Sa Pa", "Phường Sa Pả", "03002"),
        ("Đắk Lắk", "Cư M’gar", "Ea Kpam", "24280"),
        ("Hà Nội", "Cầu Giấy", "Phường Yên Hòa", "00172"),  # the list writes Hoà
        ("Hà Nội", "Cầu Giấy", "Phường Yên Ho\u0300a", "00172"),
    ],
)
def test_columns_are_understood_in_the_ways_of_clerks(
    province: str | None, district: str | None, commune: str, code: str
) -> None:
    places = read((province, district, commune, None))
    unit = load_units("2021").get(code)
    assert unit is not None
    above = [above.code for above in load_units("2021").ancestors(code)]
    assert codes_of(places) == (above[1], above[0], code)
    assert findings_of(places) == []


@pytest.mark.parametrize(
    ("row", "code", "finding"),
    [
        (("NAM DINH", "HAI HAU", "HAI MINH", None), "14233", "place_marks_lost"),
        (("Nam Định", "Hải Hậu", "Xã Hải Mình", None), "14233", "place_marks_lost"),
        (("Dak Lak", "Krông Păk", "Ea Knuêc", None), "24505", "place_marks_lost"),
        (("Nam Định", "Hải Hậu", "Phường Hải Minh", None), "14233", "place_type_differs"),
        (("TP Hồ Chí Minh", "Quận 9", "Hiệp Phú", None), "26839", "place_type_differs"),
        (("Đắk Lắk", "Không Biết", "Ea KNuec", None), "24505", "place_unknown"),
    ],
)
def test_what_was_restored_or_left_out_is_said(row: Row, code: str, finding: str) -> None:
    places = read(row)
    assert codes_of(places)[2] == code
    assert [code for _, code in findings_of(places)] == [finding]


@pytest.mark.parametrize(
    ("row", "known", "finding"),
    [
        (("LAO CAI", "SA PA", "PHUONG SA PA", None), ("10", "088", None), "place_ambiguous"),
        (("Hà Tĩnh", "Kỳ Anh", None, None), ("42", None, None), "place_ambiguous"),
        (("Nam Định", "Giao Thủy", "Xã Hải Minh", None), ("36", None, None), "place_contradiction"),
        (("An Giang", "Hải Hậu", "Xã Hải Minh", None), (None, None, None), "place_contradiction"),
        (("Nam Định", "Hải Hậu", "Xã Không Có", None), ("36", "366", None), "place_unknown"),
        (("Nam Định", "Hải Hậu", None, None), ("36", "366", None), "place_incomplete"),
        ((None, None, "Tân Thành", None), (None, None, None), "place_ambiguous"),
        ((None, None, "12", None), (None, None, None), "place_ambiguous"),
        ((None, None, "99999", None), (None, None, None), "place_unknown"),
        (("Sơn La", "Mai Sơn", "Hát Lót", None), ("14", "125", None), "place_ambiguous"),
    ],
)
def test_never_a_guess(row: Row, known: tuple[str | None, ...], finding: str) -> None:
    places = read(row)
    assert codes_of(places) == known
    assert [code for _, code in findings_of(places)] == [finding]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Số 260, Ấp Kiến Bình 2, Kiến Thành, Chợ Mới, An Giang", "30649"),
        ("Số 260, Ấp Kiến Bình 2, Xã Kiến Thành, Huyện Chợ Mới, Tỉnh An Giang, Việt Nam", "30649"),
        ("An Giang, Chợ Mới, Kiến Thành", "30649"),
        ("Hòa Bình, Kiến Thành, Chợ Mới, An Giang", "30649"),  # a hamlet with the name of another commune there
        ("Số 12 xóm 3 xã Hải Minh huyện Hải Hậu tỉnh Nam Định", "14233"),
        ("Xóm 3 - xã Hải Minh - huyện Hải Hậu - tỉnh Nam Định", "14233"),
        ("Xóm 3, Xã Hải Minh\nHuyện Hải Hậu", "14233"),
        ("Phường 1, TP Vũng Tàu, Bà Rịa - Vũng Tàu", "26506"),
        ("12/3 Đường 30/4, P.1, TP. Vũng Tàu", "26506"),
        ("Xã Hải Minh", "14233"),
        ("ấp 2 xã ngọc lĩnh thị xã nghi sơn tỉnh thanh hóa", "16582"),
        ("Xã Hải Minh, Hải Hậu, Ninh Bình", "14233"),  # the province of 2025 around the commune of 2021
    ],
)
def test_an_address_in_one_cell(text: str, code: str) -> None:
    places = address(text)
    assert codes_of(places)[2] == code
    assert findings_of(places) == []


def test_an_address_without_marks_is_restored_if_one_unit_fits() -> None:
    places = address("so 12 xom 3 xa hai minh huyen hai hau tinh nam dinh")
    assert codes_of(places)[2] == "14233"
    assert findings_of(places) == [("address", "place_marks_lost")]


@pytest.mark.parametrize(
    ("text", "code", "finding"),
    [
        ("Xóm 14", "14233", None),
        ("X 2", "14233", None),
        (None, "14233", None),
        ("  ", "14233", None),
        ("Chiêm Sơn", "14233", None),
        ("Hải Minh", "14233", None),
        ("Hải Anh", "14236", None),
        ("Tổ 5 Hải Anh", "14236", None),
        ("Xã Giao Lạc", "14185", None),  # the only one in the province
        ("Hai Anh", "14236", "place_marks_lost"),
        ("xã Hải Không", None, "place_unknown"),
        ("Hải Phòng", None, "place_incomplete"),
        ("Kiến Thành, Chợ Mới", "30649", None),
        ("một câu rất dài không phải là địa chỉ của ai cả", "14233", None),
    ],
)
def test_a_sheet_of_a_commune(text: str | None, code: str | None, finding: str | None) -> None:
    places = address(text, context=HOME)
    assert codes_of(places)[2] == code
    assert [code for _, code in findings_of(places)] == ([finding] if finding else [])


def test_columns_that_hold_the_commune_of_the_sheet_mean_it() -> None:
    places = read(("Nam Định", "Hải Hậu", None, None), ("Nam Định", "Giao Thủy", None, "Xóm 1"), context=HOME)
    assert codes_of(places, 0) == ("36", "366", "14233")
    assert codes_of(places, 1) == ("36", "365", None)


def test_two_units_of_a_name_beside_the_commune_of_the_sheet() -> None:
    context = PlaceContext(path=("14", "125", "04108"))
    places = address("Hát Lót", context=context)
    assert codes_of(places) == ("14", "125", None)
    assert findings_of(places) == [("address", "place_ambiguous")]


def test_the_address_is_not_read_beside_a_commune() -> None:
    places = read(("Nam Định", "Hải Hậu", "Xã Hải Minh", "Xã Hải Anh"))
    assert codes_of(places)[2] == "14233"


def test_a_name_of_several_communes_is_the_one_where_nearly_all_others_live() -> None:
    rows: list[Row] = [(None, None, None, f"Xóm {number}, Xã Hải Minh") for number in range(40)]
    places = read((None, None, None, "Xã Hải Hà"), *rows)
    assert codes_of(places)[2] == "14251"
    assert codes_of(read((None, None, None, "Xã Hải Hà"), *rows[:5]))[2] is None
    strangers: list[Row] = [(None, None, None, "Kiến Thành, Chợ Mới, An Giang")] * 20
    assert codes_of(read((None, None, None, "Xã Hải Hà"), *rows, *strangers))[2] is None


@pytest.mark.parametrize(
    ("texts", "path"),
    [
        (["UBND XÃ HẢI MINH", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"], ("36", "366", "14233")),
        (["DS tiem vac xin xa Hai Minh (den 30.11).xlsx"], ("36", "366", "14233")),
        (["ds_tiem_xã_Hải_Minh"], ("36", "366", "14233")),
        (["DANH SÁCH TIÊM XÃ HẢI MINH NĂM 2021"], ("36", "366", "14233")),
        (["TTYT HUYỆN CHỢ MỚI", "TYT xã Kiến Thành"], ("89", "893", "30649")),
        (["TRẠM Y TẾ", "Xã Không Có"], ("", "", "")),
        (["xã Hải Minh", "xã Hải Anh"], ("36", "366", "")),
        ([], ("", "", "")),
    ],
)
def test_letterheads(texts: list[str], path: tuple[str, str, str]) -> None:
    assert find_context(texts).path == path


def test_a_letterhead_of_two_communes_needs_the_province() -> None:
    context = find_context(["TRẠM Y TẾ XÃ KIẾN THÀNH"])
    assert context.path == ("", "", "")
    assert len(context.places) == 2
    assert context.code == "place_context_ambiguous"
    settled = find_context(["TRẠM Y TẾ XÃ KIẾN THÀNH"], province="89")
    assert settled.path == ("89", "893", "30649")
    assert settled.code is None
    assert find_context(["XÃ KIẾN THÀNH"], province="01").code == "place_context_ambiguous"
    assert find_context(["XÃ CHỢ MỚI"], tree="2025", province="89").path == ("91", "", "30628")


def test_names_of_2025_are_carried_back_as_far_as_it_is_certain() -> None:
    places = read(
        ("An Giang", None, "Xã Chợ Mới", None),
        ("Hà Nội", None, "Phường Hồng Hà", None),
        ("Ninh Bình", None, "Hải Anh", None),
        ("Cao Bằng", None, None, None),
        ("An Giang", None, None, None),
        (None, "Chợ Mới", "Kiến Thành", None),
        tree="2025",
    )
    assert places.commune_2025.to_pylist() == ["30628", "00097", "14236", None, None, None]
    assert codes_of(places, 0) == ("89", "893", None)
    assert codes_of(places, 1) == ("01", None, None)
    assert codes_of(places, 2) == ("36", "366", None)
    assert codes_of(places, 3) == ("04", None, None)
    assert codes_of(places, 4) == (None, None, None)
    assert codes_of(places, 5) == ("89", "893", "30649")
    assert findings_of(places, 5) == [("commune", "place_of_2021")]


def test_a_commune_of_2025_that_is_one_old_commune_gives_that_one() -> None:
    units = load_units("2025")
    names = [(units.ancestors(unit.code)[0], unit) for unit in units.communes()]
    places = read(*((above.full_name, None, unit.full_name, None) for above, unit in names), tree="2025")
    assert places.commune_2025.to_pylist() == [unit.code for _, unit in names]
    exact = [(unit, code) for (_, unit), code in zip(names, places.commune.to_pylist(), strict=True) if code]
    assert len(exact) > 100
    assert all(load_units("2021").get(code) for _, code in exact)


def test_a_sheet_of_a_commune_of_2025() -> None:
    context = find_context(["UBND XÃ HẢI ANH", "TỈNH NINH BÌNH"], tree="2025")
    places = read((None, None, None, "Xóm 1"), (None, None, None, "Hải Hậu"), tree="2025", context=context)
    units = [load_units("2025").get(code) for code in places.commune_2025.to_pylist()]
    assert [unit.full_name for unit in units if unit] == ["Xã Hải Anh", "Xã Hải Hậu"]


def test_a_name_of_2025_among_names_of_2021() -> None:
    places = read(("Hà Nội", None, "Phường Phú Diễn", None), ("Hà Nội", None, "Phường Hồng Hà", None))
    assert codes_of(places, 0)[0] == "01"
    only_new = address("Phường Từ Liêm, Hà Nội")
    assert only_new.commune_2025[0].as_py() is not None
    assert findings_of(only_new) == [("address", "place_of_2025")]
    # Xã Hồng Hà of 2021 with the wrong type, or Phường Hồng Hà of 2025: nobody can tell.
    assert codes_of(places, 1) == ("01", None, None)
    assert findings_of(places, 1) == [("commune", "place_ambiguous")]


def test_every_commune_of_2021_is_found_by_its_full_names() -> None:
    tree = load_units("2021")
    above = [tree.ancestors(unit.code) for unit in tree.communes()]
    rows = [
        (up[1].full_name, up[0].full_name, unit.full_name, None)
        for up, unit in zip(above, tree.communes(), strict=True)
    ]
    places = read(*rows)
    assert places.commune.to_pylist() == [unit.code for unit in tree.communes()]
    assert places.findings == ()


def test_bare_names_without_marks_are_right_or_open() -> None:
    tree = load_units("2021")
    rows: list[Row] = []
    for unit in tree.communes():
        up = tree.ancestors(unit.code)
        names = (make_place_key([name]) or "" for name in (up[1].name, up[0].name, unit.name))
        rows.append((*(name.replace("<", " ") for name in names), None))
    found = read(*rows).commune.to_pylist()
    pairs = list(zip(found, tree.communes(), strict=True))
    assert not [code for code, unit in pairs if code is not None and code != unit.code]
    assert sum(code is None for code in found) < 200


def test_places_outside_the_trees_are_text() -> None:
    places = read(
        (None, None, "São Paulo", "12 rua"), (None, None, None, " Łódź-Górna "), (None, None, None, None), tree="none"
    )
    assert places.place.to_pylist() == ["SAO<PAULO", "U0141ODZ<GORNA", None]
    assert places.commune.null_count == 3
    assert places.findings == ()


def test_columns_may_be_chunked_encoded_and_empty() -> None:
    texts = pa.chunked_array([["Xã Hải Minh"], [None, ""]], pa.string())
    nothing = pa.nulls(3, pa.string())
    for commune in (texts, texts.combine_chunks().dictionary_encode()):
        places = clean_places(nothing, nothing, commune, nothing, tree="2021")
        assert places.commune.to_pylist() == ["14233", None, None]
    empty = pa.array([], pa.string())
    assert len(clean_places(empty, empty, empty, empty, tree="2021").commune) == 0


def test_repeated_rows_come_back_in_their_order() -> None:
    tree = load_units("2021")
    communes = tree.communes()[:300]
    order = pa.array(np.random.default_rng(7).integers(0, len(communes), 20_000))
    columns = [
        pa.array([tree.ancestors(unit.code)[1].name for unit in communes]).take(order),
        pa.array([tree.ancestors(unit.code)[0].name for unit in communes]).take(order),
        pa.array([unit.full_name for unit in communes]).take(order),
    ]
    places = clean_places(*columns, pa.nulls(len(order), pa.string()), tree="2021")
    assert pc.all(pc.equal(places.commune, pa.array([unit.code for unit in communes]).take(order))).as_py()


def test_memory_of_texts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xacthuc.cleaning.place_index.MAX_TEXTS", 3)
    monkeypatch.setattr("xacthuc.cleaning.place_rows.MAX_PLACES", 2)
    rows: list[Row] = [
        (None, None, None, f"Xóm {number}, Xã Hải {name}") for number in range(9) for name in ("Minh", "Anh")
    ]
    assert read(*rows).commune.to_pylist() == ["14233", "14236"] * 9


def test_hostile_texts_end() -> None:
    rows: list[Row] = [
        (None, None, None, text)
        for text in ("-" * 5_000, "xã " * 2_000, ", ".join(["Tân Thành"] * 300), "(" * 999, "'", "\u0301")
    ]
    places = read(*rows, *((text, text, text, None) for *_, text in rows))
    assert len(places.commune) == 12


def test_every_code_has_its_sentences() -> None:
    for name in (
        "place_unknown", "place_ambiguous", "place_contradiction", "place_incomplete", "place_marks_lost",
        "place_type_differs", "place_of_2025", "place_of_2021", "place_context_ambiguous",
    ):  # fmt: skip
        assert get_code(name).stage == "places"


def test_folded_words() -> None:
    assert fold_place("Hoà").words == fold_place("HÒA").words == fold_place("Ho\u0300a").words
    assert fold_place("Mỹ Lý").words == fold_place("Mĩ Lí").words
    assert fold_place("Thúy") != fold_place("Thúi")
    assert fold_place("P08").words == (("P", ""), ("8", ""))
    assert fold_place("8.0").words == (("8", ""),)
    assert fold_place("Ea H'leo") == fold_place("EA HLEO") != fold_place("Éa Hleo")
    assert not fold_place("HAI MINH").has_marks


def test_paths_share_from_the_top() -> None:
    assert join_paths([("36", "366", "14233"), ("36", "366", "14236")]) == ("36", "366", "")
    assert join_paths([("36", "", "1"), ("36", "", "2")]) == ("36", "", "")
    assert join_paths([("36", "", "1")]) == ("36", "", "1")
    assert join_paths([("36", "366", ""), ("89", "366", "")]) == ("", "", "")


def test_an_index_knows_codes_of_its_tree_only() -> None:
    assert load_index("2021").get("366") is not None
    assert load_index("2025").get("366") is None


@pytest.mark.shared
def test_the_register_of_the_sample_is_understood_in_full() -> None:
    path = Path(__file__).resolve().parents[2].parent / "shared" / "workbooks" / "register.csv"
    if not path.exists():
        pytest.skip("../shared/workbooks is not beside the checkout")
    from pyarrow import csv

    types = csv.ConvertOptions(column_types={"commune_code": pa.string()}, strings_can_be_null=True)
    register = csv.read_csv(path, convert_options=types)
    columns = [register[name].cast(pa.string()) for name in ("province", "district", "commune", "address")]
    places = clean_places(*columns, tree="2021")
    assert pc.all(pc.equal(places.commune, register["commune_code"].combine_chunks())).as_py()
    assert places.findings == ()


@pytest.mark.parametrize("codes", [("", "", "00001 "), ("01 ", "001 ", "00001 ")])
def test_a_code_before_the_name_of_its_own_unit_is_no_number_of_a_ward(codes: tuple[str, str, str]) -> None:
    names = ("Thành phố Hà Nội", "Quận Ba Đình", "Phường Phúc Xá")
    columns = [pa.array([code + name]) for code, name in zip(codes, names, strict=True)]
    places = clean_places(*columns, pa.nulls(1, pa.string()), tree="2021")
    assert (places.commune.to_pylist(), places.findings) == (["00001"], ())


def test_places_as_the_list_writes_them_are_known_at_once_and_are_what_reading_gives() -> None:
    known = _list_official()
    assert len(known) > 21_000
    reader = open_reader("2021", PlaceContext())
    for texts, place in islice(known.items(), 0, None, 37):
        assert reader.read(*texts, "Xóm 2") == reader._read_once(*texts, "Xóm 2") == place
