"""What titles, letterheads and sub-headings say about the rows below: date, vaccine, lot, dose, site, place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from xacthuc.codes.vaccines import find_vaccine
from xacthuc.reading.content import get_words_pattern, has_place
from xacthuc.reading.grid import Row
from xacthuc.reading.headings import cut_words, find_heading
from xacthuc.reading.legacy import decode, fold
from xacthuc.reading.plan import DOSE_FIELDS

# Written against decoded lower-case text; the value itself is cut from the text as it stands.
_DATE = r"(?P<value>(?:ngày\s*)?\d{1,2}\s*(?:/|\.|-|tháng)\s*\d{1,2}\s*(?:/|\.|-|năm)\s*\d{2,4}|\d{4}-\d{2}-\d{2})"
_DATE_LABELLED = re.compile(
    r"(?:ngày\s*(?:,?\s*tháng\s*,?\s*năm\s*)?tiêm(?:\s*chủng)?|tiêm\s*(?:chủng\s*)?ngày|buổi\s*tiêm|thời gian(?: tiêm)?"
    r"|date(?: of vaccination)?|ngay tiem)\s*(?:thứ\s*\w+\s*,?)?[:\-–]?\s*(?:thứ\s*\w+\s*,?\s*)?" + _DATE
)
_DAY_LABELLED = re.compile(
    r"(?:ngày\s*tiêm(?:\s*chủng)?|tiêm\s*(?:chủng\s*)?ngày|buổi\s*tiêm|mũi\s*\w+\s*[\-–:,(]?\s*ngày|ngay tiem)"
    r"\s*[:\-–]?\s*(?:thứ\s*\w+\s*,?\s*)?(?:ngày\s*)?(?P<value>\d{1,2}\s*[/.\-]\s*\d{1,2})(?!\s*[/.\-]?\s*\d)"
)
_DATE_ALONE = re.compile(
    rf"^\W*(?:(?=ngày)|(?=thứ)|(?=buổi))(?:buổi\s*(?:sáng|chiều|tối|\d+)?\s*[,:\-–]?\s*)?(?:thứ\s*\w+\s*,?\s*)?{_DATE}\W*(?:$|tại\b)"
)
_DAY_OF_NAME = re.compile(  # of a sheet: "11.8", "Buổi 11-8 AZ"
    r"(?:(?:ngày|ngay|buổi|buoi|tiêm|tiem|đợt|dot|m\d|mũi \d|mui \d)\s*)*"
    r"(?P<value>(?:0?[1-9]|[12]\d|3[01])[.\-](?:0?[1-9]|1[0-2]))"
    r"(?![.\-]?\d)"
)
_DATE_OF_BAND = re.compile(rf"^\W*(?:buổi\s*\w*\W*)?{_DATE}(?=.*(?:(?<!\w)lô(?!\w)|mũi|tiêm))")
_DATE_LAST = re.compile(rf"(?:danh sách|đợt|covid|mũi|vắc\s?xin|vaccine|tiêm).*?(?:ngày\s*:?\s*){_DATE}")
_NOT_DOSE_DATE = re.compile(
    r"tính đến|đến hết|đến ngày|hết ngày|từ ngày|lập ngày|báo cáo|cập nhật|quyết định|công văn|kế hoạch|hsd|hạn"
)
_LOT = re.compile(
    r"(?:số\s*lô|lô\s*(?:sx|số|vắc\s?xin)?|lot(?:\s*no)?|batch(?:\s*no)?|so lo)\s*[.:]?\s*[:\-–]?\s*"
    r"(?P<value>(?=[a-z\-]*\d)[a-z0-9][a-z0-9\-]{3,})"
)
_LOT_BARE = re.compile(  # behind a vaccine and without the word: "AstraZeneca - CTMAV543"
    r"(?:astra\w*|az|pfizer|comirnaty|moderna|spikevax|vero ?cell|abdala|sputnik v)\s*[\-–,(/:]\s*"
    r"(?P<value>(?!\d+[\-.]\d+[\-.]\d+)(?=[a-z\-]*\d)[a-z0-9][a-z0-9\-]{4,})\s*(?=$|[),;]|\s[\-–])"
)
_VACCINE = re.compile(
    r"(?:(?:loại|tên)\s*(?:vắc\s?-?xin|vac\s?xin|vaccine?|vx|thuốc)|(?:vắc\s?-?xin|vac\s?xin|vaccine?)\s*(?=[:\-–])"
    r"|(?<!\w)vx(?=\s*[:\-–]|\s+[^\d:;(|]{2,24}?[\s,(–\-]+(?:số\s*)?l[ôo]\b)"
    r"|(?:vắc\s?-?xin|vac\s?xin|vaccine?)(?=\s+[^\d:;,(|]{2,20}?\s*[,(–\-]\s*(?:số\s*)?lô)"
    r"|loai vac xin|loai thuoc)\s*[:\-–]?\s*(?P<value>[^:;–(|\n]+?)\s*"
    r"(?=$|[;–(|]|\s-\s|,?\s*(?:số\s*)?lô\b|,?\s*lot\b|,?\s*hsd|,?\s*ngày)"
)
_SITE = re.compile(
    r"(?:điểm tiêm(?:\s*chủng)?|địa điểm(?:\s*tiêm)?|cơ sở tiêm(?:\s*chủng)?|nơi tiêm|đơn vị tiêm|vaccination site|site"
    r"|facility|diem tiem|noi tiem)\s*[:\-–]\s*(?P<value>[^;|]+?)\s*$"
)
_COMMUNE = re.compile(r"(?:^|[\s\-–,:])(?P<value>(?:xã|phường|thị trấn|x\.|p\.|tt\.)\s*(?:[^\W_]+[ .']?){1,5})")
_DISTRICT = re.compile(r"(?:^|[\s\-–,:])(?P<value>(?:huyện|quận|thị xã|thành phố|tp\.?)\s*(?:[^\W_]+[ .']?){1,4})")
_PROVINCE = re.compile(
    r"(?:^|[\s\-–,:])(?:(?P<value>tỉnh\s*(?:[^\W_]+[ .\-]?){1,4})"
    r"|sở y tế\s*(?:tỉnh\s*)?(?P<office>(?:[^\W_]+[ .\-]?){1,4}))"
)
_STATION = re.compile(r"^(?:trạm y tế|tyt|trung tâm y tế|ttyt|bệnh viện|phòng khám|cdc|trung tâm kiểm soát)\b")
_STATE = re.compile(r"cộng h(?:oà|òa|oa)|độc lập|hạnh phúc|xã hội chủ nghĩa")
_ABOUT_VACCINE = re.compile(r"tiêm|(?<!\w)lô(?!\w)|mũi|vắc\s?-?xin|vac\s?xin|vaccine|(?<!\w)vx(?!\w)")
_YEAR = re.compile(r"(?<!\d)20[12]\d(?!\d)")
_DOSE = re.compile(
    r"\b(?:mui|dose|lan)(?: tiem)?(?: so| thu)? (?:[1-4]|i{1,3}|nhac lai|bo sung)\b|\bm[1-4]\b"
    r"|\bmui(?: tiem)? (?:nhac lai|bo sung|tang cuong)\b"
)
_CREW = re.compile(r"\b(to|doi|ban) (may|tiem|ky|truong|giam|hinh|kho|co)\b")  # parts of a factory, not of a commune
_RANK = re.compile(r"^\s*(?:[IVX]+|\d+|[A-Za-z])\s*[.)/\-]\s*")
_STOP = re.compile(
    r"\s+(?:đã|được|tiêm|theo|từ|năm|ngày|đợt|mũi|tháng|danh|và|cho|do|huyện|tỉnh|quận|thành phố|nộp|lập|số)\b.*$"
)

OF_SESSION = ("vaccine", "lot", "dose_date")  # what ends with a session


@dataclass(frozen=True)
class Standing:
    """What stands above a row and holds for it until something else is said; raw values."""

    fill: dict[str, str] = field(default_factory=dict)
    address: str | None = None


def read_titles(rows: Sequence[Row], *, encoding: str | None = None) -> tuple[dict[str, str], dict[str, str]]:
    """Give what title rows say: dose fields for the rows below, and the context (commune, district, province, site)."""
    fill: dict[str, str] = {}
    context: dict[str, str] = {}
    for row in rows:
        for text in _join_labels([c for c in row if c], encoding=encoding):
            for line in text.splitlines():
                _read_line(line, encoding=encoding, fill=fill, context=context)
    return fill, context


def _join_labels(cells: Sequence[str], *, encoding: str | None) -> list[str]:
    """Give the texts of a row, a label ("Số lô:") together with the value in the cell behind it."""
    texts: list[str] = []
    label = None
    for cell in cells:
        bare = cell.strip()
        if label is not None and find_heading(bare, encoding) is None:
            texts.append(f"{label} {bare}")
            label = None
        elif bare.endswith(":"):
            label = bare
        elif find_heading(bare, encoding) in DOSE_FIELDS:
            label = f"{bare}:"
        else:
            texts.append(cell)
    return texts if label is None else [*texts, label]


def read_name(name: str) -> dict[str, str]:
    """Give what the name of a sheet or file says of the doses in it: a full date, a dose, one vaccine."""
    text = " ".join(name.replace("_", " ").split())
    fill: dict[str, str] = {}
    dates = re.findall(r"(?<!\d)\d{1,2}[.\-]\d{1,2}[.\-](?:20)?2[0-9](?!\d)", text)
    if len(dates) == 1 and not re.search(r"đến|den |từ|tu ", text.lower()):
        fill["dose_date"] = dates[0]
    elif not dates and (day := _DAY_OF_NAME.match(text.lower())):
        fill["dose_date"] = text[day.start("value") : day.end("value")]
    doses = set(_DOSE.findall(fold(text)))
    if len(doses) == 1:
        fill["dose_no"] = cut_words(text, doses.pop())
    if vaccine := _find_vaccine(text):
        fill["vaccine"] = vaccine
    return fill


def _find_vaccine(text: str) -> str | None:
    """Give the words for the one vaccine that a text names; "Comirnaty (Pfizer)" is one."""
    words = get_words_pattern("vaccines").findall(fold(text))
    products = {found.name if (found := find_vaccine(word)) else word for word in words}
    return cut_words(text, words[0]) if len(products) == 1 else None


def change_standing(standing: Standing, row: Row, *, encoding: str | None, begins: bool) -> Standing:
    """Give what stands after a heading row in the middle of a list: a hamlet, or another session's date and vaccine.

    `begins` tells that people stood right above: then a title is that of another session, and the last one's ends.
    """
    fill, _ = read_titles([row], encoding=encoding)
    if fill:
        kept = {k: v for k, v in standing.fill.items() if not (begins and k in OF_SESSION)}
        return replace(standing, fill={**kept, **fill})
    for cell in row:
        if cell and is_place(cell, encoding=encoding):
            return replace(standing, address=_RANK.sub("", " ".join(cell.split())).rstrip(" :"))
    return replace(standing, address=None)


def is_place(text: str, *, encoding: str | None) -> bool:
    """Tell whether a sub-heading names a hamlet or another part of a commune."""
    folded = fold(text, encoding)
    return len(folded) <= 60 and " " in folded and has_place(text, encoding=encoding) and not _CREW.search(folded)


def _read_line(line: str, *, encoding: str | None, fill: dict[str, str], context: dict[str, str]) -> None:
    plain = decode(line, encoding)
    text = plain.lower()
    if len(text) != len(plain) or _STATE.search(text):
        return
    for name, pattern in (("lot", _LOT), ("vaccine", _VACCINE), ("site", _SITE)):
        if name not in fill and (m := pattern.search(text)):
            fill[name] = plain[m.start("value") : m.end("value")].strip(" .-–:,")
    if "vaccine" not in fill and _ABOUT_VACCINE.search(text) and (vaccine := _find_vaccine(plain)):
        fill["vaccine"] = vaccine
    if "lot" not in fill and "vaccine" in fill and (m := _LOT_BARE.search(text)):
        fill["lot"] = plain[m.start("value") : m.end("value")]
    if "dose_date" not in fill and (found := _find_date(plain, text)):
        fill["dose_date"] = found
    if "dose_no" not in fill and not _LIST_OF_BOTH.search(fold(line, encoding)):
        doses = _DOSE.findall(fold(line, encoding))
        if len(set(doses)) == 1:
            fill["dose_no"] = cut_words(plain, doses[0])
    if "year" not in context and (year := _YEAR.search(text)):
        context["year"] = year.group()
    _read_place(plain, text, context)


_LIST_OF_BOTH = re.compile(r"\b(chua tiem|mui 1 va|mui 1 2|1 va 2|day du)\b")


def _find_date(plain: str, text: str) -> str | None:
    if _NOT_DOSE_DATE.search(text.split("ngày tiêm")[0]) and "ngày tiêm" not in text:
        return None
    for pattern in (_DATE_LABELLED, _DATE_ALONE, _DATE_OF_BAND, _DATE_LAST, _DAY_LABELLED):
        if m := pattern.search(text):
            return plain[m.start("value") : m.end("value")].strip()
    return None


def _read_place(plain: str, text: str, context: dict[str, str]) -> None:
    if "site" not in context and _STATION.match(text.strip()):
        context["site"] = plain.strip()
    for name, pattern in (("commune", _COMMUNE), ("district", _DISTRICT), ("province", _PROVINCE)):
        if name in context or not (m := pattern.search(text)):
            continue
        group = "value" if m["value"] else "office"
        value = _STOP.sub("", plain[m.start(group) : m.end(group)].lower())
        end = m.start(group) + len(value)
        if len(value.split()) > 1 or group == "office":
            context[name] = plain[m.start(group) : end].strip(" .-–:,")
