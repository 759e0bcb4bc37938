"""The order of a Vietnamese name: surname, middle, given; restored where it was written otherwise beyond doubt."""

from __future__ import annotations

from typing import Literal

from xacthuc.cleaning.name_words import SURNAME, NameWord, Trait

Verdict = Literal["right", "restored", "unsure"]
ORDER_VERDICTS: tuple[Verdict, ...] = ("right", "restored", "unsure")
_STRONG = Trait.SURE | Trait.COMMON


def restore_order(words: list[NameWord]) -> tuple[list[NameWord], Verdict]:
    """Give the words with a given name that was put first moved to the end, and how sure that is.

    Names of fewer than three words stay: nothing tells there.
    """
    if len(words) < 3:
        return words, "right"
    verdict = judge_order(words[0].traits, words[1].traits, words[2].traits, words[-1].traits)
    return ([*words[1:], words[0]] if verdict == "restored" else words), verdict


def judge_order(first: int, second: int, third: int, last: int) -> Verdict:
    """Judge by the traits of the first three words and the last whether a name of three words or more was turned."""
    if not _is_surname(second, third) or first & (Trait.SURE | Trait.MARKER):
        return "right"
    if not second & _STRONG:  # written without marks: only the middle marker tells
        told = not first & (Trait.BARE_SURNAME | Trait.MARKED) and (third | last) & (Trait.MARKER | Trait.BARE_MARKER)
        return "restored" if told else "right"
    if last & Trait.NEVER_LAST:
        return "restored"
    if first & (Trait.COMMON | Trait.BARE_SURNAME):
        return "unsure" if (third | last) & Trait.MARKER else "right"
    if first & Trait.FREQUENT_BASE:
        return "right"
    if (third | last) & Trait.MARKER:
        return "restored"
    if second & Trait.SURE and not first & Trait.KHMER:
        return "restored" if first & Trait.GIVEN else "unsure"
    return "right"


def _is_surname(traits: int, following: int) -> bool:
    # Văn is a middle name, unless another marker follows it: Văn Thị Ngọc.
    if traits & Trait.MARKER:
        return bool(following & Trait.MARKER)
    return bool(traits & (_STRONG | Trait.BARE_SURNAME))


def join_comma(before: list[NameWord], after: list[NameWord]) -> tuple[list[NameWord], Verdict]:
    """Give the words of 'Hương, Phạm Thị' or 'Nguyễn, Văn Hùng' in order; a foreign name keeps its surname first."""
    family_after = opens_with_surname(after)
    if not before or not after:
        return before + after, "right"
    if len(before) == 1 and before[0].traits & Trait.SURE and not before[0].traits & Trait.GIVEN:
        return before + after, "right"
    if family_after and len(before) == 1 and before[0].traits & Trait.COMMON:
        # Both could be the surname: "Mai, Hoàng Anh". A marker after the second one settles it.
        settled = (len(after) > 1 and after[1].traits & Trait.MARKER) or after[0].traits & Trait.SURE
        return (after + before, "restored") if settled else (before + after, "unsure")
    if family_after and len(before) <= 2:
        return after + before, "restored"
    return before + after, "right"


def opens_with_surname(words: list[NameWord]) -> bool:
    """Tell whether the first word is a surname of any kind, marks lost or not."""
    return bool(words) and bool(words[0].traits & (SURNAME | Trait.BARE_SURNAME))
