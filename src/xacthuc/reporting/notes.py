"""What a reader has to know about the data before trusting the figures: counted, in words."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow.dataset as ds

from xacthuc.findings import get_code
from xacthuc.reporting.figures import Figures
from xacthuc.reporting.pages import write_count, write_share
from xacthuc.reporting.tables import Tables
from xacthuc.reporting.words import Words, write_sentence

ROW_COUNTS = ("data", "headings", "blank", "totals")
SENTENCES = 6  # the commonest findings; all of them stand in the annotated workbooks


def list_notes(figures: Figures, *, tables: Tables) -> list[Words]:
    """Give the notes that hold for these figures; nothing is said of what did not occur."""
    return [
        *_note_lines(figures),
        *_note_unknown(figures, tables),
        *_note_supply(figures, tables),
    ]


def _note_lines(figures: Figures) -> Iterator[Words]:
    total = figures.total
    for name, vi, en in (
        ("refused", "dòng không thành hồ sơ (thiếu cả người lẫn mũi tiêm, hoặc không đọc được)", "lines are no record"),
        ("duplicates", "mũi tiêm nhập trùng, mỗi mũi chỉ tính một lần", "doses were entered twice; each counts once"),
    ):
        if total[name]:
            count, share = write_count(total[name]), write_share(total[name], total["line_count"])
            yield Words(
                f"{count.vi} {vi} ({share.vi} số dòng đã đọc).", f"{count.en} {en} ({share.en} of the lines read)."
            )
    if total["foreigners"]:
        count = write_count(total["foreigners"])
        yield Words(
            f"{count.vi} mũi của người nước ngoài: theo quy định không đối chiếu với cơ sở dữ liệu dân cư.",
            f"{count.en} doses of foreigners: by rule they are not compared with the population register.",
        )


def _note_unknown(figures: Figures, tables: Tables) -> Iterator[Words]:
    unknown = sum(
        row["recorded"]
        for row in tables.units.select(["level", "unit", "recorded"]).to_pylist()
        if row["level"] == "commune" and row["unit"].endswith("-")
    )
    no_product = sum(row["recorded"] for row in figures.products if row["key"] is None)
    for count, vi, en in (
        (unknown, "mũi chưa rõ xã nơi ở; tính ở đơn vị trên gần nhất", "doses lack the commune of residence"),
        (no_product, "mũi không ghi vắc xin", "doses lack the vaccine"),
        (figures.trend.undated, "mũi không có ngày tiêm, không có trên biểu đồ theo ngày", "doses lack their day"),
        (
            figures.trend.stray,
            "mũi có ngày tiêm sai rõ (sai năm hoặc sau ngày báo cáo)",
            "doses have an impossible day",
        ),
    ):
        if count:
            said, share = write_count(count), write_share(count, figures.total["recorded"])
            yield Words(
                f"{said.vi} {vi} ({share.vi} số mũi đã ghi nhận).", f"{said.en} {en} ({share.en} of recorded doses)."
            )


def _note_supply(figures: Figures, tables: Tables) -> Iterator[Words]:
    total = figures.total
    if total["given"] is None:
        yield Words(
            "Không có số mũi đã tiêm theo báo cáo, nên chưa biết còn bao nhiêu mũi chưa nhập.",
            "The number of doses given was not reported, so the backlog of unrecorded doses is not known.",
        )
    elif total["given_recorded"] < total["recorded"]:
        share = write_share(total["given_recorded"], total["recorded"])
        yield Words(
            f"Chỉ các đơn vị giữ {share.vi} số mũi đã ghi nhận báo cáo số đã tiêm; số chưa nhập là của các đơn vị đó.",
            f"Only units with {share.en} of the recorded doses report what they gave; the backlog is theirs.",
        )
    over = sum(
        row["given"] is not None and row["delivered"] is not None and row["given"] > row["delivered"]
        for row in tables.units.to_pylist()
        if row["level"] == "province"
    )
    if over:
        yield Words(
            f"{over} tỉnh báo cáo đã tiêm nhiều hơn số liều phân bổ. Điều này có thật (điều chuyển, liều dư trong lọ).",
            f"{over} provinces report more doses given than delivered. This happens (transfers, extra doses in vials).",
        )


def write_checked(checks: Path | None) -> Words:
    """Say what the doses were held against in this run, from its checks.json."""
    counted: dict[str, int] = json.loads(checks.read_text(encoding="utf-8")) if checks is not None else {}
    vi, en = ["quy định về tuổi, khoảng cách và vắc xin"], ["the rules of age, interval and product"]
    if lots := counted.get("lots"):
        vi.append(f"danh mục {write_count(lots).vi} lô")
        en.append(f"a list of {write_count(lots).en} lots")
    if sites := counted.get("sites"):
        days = write_count(counted["sessions"])
        vi.append(f"{days.vi} buổi tiêm của {write_count(sites).vi} điểm tiêm")
        en.append(f"{days.en} sessions of {write_count(sites).en} sites")
    left = Words("", "")
    unmet = not sites and counted.get("sites_listed", 0) > 0
    if unmet:
        left = Words(
            "; danh mục buổi tiêm không có điểm tiêm nào của các mũi này",
            "; the list of sessions names none of the sites of these doses",
        )
    elif not lots and not sites:
        left = Words("; chưa kiểm tra lô và buổi tiêm vì không có danh mục", "; lots and sessions not checked: no list")
    elif not lots:
        left = Words("; chưa kiểm tra lô vì không có danh mục", "; lots not checked: no list")
    elif not sites:
        left = Words("; chưa kiểm tra buổi tiêm vì không có danh mục", "; sessions not checked: no list")
    return Words(f"Y tế, theo {', '.join(vi)}{left.vi}", f"health, by {', '.join(en)}{left.en}")


def note_rows(rows: Path) -> Words:
    """Say how the rows of all files were accounted for, from rows.csv of the run."""
    with rows.open(encoding="utf-8-sig", newline="") as file:
        entries = list(csv.DictReader(file))
    sums = [write_count(sum(int(entry[name] or 0) for entry in entries)) for name in ROW_COUNTS]
    files = write_count(len({entry["file"] for entry in entries}))
    sheets = write_count(len(entries))
    data, headings, blank, totals = sums
    return Words(
        f"Đã đọc {files.vi} tệp, {sheets.vi} trang tính. Mỗi dòng đều có chỗ: {data.vi} dòng dữ liệu, "
        f"{headings.vi} dòng tiêu đề, {blank.vi} dòng trống, {totals.vi} dòng cộng và ghi chú.",
        f"{files.en} files with {sheets.en} sheets were read. Every row has its place: {data.en} of data, "
        f"{headings.en} headings, {blank.en} blank, {totals.en} totals and remarks.",
    )


def note_findings(findings: Path) -> list[tuple[Words, Words, int]]:
    """Give the commonest repairs and problems of the cells: what was done or is wrong, its kind, and how often."""
    counts: Counter[str] = Counter()
    for batch in ds.dataset(findings, format="parquet").to_batches(columns=["code"]):
        for entry in batch.column("code").value_counts().to_pylist():
            counts[entry["values"]] += entry["counts"]
    kinds = {
        "repaired": Words("đã khôi phục", "restored"),
        "wrong": Words("cần sửa", "to be settled"),
        "refused": Words("không nhận", "refused"),
    }
    told = [(code, count) for code, count in counts.items() if get_code(code).kind in kinds]
    told.sort(key=lambda entry: (-entry[1], entry[0]))
    return [(write_sentence(code), kinds[get_code(code).kind], count) for code, count in told[:SENTENCES]]
