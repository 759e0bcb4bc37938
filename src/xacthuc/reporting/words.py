"""Verdicts, reasons and weights as sentences: Vietnamese first, English second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from xacthuc.findings import Code, get_code

Axis = Literal["identity", "dose"]


class Words(NamedTuple):
    """One text in the two languages."""

    vi: str
    en: str


IDENTITY_WORDS: dict[str, Words] = {
    "MATCHED": Words("Đúng người", "Right person"),
    "MISMATCH": Words("Thông tin chưa khớp", "Details differ"),
    "NOT_FOUND": Words("Không tìm thấy người", "Person not found"),
    "AMBIGUOUS": Words("Có thể là nhiều người", "Could be several people"),
    "NO_NUMBER": Words("Không có số giấy tờ", "No identity number"),
    "FOREIGN": Words("Người nước ngoài, không đối chiếu", "Foreigner, not compared"),
    "REFUSED": Words("Dòng không thành hồ sơ", "Row is no record"),
}
VACCINATION_WORDS: dict[str, Words] = {
    "PLAUSIBLE": Words("Mũi tiêm hợp lý", "Dose is plausible"),
    "DOUBTFUL": Words("Mũi tiêm cần kiểm tra", "Dose needs a check"),
    "DUPLICATE": Words("Mũi tiêm nhập trùng", "Dose entered twice"),
    "REFUSED": Words("Dòng không có mũi tiêm", "No dose in this row"),
}
AXIS_WORDS: dict[Axis, Words] = {
    "identity": Words("Con người", "Person"),
    "dose": Words("Mũi tiêm", "Dose"),
}
OWNER_WORDS: dict[Axis, Words] = {
    "identity": Words("Công an", "Police"),
    "dose": Words("Y tế", "Health"),
}
CLASS_WORDS: dict[str, Words] = {
    "a": Words("không có số CCCD/CMND", "no identity number"),
    "b": Words("số CCCD/CMND sai định dạng", "identity number in a wrong form"),
    "c": Words("sai thông tin cơ bản", "wrong basic details"),
}
FIELD_WORDS: dict[str, Words] = {
    "record": Words("Mã hồ sơ", "Record id"),
    "name": Words("Họ tên", "Name"),
    "birth_date": Words("Ngày sinh", "Birth date"),
    "sex": Words("Giới tính", "Sex"),
    "number": Words("Số CCCD/CMND", "Identity number"),
    "phone": Words("Điện thoại", "Phone"),
    "insurance": Words("Số thẻ BHYT", "Insurance number"),
    "nationality": Words("Quốc tịch", "Nationality"),
    "province": Words("Tỉnh/thành phố", "Province"),
    "district": Words("Quận/huyện", "District"),
    "commune": Words("Xã/phường", "Commune"),
    "place": Words("Nơi ở", "Place"),
    "address": Words("Địa chỉ", "Address"),
    "qr": Words("Mã QR", "QR text"),
    "dose_no": Words("Mũi số", "Dose number"),
    "vaccine": Words("Vắc xin", "Vaccine"),
    "lot": Words("Số lô", "Lot"),
    "dose_date": Words("Ngày tiêm", "Dose date"),
    "site": Words("Nơi tiêm", "Site"),
    "note": Words("Ghi chú", "Note"),
    "row": Words("Dòng", "Row"),
    "sheet": Words("Trang tính", "Sheet"),
    "file": Words("Tệp", "File"),
}

IDENTITY_FIELDS = frozenset({"name", "birth_date", "sex", "number", "phone", "insurance", "nationality"})
DOSE_FIELDS = frozenset({"dose_no", "vaccine", "lot", "dose_date", "site", "note"})


def find_axis(field: str, code: Code) -> Axis:
    """Give the axis whose owner settles a reason: by its field, else by the stage that found it."""
    if field in IDENTITY_FIELDS:
        return "identity"
    if field in DOSE_FIELDS or code.stage != "matching":
        return "dose"
    return "dose" if code.code.startswith("dose_") else "identity"


def name_field(field: str) -> Words:
    """Give the words of a field; a field of the source's own keeps its name."""
    return FIELD_WORDS.get(field, Words(field, field))


def write_sentence(code: str) -> Words:
    """Give what is wrong and what to do about it, in the two languages."""
    entry = get_code(code)
    return Words(entry.vi, entry.en)


def write_reasons(reasons: Iterable[Mapping[str, str]]) -> Words:
    """Give the reasons of a verdict as one text, each sentence once, in their order."""
    sentences = [write_sentence(code) for code in dict.fromkeys(reason["code"] for reason in reasons)]
    return Words(" ".join(s.vi for s in sentences), " ".join(s.en for s in sentences))


# ---------------------------------------------------------------------------------------------
# Why a record got its weight
# ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Evidence:
    """One field compared: how far it agrees, in words, and what that weighs in the unit of the model."""

    field: str
    level: Words
    weight: int


@dataclass(frozen=True)
class Proposal:
    """A person who could be meant, best first; `margin` is the distance to the next one."""

    rank: int
    weight: int
    margin: int | None
    sure: bool


@dataclass(frozen=True)
class Explanation:
    """Everything that `explain` says of one record; it holds no value of the register."""

    record: str
    steps: tuple[Evidence, ...]
    total: int
    threshold: int
    proposals: tuple[Proposal, ...] = ()
    identity: str | None = None
    vaccination: str | None = None
    reasons: tuple[tuple[str, str], ...] = ()  # (field, code)


def _write_verdicts(explanation: Explanation) -> list[tuple[Words, Words]]:
    pairs = []
    if explanation.identity:
        pairs.append((AXIS_WORDS["identity"], IDENTITY_WORDS[explanation.identity]))
    if explanation.vaccination:
        pairs.append((AXIS_WORDS["dose"], VACCINATION_WORDS[explanation.vaccination]))
    return pairs


def _write_proposal(proposal: Proposal) -> Words:
    margin_vi = "" if proposal.margin is None else f", hơn người kế tiếp {proposal.margin}"
    margin_en = "" if proposal.margin is None else f", ahead of the next by {proposal.margin}"
    sure = Words("chắc chắn", "sure") if proposal.sure else Words("cần người đối chiếu", "a person has to compare")
    return Words(
        f"Đề xuất {proposal.rank}: trọng số {proposal.weight}{margin_vi}: {sure.vi}",
        f"Proposal {proposal.rank}: weight {proposal.weight}{margin_en}: {sure.en}",
    )


def _write_total(explanation: Explanation) -> Words:
    if not explanation.steps and not explanation.total:
        return Words("Không tính trọng số cho hồ sơ này.", "No weights were worked out for this record.")
    reached = explanation.total >= explanation.threshold
    vi, en = ("đạt", "reached") if reached else ("chưa đạt", "not reached")
    return Words(
        f"Tổng {explanation.total:+d}, ngưỡng {explanation.threshold:+d}: {vi}",
        f"Total {explanation.total:+d}, threshold {explanation.threshold:+d}: {en}",
    )


def _draw_bar(start: int, weight: int, *, low: int, high: int, width: int) -> str:
    """Draw one step of the waterfall in `width` characters between the values `low` and `high`."""
    scale = (width - 1) / max(1, high - low)
    first, last = sorted((round((start - low) * scale), round((start + weight - low) * scale)))
    mark = "█" if weight >= 0 else "▒"
    return (" " * first + mark * max(1, last - first)).ljust(width)


def _find_range(explanation: Explanation) -> tuple[list[int], int, int]:
    """Give where each step starts, and the lowest and highest value that the waterfall touches."""
    starts = [0]
    for step in explanation.steps:
        starts.append(starts[-1] + step.weight)
    touched = [*starts, explanation.total, explanation.threshold]
    return starts, min(touched), max(touched)


def explain_text(explanation: Explanation, *, width: int = 40) -> str:
    """Give the waterfall of weights as lines for a terminal, at most about 110 columns wide.

    A solid bar speaks for the person, a light one against. It is not checked that the steps add up to the total.
    """
    starts, low, high = _find_range(explanation)
    lines = [f"{explanation.record}"]
    lines += [f"  {axis.vi}: {words.vi} ({axis.en}: {words.en})" for axis, words in _write_verdicts(explanation)]
    for field, code in explanation.reasons:
        sentence = write_sentence(code)
        lines += [f"  - {name_field(field).vi}: {sentence.vi}", f"    {name_field(field).en}: {sentence.en}"]
    if explanation.steps:
        lines.append("")
    for start, step in zip(starts, explanation.steps, strict=False):
        bar = _draw_bar(start, step.weight, low=low, high=high, width=width)
        said = f"{step.level.vi} ({step.level.en})"
        lines.append(f"  {name_field(step.field).vi:<14} {step.weight:>+6d} |{bar}| {said}")
    total = _write_total(explanation)
    lines += ["", f"  {total.vi}", f"  {total.en}"]
    for proposal in explanation.proposals:
        words = _write_proposal(proposal)
        lines.append(f"  {words.vi} ({words.en})")
    return "\n".join(lines) + "\n"


def explain_html(explanation: Explanation) -> str:
    """Give the same as a page of its own: an SVG waterfall with the words beside it; no script, no network."""
    from xacthuc.reporting.pages import render_page

    starts, low, high = _find_range(explanation)
    span = max(1, high - low)

    def place(value: int) -> float:
        return round((value - low) / span * 100, 2)

    rows = [
        {
            "field": name_field(step.field),
            "level": step.level,
            "weight": step.weight,
            "left": min(place(start), place(start + step.weight)),
            "wide": max(0.6, abs(place(start + step.weight) - place(start))),
        }
        for start, step in zip(starts, explanation.steps, strict=False)
    ]
    return render_page(
        "explain.html.j2",
        explanation=explanation,
        rows=rows,
        zero=place(0),
        threshold_at=place(explanation.threshold),
        total=_write_total(explanation),
        verdicts=_write_verdicts(explanation),
        reasons=[(name_field(field), write_sentence(code)) for field, code in explanation.reasons],
        proposals=[_write_proposal(p) for p in explanation.proposals],
        title=explanation.record,
    )
