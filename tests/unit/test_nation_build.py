import numpy as np
import pyarrow.parquet as pq
import pytest
from nation_tables import NAMES, make_nation, rates

from xacthuc.nation import Rates, TooManyDosesError, build_nation
from xacthuc.nation.rates import load_rates


def test_the_same_seed_gives_the_same_rows_whatever_the_workers(tmp_path):
    one = make_nation(tmp_path / "one", people=3000, doses=1800, seed=5, chunk_people=1000)
    two = make_nation(tmp_path / "two", people=3000, doses=1800, seed=5, chunk_people=1000, workers=2)
    for name in NAMES:
        assert one[name].equals(two[name]), name


def test_another_seed_gives_another_nation(tmp_path):
    one = make_nation(tmp_path / "one", people=1000, doses=600, seed=5)
    two = make_nation(tmp_path / "two", people=1000, doses=600, seed=6)
    assert not set(one["register"]["number12"].to_pylist()) & set(two["register"]["number12"].to_pylist())
    assert one["claims"]["record"].to_pylist() != two["claims"]["record"].to_pylist()


def test_chunks_never_share_a_number_or_an_id(tmp_path):
    nation = make_nation(tmp_path, people=6000, doses=3600, seed=8, chunk_people=700, provinces=("36",))
    for table, column in (("register", "id"), ("register", "number12"), ("claims", "record")):
        values = nation[table][column].to_pylist()
        assert len(set(values)) == len(values)
    assert nation["register"].num_rows == 6000
    assert nation["sessions"]["given"].to_numpy().sum() == 3600


def test_a_row_group_is_a_chunk(tmp_path):
    build_nation(tmp_path, people=2500, doses=1500, seed=1, chunk_people=1000)
    assert pq.ParquetFile(tmp_path / "register.parquet").num_row_groups == 3


def test_a_nation_can_be_a_province(tmp_path):
    nation = make_nation(tmp_path, people=2000, doses=1200, seed=2, provinces=("36", "49"))
    assert set(nation["register"]["province"].to_pylist()) == {"Tỉnh Nam Định", "Tỉnh Quảng Nam"}
    homes = [number[:3] for number in nation["register"]["number12"].to_pylist()]
    assert 0.7 < np.mean([home in ("036", "049") for home in homes]) < 0.97


def test_an_unknown_province_is_a_broken_assumption(tmp_path):
    with pytest.raises(AssertionError, match="province"):
        build_nation(tmp_path, people=100, doses=10, seed=1, provinces=("05",))


def test_more_doses_than_people_can_have_had_are_refused(tmp_path):
    with pytest.raises(TooManyDosesError, match="too many"):
        build_nation(tmp_path, people=1000, doses=2000, seed=1)


def test_many_doses_make_more_second_doses(tmp_path):
    nation = make_nation(tmp_path, people=2000, doses=2300, seed=1)
    numbers = nation["truth"]["dose_no"].to_numpy()
    assert (numbers == 2).mean() > 0.35
    assert nation["sessions"]["given"].to_numpy().sum() == 2300


def test_progress_is_told(tmp_path):
    told = []
    build_nation(tmp_path, people=2000, doses=1200, seed=1, chunk_people=1000, progress=lambda *said: told.append(said))
    assert told == [
        ("people", 1000), ("people", 2000), ("people", None), ("records", 1000), ("records", 2000), ("records", None),
    ]  # fmt: skip


def test_rates_can_be_replaced(tmp_path):
    clean = {name: 0.0 for name in load_rates() if name.startswith(("name_", "number_", "birth_", "sex_", "encoding_"))}
    none = rates(**clean, cmnd_used=0, not_in_register=0, foreigners=0, unrecorded=0, entered_twice=0)
    nation = make_nation(tmp_path, people=2000, doses=1200, seed=1, rates=none)
    assert nation["claims"].num_rows == 1200
    assert set(nation["truth"]["expected_identity"].to_pylist()) == {"MATCHED"}
    assert nation["unrecorded"].num_rows == 0


@pytest.mark.parametrize(("name", "value"), [("no_such_rate", 0.1), ("moved", 1.5), ("moved", -0.1)])
def test_rates_that_cannot_be_are_refused(name, value):
    with pytest.raises(ValueError, match="share"):
        Rates({name: value})


def test_every_rate_names_its_source_and_what_it_is_of():
    for name, entry in load_rates().items():
        assert entry.source, name
        assert entry.of, name
        assert 0 <= entry.rate <= 1, name
