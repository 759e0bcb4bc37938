"""Why a record got its verdict, in words: what agrees, what each field weighs, how far that is from being sure."""

from __future__ import annotations

from dataclasses import dataclass

from xacthuc.reporting.words import (
    AXIS_WORDS,
    IDENTITY_WORDS,
    VACCINATION_WORDS,
    Words,
    name_field,
    write_sentence,
)

ROLE_WORDS: dict[str, Words] = {
    "primary": Words("liều cơ bản", "primary course"),
    "additional": Words("liều bổ sung", "additional dose"),
    "booster": Words("liều nhắc lại", "booster"),
    "not_counted": Words("không tính", "not counted"),
}
STATE_WORDS: dict[str, Words] = {
    "none": Words("chưa có mũi nào được tính", "no dose counts yet"),
    "partial": Words("chưa đủ liều cơ bản", "primary course not complete"),
    "complete": Words("đủ liều cơ bản", "primary course complete"),
}
# Why no field was weighed, by identity; a matched record has its own sentences.
UNWEIGHED_WORDS: dict[str, Words] = {
    "FOREIGN": Words(
        "Người nước ngoài: theo quy định không đối chiếu, nên không tính trọng số.",
        "A foreigner: by rule not compared, so no weights were worked out.",
    ),
    "REFUSED": Words(
        "Dòng này không thành hồ sơ, nên không có gì để đối chiếu.",
        "The row is no record, so there is nothing to compare.",
    ),
    "AMBIGUOUS": Words(
        "Số này và mọi thông tin khác đều khớp với nhiều người, nên không trọng số nào phân biệt được họ.",
        "The number and all details agree with several people, so no weight could tell them apart.",
    ),
}
NOBODY = Words(
    "Không ai trong cơ sở dữ liệu dân cư đủ giống để tính trọng số.",
    "Nobody in the population register is alike enough to be weighed.",
)


@dataclass(frozen=True)
class Evidence:
    """One field compared: how far it agrees, in words, and what that weighs in the unit of the model."""

    field: str
    level: Words
    weight: int


@dataclass(frozen=True)
class Proposal:
    """A person who could be meant, best first; `margin` is the distance to the next one, null where there is none."""

    rank: int
    weight: int
    margin: int | None
    sure: bool
    person: str | None = None  # the register's opaque reference


@dataclass(frozen=True)
class Match:
    """What agrees in a matched record: always number, name with marks and birth date; the sex if the record says it."""

    old_number: bool  # it is the old CMND that agrees
    sex_known: bool


@dataclass(frozen=True)
class Dose:
    """What one dose of the person counts for, as a certificate counts it; dn and sd are null where it does not."""

    record: str
    role: str
    dn: int | None
    sd: int | None


@dataclass(frozen=True)
class Course:
    """How far the person of the record is, and what is due next; days are ISO text."""

    state: str
    completed_on: str | None
    next_role: str | None
    next_dose: int | None
    next_product: str | None
    due_from: str | None
    due_to: str | None
    doses: tuple[Dose, ...]  # of the person, that of the record first


@dataclass(frozen=True)
class Explanation:
    """Everything that `explain` says of one record; it holds no value of the register but its opaque reference."""

    record: str
    steps: tuple[Evidence, ...]
    total: int
    threshold: int  # the weight that it takes to be sure
    proposals: tuple[Proposal, ...] = ()
    identity: str | None = None
    vaccination: str | None = None
    reasons: tuple[tuple[str, str], ...] = ()  # (field, code)
    person: str | None = None  # the register's opaque reference of the match or first proposal
    match: Match | None = None
    margin_threshold: int = 0  # the distance to the next candidate that it takes to be sure
    candidates: int = 0  # people who came into question, at most three are kept
    other_person: bool = False  # name or birth date is quite different, and no number leads there: perhaps a relative
    course: Course | None = None


def write_verdicts(explanation: Explanation) -> list[tuple[Words, Words]]:
    """Give the two verdicts, each with its axis."""
    pairs = []
    if explanation.identity:
        pairs.append((AXIS_WORDS["identity"], IDENTITY_WORDS[explanation.identity]))
    if explanation.vaccination:
        pairs.append((AXIS_WORDS["dose"], VACCINATION_WORDS[explanation.vaccination]))
    return pairs


def write_match(explanation: Explanation) -> list[Words]:
    """Say what agrees in a matched record; nothing for others."""
    match = explanation.match
    if match is None:
        return []
    number = Words("Số CCCD: trùng khớp", "Identity number: the same")
    if match.old_number:
        number = Words(
            "Số CMND cũ: trùng khớp với số cũ của người này", "Old number (CMND): the same as this person's old number"
        )
    sex = Words("Giới tính: trùng khớp", "Sex: the same")
    if not match.sex_known:
        sex = Words("Giới tính: hồ sơ không ghi, không có gì trái ngược", "Sex: not written, nothing speaks against")
    return [
        number,
        Words("Họ tên: trùng khớp cả dấu", "Name: the same with all marks"),
        Words("Ngày sinh: trùng khớp", "Birth date: the same"),
        sex,
        Words(
            f"Người mang mã {explanation.person} của cơ sở dữ liệu dân cư",
            f"The register's person {explanation.person}",
        ),
    ]


def write_proposals(explanation: Explanation) -> list[Words]:
    """Give a line about each person who could be meant; the last one is ahead of nobody."""
    last = len(explanation.proposals)
    return [_write_proposal(proposal, last=place == last) for place, proposal in enumerate(explanation.proposals, 1)]


def _write_proposal(proposal: Proposal, *, last: bool) -> Words:
    margin = Words("", "")
    if proposal.margin is not None and not last:
        margin = Words(f", hơn người kế tiếp {proposal.margin}", f", ahead of the next by {proposal.margin}")
    sure = Words("chắc chắn", "sure") if proposal.sure else Words("cần người đối chiếu", "a person has to compare")
    who = Words("", "") if proposal.person is None else Words(f" {proposal.person}", f" {proposal.person}")
    return Words(
        f"Đề xuất {proposal.rank}:{who.vi} trọng số {proposal.weight}{margin.vi}: {sure.vi}",
        f"Proposal {proposal.rank}:{who.en} weight {proposal.weight}{margin.en}: {sure.en}",
    )


def write_checks(explanation: Explanation) -> list[Words]:
    """Say what it takes to be sure, and how far the first candidate is from each; or why nothing was weighed."""
    if explanation.match is not None:
        return []
    if not explanation.steps and not explanation.total:
        return [UNWEIGHED_WORDS.get(explanation.identity or "", NOBODY)]
    checks = [_hold(Words("Tổng", "Total"), explanation.total, explanation.threshold), _write_margin(explanation)]
    if explanation.other_person:
        checks.append(
            Words(
                "Họ tên hoặc ngày sinh khác hẳn: có thể là người thân, nên không bao giờ tự chắc chắn.",
                "Name or birth date is quite different: perhaps a relative, so never sure by itself.",
            )
        )
    return checks


def _write_margin(explanation: Explanation) -> Words:
    first = next(iter(explanation.proposals), None)
    if explanation.candidates == 1:
        whole = _hold(Words("cả", "the whole"), explanation.total, explanation.margin_threshold)
        return Words(f"Không có ứng viên thứ hai nào: {whole.vi}", f"There is no second candidate: {whole.en}")
    if first is None or first.margin is None:
        return Words("Không ai đạt mức để được đề xuất.", "Nobody weighs enough to be proposed.")
    ahead = Words("Hơn người kế tiếp", "Ahead of the next by")
    if len(explanation.proposals) == 1:
        ahead = Words("Hơn người kế tiếp, không đủ để đề xuất,", "Ahead of the next, who is not worth a proposal, by")
    return _hold(ahead, first.margin, explanation.margin_threshold)


def _hold(what: Words, value: int, needed: int) -> Words:
    """Hold a value against what is needed."""
    far = abs(value - needed)
    vi, en = ("đạt, hơn", "reached, by") if value >= needed else ("chưa đạt, thiếu", "not reached, short by")
    return Words(
        f"{what.vi} {value:+d}, ngưỡng {needed:+d}: {vi} {far}",
        f"{what.en} {value:+d}, threshold {needed:+d}: {en} {far}",
    )


def write_course(course: Course) -> list[Words]:
    """Say how far the course is, and what comes next."""
    state = STATE_WORDS[course.state]
    since = f" ({course.completed_on})" if course.completed_on else ""
    lines = [Words(f"Người này: {state.vi}{since}", f"This person: {state.en}{since}")]
    if course.next_role is None:
        return [*lines, Words("Không có mũi nào đến lịch.", "No dose is due.")]
    role = ROLE_WORDS[course.next_role]
    product = f", {course.next_product}" if course.next_product else ""
    vi = f" từ {course.due_from}" if course.due_from else ""
    en = f" from {course.due_from}" if course.due_from else ""
    until = Words(f" đến {course.due_to}", f" to {course.due_to}") if course.due_to else Words("", "")
    return [
        *lines,
        Words(
            f"Mũi tiếp theo: mũi {course.next_dose} ({role.vi}{product}){vi}{until.vi}",
            f"Next dose: number {course.next_dose} ({role.en}{product}){en}{until.en}",
        ),
    ]


def write_doses(course: Course) -> list[tuple[str, Words]]:
    """Say what each dose counts for, behind its record."""
    told = []
    for dose in course.doses:
        role = ROLE_WORDS[dose.role]
        counted = "" if dose.dn is None else f" {dose.dn}/{dose.sd}"
        told.append((dose.record, Words(f"{role.vi}{counted}", f"{role.en}{counted}")))
    return told


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
    """Give the explanation as lines for a terminal, the weights as a waterfall, at most about 110 columns wide.

    A solid bar speaks for the person, a light one against. It is not checked that the steps add up to the total.
    """
    starts, low, high = _find_range(explanation)
    lines = [f"{explanation.record}"]
    lines += [f"  {axis.vi}: {words.vi} ({axis.en}: {words.en})" for axis, words in write_verdicts(explanation)]
    for field, code in explanation.reasons:
        sentence = write_sentence(code)
        lines += [f"  - {name_field(field).vi}: {sentence.vi}", f"    {name_field(field).en}: {sentence.en}"]
    agreed = write_match(explanation)
    lines += ["", *(f"  {words.vi} ({words.en})" for words in agreed)] if agreed else []
    if explanation.steps:
        lines.append("")
    for start, step in zip(starts, explanation.steps, strict=False):
        bar = _draw_bar(start, step.weight, low=low, high=high, width=width)
        said = f"{step.level.vi} ({step.level.en})"
        lines.append(f"  {name_field(step.field).vi:<14} {step.weight:>+6d} |{bar}| {said}")
    checks = write_checks(explanation)
    lines += [""] if checks else []
    for words in checks:
        lines += [f"  {words.vi}", f"  {words.en}"]
    lines += [f"  {words.vi} ({words.en})" for words in write_proposals(explanation)]
    if explanation.course is not None:
        lines += ["", *(f"  {name}: {words.vi} ({words.en})" for name, words in write_doses(explanation.course))]
        lines += [f"  {words.vi} ({words.en})" for words in write_course(explanation.course)]
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
        rows=rows,
        zero=place(0),
        threshold_at=place(explanation.threshold),
        match=write_match(explanation),
        checks=write_checks(explanation),
        verdicts=write_verdicts(explanation),
        reasons=[(name_field(field), write_sentence(code)) for field, code in explanation.reasons],
        proposals=write_proposals(explanation),
        course=write_course(explanation.course) if explanation.course else [],
        doses=write_doses(explanation.course) if explanation.course else [],
        title=explanation.record,
    )
