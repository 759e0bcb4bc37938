"""Sheets that hold nobody: summaries by hamlet, pay sheets, empty ones."""

from __future__ import annotations

from xacthuc.nation.chance import Chance, pick
from xacthuc.nation.hands.cells import Cell, Sheet
from xacthuc.nation.hands.hand import Hand


def make_extras(hand: Hand, *, rng: Chance) -> list[Sheet]:
    """Make the sheets that the hand keeps beside its lists."""
    makers = {"summary": _make_summary, "pay": _make_pay, "daily": _make_daily}
    sheets = []
    for name in hand.extras:
        if name in makers:
            sheets.append(makers[name](hand, rng))
        elif name in ("empty", "hidden_empty"):
            sheets.append(Sheet("Sheet3" if name == "empty" else "Sheet2", kind="empty", visible=name == "empty"))
    return sheets


def _make_summary(hand: Hand, rng: Chance) -> Sheet:
    sheet = Sheet("TH", kind="summary", font=hand.text.font)
    sheet.add_text({0: "TỔNG HỢP KẾT QUẢ TIÊM VẮC XIN PHÒNG COVID-19"}, "title", bold=True)
    if rng.random() < 0.5:
        sheet.add([], "blank")
    unit = {"north": "Xóm", "centre": "Thôn", "south": "Ấp"}[hand.region]
    heads = ("TT", unit, "Số tiêm mũi 1", "Số tiêm mũi 2", "Dân số ≥18 tuổi")
    sheet.add([Cell(head, border=True) for head in heads], "header")
    sums = [0, 0, 0]
    for number in range(1, 9):
        counts = [60 + int(rng.random() * 200) for _ in range(3)]
        sums = [total + count for total, count in zip(sums, counts, strict=True)]
        values: list[int | str] = [number, f"{unit} {number}", *counts]
        sheet.add([Cell(value, border=True) for value in values], "total")
    sheet.add([Cell(value, border=True) for value in (None, "Cộng", *sums)], "total")
    sheet.recode(nfd=hand.text.nfd)
    return sheet


def _make_pay(hand: Hand, rng: Chance) -> Sheet:
    del hand
    sheet = Sheet("Luong", kind="summary")
    sheet.add([Cell(head, border=True) for head in ("STT", "Bộ phận", "Số công", "Phụ cấp")], "header")
    for number, name in enumerate(("Chuyền may 1", "Chuyền may 2", "Kho", "Văn phòng"), 1):
        sheet.add(
            [Cell(v) for v in (number, name, 500 + int(rng.random() * 400), 100000 * (10 + int(rng.random() * 80)))],
            "total",
        )
    return sheet


def _make_daily(hand: Hand, rng: Chance) -> Sheet:
    """The daily report of a site: doses used and spoilt, no names."""
    sheet = Sheet("BC ngay", kind="summary", font=hand.text.font)
    sheet.add_text({0: "BÁO CÁO KẾT QUẢ TIÊM CHỦNG HÀNG NGÀY"}, "title", bold=True)
    heads = (
        "TT",
        "Ngày tiêm",
        "Loại vắc xin",
        "Số đối tượng",
        "Số hoãn tiêm",
        "Số tiêm được",
        "Số sử dụng (liều)",
        "Số hủy (liều)",
    )
    sheet.add([Cell(head, border=True) for head in heads], "header")
    for number in range(1, 7):
        given = 50 + int(rng.random() * 150)
        vaccine = pick(("AstraZeneca", "Pfizer", "Vero Cell"), rng)
        row = (number, f"{number + 3:02d}/09/2021", vaccine, given + 4, 4, given, given, int(rng.random() * 3))
        sheet.add([Cell(value, border=True) for value in row], "total")
    sheet.recode(nfd=hand.text.nfd)
    return sheet
