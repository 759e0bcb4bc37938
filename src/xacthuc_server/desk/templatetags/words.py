"""What templates say: sentences by code, in the language of the request; days and numbers as people write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from xacthuc.reporting.words import name_field
from xacthuc_server import texts

register = template.Library()


def language() -> str:
    """Give the language of the request, Vietnamese where none is known."""
    return (get_language() or "vi")[:2]


@register.simple_tag
def say(code: str, **named: Any) -> str:
    """Give the sentence of a code."""
    return texts.say(code, language=language(), **named)


@register.filter
def words(code: str) -> str:
    """Give the sentence of a code that is a value."""
    return texts.say(code, language=language())


@register.filter
def field_words(name: str) -> str:
    """Give what a field of a list is called."""
    return getattr(name_field(name), language())


@register.filter
def day(value: Any) -> str:
    """Give a day as people write it: 09/11/2021; a year alone stays a year."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    if isinstance(value, str) and len(value) == 10:
        value = date.fromisoformat(value)
    return value.strftime("%d/%m/%Y") if isinstance(value, date) else value or "–"


@register.filter
def moment(value: datetime | None) -> str:
    """Give a moment: 09/11/2021 14:05."""
    return timezone.localtime(value).strftime("%d/%m/%Y %H:%M") if value else "–"


@register.filter
def count(value: int | None) -> str:
    """Give a number with its thousands apart: 12.345 in Vietnamese, 12,345 in English."""
    text = f"{value or 0:,}"
    return text if language() == "en" else text.replace(",", ".")


SIGNS = {
    "good": "✓",
    "bad": "✕",
    "doubt": "?",
    "wait": "…",
}
# What each verdict is to the eye; the word stands beside the sign, so that nothing hangs on the colour.
MOODS = {
    "MATCHED": "good", "PLAUSIBLE": "good", "MISMATCH": "bad", "NOT_FOUND": "bad", "REFUSED": "bad", "DUPLICATE": "bad",
    "AMBIGUOUS": "doubt", "NO_NUMBER": "doubt", "DOUBTFUL": "doubt", "FOREIGN": "doubt", "UNASKED": "wait",
    "UNJUDGED": "wait",
}  # fmt: skip


@register.inclusion_tag("desk/parts/verdict.html")
def verdict(value: str, settled: str = "") -> dict[str, Any]:
    """Show a verdict: sign, colour and word; one that somebody has settled says so."""
    mood = "good" if settled else MOODS[value]
    return {"mood": mood, "sign": SIGNS[mood], "code": f"settled_{settled}" if settled else f"verdict_{value.lower()}"}


@register.simple_tag(takes_context=True)
def here(context: dict[str, Any], name: str) -> SafeString | str:
    """Mark the link of the page one is on."""
    match = context["request"].resolver_match
    return SafeString('aria-current="page"') if match and match.url_name == name else ""
