"""Words of cases: what a state, a reason or a value is called."""

from __future__ import annotations

from typing import Any

from django import template

from xacthuc_server import texts
from xacthuc_server.desk.templatetags.words import day, language

register = template.Library()


@register.simple_tag
def prefixed(prefix: str, code: str) -> str:
    """Give the sentence of a code that belongs to a family: state_open, why_need_number."""
    return texts.say(f"{prefix}_{code}", language=language())


@register.filter
def fact(value: Any, name: str) -> str:
    """Give a value of a person as people write it."""
    if name == "birth_date":
        return day(value)
    if name == "sex":
        return texts.say(f"sex_{value.lower()}", language=language()) if value else "–"
    return str(value or "–")
