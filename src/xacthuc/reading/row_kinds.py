"""Which row holds a person, which is a heading, blank, or counts and signs.

A note or a signature counts with the totals: it is nobody, and stands below or between people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xacthuc.reading.content import get_words_pattern, looks_like_name
from xacthuc.reading.grid import Row
from xacthuc.reading.header import is_numbering
from xacthuc.reading.legacy import decode, fold
from xacthuc.reading.plan import Plan
from xacthuc.reading.titles import is_place, read_titles
from xacthuc.records import RowKind

_TOTAL = re.compile(r"\W*(?:tổng|cộng)\b")
_TOTAL_BARE = re.compile(r"(?:cong|tong)(?:$| (?:xom|ap|thon|to|trang|khom|doi|phuong|xa|cac|\d))")
_PLACE_DATE = re.compile(
    r"ngay\s*(?:\d{0,2})\s*thang\s*(?:\d{0,2})\s*nam\s*(?:\d{0,4})\s*$"
    r"|^(?!.*\btiem\b)[a-z].* ngay \d{1,2} \d{1,2} \d{4}$"
)
_HINT = re.compile(r"\s*\(.*\)\s*|\s*(?:ví dụ|vd)\s*[:.].*", re.IGNORECASE | re.DOTALL)
_STRONG = {
    "birth_date": re.compile(r"\d{1,4}[/.\-]\d|(?:19|20)\d\d|^\d{5}(?:\d{3})?$"),
    "dose_date": re.compile(r"\d{1,4}[/.\-]\d|(?:19|20)\d\d|^\d{5}(?:\d{3})?$"),
    "number": re.compile(r"(?:\d[ .\-']*){7,}|^[A-Z]{1,3}\d{5,}|\dE\+", re.IGNORECASE),
    "phone": re.compile(r"(?:\d[ .\-]*){8,}"),
    "insurance": re.compile(r"\d{8,}"),
    "qr": re.compile(r"\|"),
}
_SURE = ("birth_date", "dose_date", "number", "qr", "insurance")
_PAGE = re.compile(r"(?:trang|page|to so) ?\d+(?: ?\d+)?")
_TITLE_OF_TOTALS = re.compile(r"tong hop (?:danh sach|ds|ket qua|nguoi|doi tuong|cac)\b")
_RANKED = re.compile(r"[IVX]+|\d+|[A-Za-z]|[.)]")
_FIGURE = re.compile(r"[\d.,%\s]+")
_LEAST_OF_PERSON = 3
_DATE_LENGTH = 12  # letters of a date by itself
_NOTE_LENGTH = 80  # a single text longer than this is a remark, not a sub-heading


def is_title_of_totals(folded: str) -> bool:
    """Tell whether a text is a title that begins like a total: TỔNG HỢP DANH SÁCH ..."""
    return _TITLE_OF_TOTALS.match(folded) is not None


def _is_hint(cells: list[tuple[int, str]]) -> bool:
    """Tell whether a row only says how to fill in the columns: (dd/mm/yyyy), (12 số)."""
    return len(cells) > 2 and all(_HINT.fullmatch(c) for _, c in cells)


class RowSorter:
    """Tells the kind of each row of a list, from top to bottom; remembers whether the signatures have begun."""

    def __init__(self, plan: Plan, *, header: Sequence[Row], titles: Sequence[Row]) -> None:
        """Take the plan of the columns and the rows of heading and titles, which may come again."""
        self._plan = plan
        self._headers = [[fold(c, plan.encoding) if c else "" for c in row] for row in header]
        self._titles = {fold(c, plan.encoding) for row in titles for c in row if c}
        self._names = {c.index for c in plan.list_columns("name")}
        self._mapped = {c.index: c.field for c in plan.columns}
        self._tail = False
        self.repeats = False  # whether the last row was heading or title come again

    def find_kind(self, row: Row) -> RowKind:
        """Give the kind of a row."""
        cells = [(i, c) for i, c in enumerate(row) if c]
        if not cells or all(i == self._plan.ordinal and c.strip(" .)").isdigit() for i, c in cells):
            return "blank"
        self.repeats = self.is_header_again(row) or is_numbering(row) or _is_hint(cells)
        if self.repeats:
            return "heading"
        strong = self._find_strong(cells)
        if self._is_label(cells):  # "Ngày tiêm:  24/09/2021" is a title, wherever the date stands
            return "heading"
        text = next((c for i, c in cells if not _FIGURE.fullmatch(c)), cells[0][1])
        if not strong.intersection(_SURE):
            kind = self._find_other(cells, text, strong)
            if kind:
                return kind
        self._tail = False
        return "data"

    @property
    def in_tail(self) -> bool:
        """Whether the signatures have begun."""
        return self._tail

    def leave_tail(self) -> None:
        """Say that people were seen in between: the signatures have not begun."""
        self._tail = False

    def is_person_row(self, row: Row) -> bool:
        """Tell whether a row is a person's and no part of a title: three cells under headings, one of them telling."""
        cells = [(i, c) for i, c in enumerate(row) if c]
        if any(c.rstrip().endswith(":") for _, c in cells):
            return False
        named = any(i in self._names for i, _ in cells)
        numbered = any(i == self._plan.ordinal and c.strip(" .)").isdigit() for i, c in cells)
        under = sum(i in self._mapped for i, _ in cells)
        return under >= _LEAST_OF_PERSON and (named or numbered) and (numbered or bool(self._find_strong(cells)))

    def is_header_again(self, row: Row) -> bool:
        """Tell whether a row of the heading comes again."""
        folded = [(i, fold(c, self._plan.encoding)) for i, c in enumerate(row) if c]
        for header in self._headers:
            same = sum(i < len(header) and f != "" and header[i] == f for i, f in folded)
            if same >= 2 and same * 2 > len(folded):
                return True
        return False

    def _find_strong(self, cells: list[tuple[int, str]]) -> set[str]:
        """Give the fields whose cells show a date, a number or a card; a place with a date is a signature's."""
        named = any(i in self._names for i, _ in cells)
        strong = set()
        for i, cell in cells:
            field = self._mapped.get(i, "")
            pattern = _STRONG.get(field)
            signed = not named and len(cell) > _DATE_LENGTH and _PLACE_DATE.search(fold(cell, self._plan.encoding))
            if pattern and pattern.search(cell.strip()) and not signed:
                strong.add(field)
        return strong

    def _is_label(self, cells: list[tuple[int, str]]) -> bool:
        if not (2 <= len(cells) <= 4 and any(c.rstrip().endswith(":") for _, c in cells)):
            return False
        return bool(read_titles([[c for _, c in cells]], encoding=self._plan.encoding)[0])

    def _find_other(self, cells: list[tuple[int, str]], text: str, strong: set[str]) -> RowKind | None:
        """Give the kind of a row without birth date, number, dose date or card; None if it is a person all the same."""
        encoding = self._plan.encoding
        folded = [fold(c, encoding) for _, c in cells]
        if self._is_total(text) or (not strong and all(_FIGURE.fullmatch(c) for _, c in cells)):
            return "total"
        named = [c for i, c in cells if i in self._names]
        numbered = any(i == self._plan.ordinal and c.strip(" .)").isdigit() for i, c in cells)
        person = named and (numbered or any(self._is_person(c) for c in named))
        if any(self._is_signature(f) for f in folded) and not (person and not self._tail):
            self._tail = True
            return "total"
        if set(folded) <= self._titles or all(_PAGE.fullmatch(f) for f in folded):
            self.repeats = True
            return "heading"
        if self._tail and not numbered and not strong:
            return "total"
        if len({c for _, c in cells}) == 1:
            return self._find_lone(text, named=bool(named))
        texts = [c for i, c in cells if not _RANKED.fullmatch(c.strip())]
        if not strong and len(texts) == 1 and is_place(texts[0], encoding=encoding):
            return "heading"
        if not named and not strong and read_titles([[c for _, c in cells]], encoding=encoding)[0]:
            return "heading"
        if named or strong or len([i for i, _ in cells if i in self._mapped]) > 1:
            return None
        return "data" if numbered and any(i in self._mapped for i, _ in cells) else self._find_lone(text, named=False)

    def _find_lone(self, text: str, *, named: bool) -> RowKind | None:
        """Give the kind of a row that holds one text: sub-heading, remark, or a person known by name only."""
        encoding = self._plan.encoding
        if len(text) > _NOTE_LENGTH or get_words_pattern("notes").match(fold(text, encoding)):
            return "total"
        if named and looks_like_name(text, encoding) and not is_place(text, encoding=encoding):
            return None
        return "heading"

    def _is_total(self, text: str) -> bool:
        encoding = self._plan.encoding
        folded = fold(text, encoding)
        if is_title_of_totals(folded):
            return False
        if _TOTAL.match(decode(text, encoding).lower()) or _TOTAL_BARE.match(folded):
            return True
        return get_words_pattern("totals").match(folded) is not None

    def _is_person(self, name: str) -> bool:
        encoding = self._plan.encoding
        return looks_like_name(name, encoding) and not self._is_signature(fold(name, encoding))

    @staticmethod
    def _is_signature(folded: str) -> bool:
        if _PLACE_DATE.search(folded):
            return True
        found = get_words_pattern("signers").match(folded)
        return found is not None and len(folded) - len(found.group()) <= 30
