"""The pages of this package: templates in, self-contained HTML out, numbers as each language writes them."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from xacthuc.reporting.words import Words


def both(vi: object, en: object) -> Markup:
    """Give a text in the two languages, one of which the page shows; equal texts are written once."""
    if str(vi) == str(en):
        return escape(vi)
    return Markup('<span class="vi" lang="vi">{}</span><span class="en" lang="en">{}</span>').format(vi, en)


def say(words: Words) -> Markup:
    """Give a pair of words as `both` does."""
    return both(words.vi, words.en)


def write_count(value: int) -> Words:
    """Write a whole number: 1.234.567 in Vietnamese, 1,234,567 in English."""
    english = f"{value:,}"
    return Words(english.replace(",", "."), english)


def write_share(part: int | None, whole: int | None, *, digits: int = 1) -> Words:
    """Write part of whole in percent (12,3 % and 12.3%); a dash where there is no whole.

    A share that rounds to 100 without being whole, or to 0 without being nothing, is held back from saying so.
    """
    if part is None or not whole:
        return Words("–", "–")
    share = round(100 * part / whole, digits)
    step = 10**-digits
    if part < whole:
        share = min(share, 100 - step)
    if part > 0:
        share = max(share, step)
    text = f"{share:.{digits}f}"
    return Words(text.replace(".", ",") + " %", text + "%")


def write_large(value: int) -> Words:
    """Write a large number for a headline: 61,2 triệu and 61.2 million; below a million in full."""
    if value < 1_000_000:
        return write_count(value)
    text = f"{value / 1_000_000:.1f}" if value < 100_000_000 else f"{value / 1_000_000:.0f}"
    return Words(text.replace(".", ",") + " triệu", text + " million")


def write_day(day: date) -> Words:
    """Write a day as the languages do: 09/11/2021 and 9 November 2021."""
    return Words(f"{day:%d/%m/%Y}", f"{day.day} {day:%B} {day.year}")


@cache
def _open_templates() -> Environment:
    templates = Environment(
        loader=PackageLoader("xacthuc.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals.update(
        both=both,
        say=say,
        write_large=write_large,
        write_share=write_share,
        num=lambda value: say(write_count(value)),
        large=lambda value: say(write_large(value)),
        share=lambda part, whole, digits=1: say(write_share(part, whole, digits=digits)),
        day=lambda value: say(write_day(value)),
    )
    return templates


def render_page(template: str, **values: Any) -> str:
    """Render one template of this package; a name that the template uses and nobody gives is an error."""
    return _open_templates().get_template(template).render(**values)
