"""The order of a Vietnamese name: surname, middle, given; restored where it was written otherwise beyond doubt."""

from __future__ import annotations

from typing import Literal

from xacthuc.cleaning.name_words import SURNAME, NameWord, Trait

Verdict = Literal["right", "restored", "unsure"]
_STRONG = Trait.SURE | Trait.COMMON


def restore_order(words: list[NameWord]) -> tuple[list[NameWord], Verdict]:
    """Give the words with a given name that was put first moved to the end, and how sure that is.

    Names of fewer than three words stay: nothing tells there.
    """
    if len(words) < 3 or not needs_look(words[0].traits, words[1].traits, words[2].traits):
        return words, "right"
    verdict = _judge_order(words)
    return ([*words[1:], words[0]] if verdict == "restored" else words), verdict


def needs_look(first: Trait, second: Trait, third: Trait) -> bool:
    """Tell whether the order of a name with these words can be in doubt: the second word is a surname."""
    if not _is_surname(second, third) or first & (Trait.SURE | Trait.MARKER):
        return False
    return not first & Trait.BARE_SURNAME or bool(second & _STRONG)


def _is_surname(traits: Trait, following: Trait) -> bool:
    # Văn is a middle name, unless another marker follows it: Văn Thị Ngọc.
    if traits & Trait.MARKER:
        return bool(following & Trait.MARKER)
    return bool(traits & (_STRONG | Trait.BARE_SURNAME))


def _judge_order(words: list[NameWord]) -> Verdict:
    first, second, third, last = (words[at].traits for at in (0, 1, 2, -1))
    marker = Trait.MARKER | Trait.BARE_MARKER
    if not second & _STRONG:  # written without marks: only the middle marker tells
        bare_first = first & (Trait.BARE_SURNAME | Trait.MARKED)
        return "restored" if not bare_first and (third & marker or last & marker) else "right"
    if words[-1].shown == "Thị":  # no name ends so
        return "restored"
    if first & Trait.COMMON:
        return "unsure" if third & Trait.MARKER else "right"
    if first & Trait.FREQUENT_BASE:
        return "right"
    if third & Trait.MARKER or last & Trait.MARKER:
        return "restored"
    if second & Trait.SURE:
        return "restored" if first & Trait.GIVEN else "unsure"
    return "right"


def join_comma(before: list[NameWord], after: list[NameWord]) -> tuple[list[NameWord], Verdict]:
    """Give the words of 'Hương, Phạm Thị' or 'Nguyễn, Văn Hùng' in order; a foreign name keeps its surname first."""
    family_after = opens_with_surname(after)
    if not before or not after:
        return before + after, "right"
    if len(before) == 1 and before[0].traits & Trait.SURE and not before[0].traits & Trait.GIVEN:
        return before + after, "right"
    if family_after and len(before) == 1 and before[0].traits & Trait.COMMON:
        # Both could be the surname: "Mai, Hoàng Anh". A marker after the second one settles it.
        settled = len(after) > 1 and after[1].traits & Trait.MARKER or after[0].traits & Trait.SURE
        return (after + before, "restored") if settled else (before + after, "unsure")
    if family_after and len(before) <= 2:
        return after + before, "restored"
    return before + after, "right"


def opens_with_surname(words: list[NameWord]) -> bool:
    """Tell whether the first word is a surname of any kind, marks lost or not."""
    return bool(words) and bool(words[0].traits & (SURNAME | Trait.BARE_SURNAME))
