"""The lists of lots and of sessions: as systems and clerks write them, and what a run makes of them."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from line import write_csv, write_workbook
from village import DOSE, HEADINGS, note_person, write_register
from xacthuc import pipeline
from xacthuc.codes.vaccines import LotFileError, collect_lots, lot_key
from xacthuc.nation import build_nation
from xacthuc.rules import Lot, Session
from xacthuc.runs import supply
from xacthuc.runs.order import Order, VerifyRefused
from xacthuc.runs.supply import ListRefused, load_lots, load_sessions, load_supply, site_key

LOTS = [["lot", "vaccine", "expires"], ["ab x2304", "AZ", "2021-12-31"], ["FH0114", "Pfizer", None]]
KNOWN = [Lot("ABX2304", "AstraZeneca", date(2021, 12, 31)), Lot("FH0114", "Comirnaty")]


def write_text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "\ufefflot,vaccine,expires\nab x2304,AZ,2021-12-31\nFH0114,Pfizer,\n",
        "STT;Tên vắc xin;Số lô;Hạn dùng\n1;AstraZeneca;ABX2304;31/12/2021\n2;Comirnaty;FH0114;\n",
        "DANH MỤC LÔ VẮC XIN,,\n,,\nLoại vắc xin,Số lô,HSD\nAZ,ABX2304,31/12/2021\n,,\nPfizer,FH0114,\n",
    ],
)
def test_lots_are_read_as_they_are_written(tmp_path: Path, text: str) -> None:
    assert load_lots(write_text(tmp_path / "lots.csv", text)) == KNOWN


def test_lots_may_be_parquet_or_a_workbook(tmp_path: Path) -> None:
    columns = [list(column) for column in zip(*LOTS[1:], strict=True)]
    pq.write_table(pa.table(columns, names=LOTS[0]), tmp_path / "lots.parquet")
    assert load_lots(tmp_path / "lots.parquet") == KNOWN
    assert load_lots(write_workbook(tmp_path / "lots.xlsx", {"Lô": LOTS})) == KNOWN


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("number,product\n1,AZ\n", 1),
        ("lot,vaccine\n,AZ\n", 2),
        ("lot,vaccine\nA1,nothing\n", 2),
        ("lot,vaccine\nA1,AZ\nA1,Pfizer\n", 3),
        ("lot,vaccine\nA1,\n", 2),
        ("lot,vaccine,expires\nA1,AZ,soon\n", 2),
        ("lot,vaccine,expires\nA1,AZ,2021\n", 2),
        ("", None),
    ],
)
def test_a_bad_list_of_lots_says_where(tmp_path: Path, text: str, row: int | None) -> None:
    with pytest.raises(ListRefused, match=f"row {row}:" if row else "cannot be read") as caught:
        load_lots(write_text(tmp_path / "lots.csv", text))
    assert caught.value.row == row


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lots.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000)
    with pytest.raises(ListRefused, match="cannot be read"):
        load_lots(tmp_path / "lots.xls")
    page = (
        "<html><body><table><tr><td>lot</td><td>vaccine</td></tr><tr><td>A1</td><td>AZ</td></tr></table></body></html>"
    )
    with pytest.raises(ListRefused, match="csv, Parquet or xlsx"):
        load_lots(write_text(tmp_path / "lots.html", page))


def test_too_many_are_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xacthuc.codes.vaccines.MAX_LOTS", 2)
    with pytest.raises(LotFileError, match="more than 2"):
        collect_lots((n, {"lot": f"A{n}", "vaccine": "AZ"}) for n in range(2, 5))
    monkeypatch.setattr(supply, "MAX_SESSIONS", 2)
    with pytest.raises(ListRefused, match="too many"):
        load_sessions(write_text(tmp_path / "s.csv", "site,date\nA,2021-08-01\nA,2021-08-02\n"))
    assert lot_key(" abx 2304") == "ABX2304"


def test_sessions_are_known_by_code_and_by_name(tmp_path: Path) -> None:
    both = write_text(tmp_path / "a.csv", "site,name,date\nS1,TYT Xã Hải Minh,2021-08-01\n")
    day = date(2021, 8, 1)
    assert load_sessions(both) == [Session("S1", day), Session("TYT Xã Hải Minh", day)]
    clerk = write_text(tmp_path / "b.csv", "Điểm tiêm,Ngày tiêm\nTrạm Y tế xã Hải Minh,1/8/2021\n")
    assert load_sessions(clerk) == [Session("Trạm Y tế xã Hải Minh", day)]
    for text in ("site,date\nA,\n", "site,date\n,2021-08-01\n", "site,name\nA,B\n"):
        with pytest.raises(ListRefused):
            load_sessions(write_text(tmp_path / "c.csv", text))


def test_a_site_is_the_same_in_full_and_shortened() -> None:
    assert site_key("Trạm Y tế xã Hải Minh") == site_key("TYT Xã  Hải Minh") == "TYTXAHAIMINH"
    assert site_key("Trung tâm y tế huyện Hải Hậu") == site_key("TTYT H. Hải Hậu".replace("H.", "Huyện"))
    assert site_key("Trung tâm y tế") != site_key("Trạm y tế")


def test_the_lists_of_our_own_nation_are_read_as_they_are(tmp_path: Path) -> None:
    build_nation(tmp_path, people=400, doses=200, seed=5, provinces=("36",))
    held = load_supply(lots=tmp_path / "lots.parquet", sessions=tmp_path / "sessions.parquet")
    assert len(held.lots) == pq.read_metadata(tmp_path / "lots.parquet").num_rows
    sites = set(pq.read_table(tmp_path / "claims.parquet", columns=["site"])["site"].to_pylist())
    assert len(sites & set(held.sessions)) > 0.9 * len(sites)  # where a dose was entered again, none was given


def order_of(folder: Path, **more: Path) -> Order:
    rows = [
        ["record", *HEADINGS, *DOSE, "Điểm tiêm"],
        ["good", *note_person(0), "1", "AstraZeneca", "CTMAV562", "01/09/2021", "TYT xã Hải Minh"],
        ["closed", *note_person(1), "1", "AstraZeneca", "CTMAV562", "02/09/2021", "TYT xã Hải Minh"],
        ["elsewhere", *note_person(3), "1", "AstraZeneca", "CTMAV562", "02/09/2021", "TYT xã Hải An"],
        ["unknown", *note_person(5), "1", "AstraZeneca", "ZZZ999XYZ", "01/09/2021", "TYT xã Hải Minh"],
        ["expired", *note_person(6), "1", "AstraZeneca", "CTMAV563", "01/09/2021", "TYT xã Hải Minh"],
    ]
    listed = write_csv(folder / "list.csv", rows)
    register = write_register(folder / "register.csv")
    return Order(files=(listed,), register=register, out=folder / "out", as_of=date(2021, 12, 20), **more)


def test_lots_and_sessions_speak_in_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    lots = "Số lô,Vắc xin,Hạn dùng\nCTMAV562,AZ,31/12/2021\nCTMAV563,AZ,31/08/2021\n"
    held = "Điểm tiêm,Ngày tiêm\nTrạm Y tế xã Hải Minh,01/09/2021\n"
    order = order_of(tmp_path, lots=write_text(tmp_path / "l.csv", lots), sessions=write_text(tmp_path / "s.csv", held))
    outcome = pipeline.verify(order)
    codes = {
        row["record"]: [reason["code"] for reason in row["reasons"] if reason["field"] in ("lot", "site")]
        for row in pq.read_table(outcome.verdicts).to_pylist()
    }
    assert codes == {
        "good": [], "closed": ["site_closed"], "elsewhere": [], "unknown": ["lot_unknown"], "expired": ["lot_expired"],
    }  # fmt: skip
    assert json.loads((order.out / "checks.json").read_text()) == {
        "lots": 2,
        "sites": 1,
        "sessions": 1,
        "sites_listed": 1,
    }


def test_without_lists_nothing_is_unknown_or_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    outcome = pipeline.verify(order_of(tmp_path))
    said = {r["code"] for row in pq.read_table(outcome.verdicts)["reasons"].to_pylist() for r in row}
    assert not said & {"site_closed", "lot_unknown", "lot_expired"}
    assert json.loads((outcome.order.out / "checks.json").read_text()) == {
        "lots": 0,
        "sites": 0,
        "sessions": 0,
        "sites_listed": 0,
    }


def test_a_list_that_cannot_be_used_stops_before_anything_begins(tmp_path: Path) -> None:
    order = order_of(tmp_path, sessions=write_text(tmp_path / "s.csv", "a,b\n1,2\n"))
    with pytest.raises(VerifyRefused, match=r"s\.csv") as caught:
        pipeline.verify(order)
    assert caught.value.code == "run_aid_unusable"
    assert not order.out.exists()
