"""Whether a CertLogic expression is one: its form alone, before any data are there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from xacthuc.certificates.certlogic import LARGEST_INT, LIMITS, OPERATORS
from xacthuc.certificates.moments import UNITS

_PATH = re.compile(r"(?:[^.]+(?:\.[^.]+)*)?")
MAX_ISSUES = 100  # nobody reads more, and a hostile expression may have millions


@dataclass(frozen=True)
class Issue:
    """What is wrong with a part of an expression: the part and a sentence for the author of rules."""

    expression: Any
    message: str


def check_form(expression: Any, *, depth: int = LIMITS.depth) -> tuple[Issue, ...]:
    """Give what is wrong with the form of an expression, at most MAX_ISSUES; nothing where it is right.

    The sentences are those that the validation suite of CertLogic 1.3.3 asks for where it names one. Not checked:
    whether values will be of the kinds that their operators need; see certlogic.py.
    """
    return tuple(islice(_find(expression, depth), MAX_ISSUES))


def _find(expression: Any, depth: int) -> Iterator[Issue]:
    if depth < 0:
        yield Issue(expression, "nested too deeply")
    elif isinstance(expression, list):
        for item in expression:
            yield from _find(item, depth - 1)
    elif isinstance(expression, dict):
        yield from _find_in_operation(expression, depth)
    elif isinstance(expression, int | float) and not isinstance(expression, bool):
        if not _is_whole(expression):
            yield Issue(expression, f"{expression} is a non-integer number")
    elif not isinstance(expression, str | bool):
        yield Issue(expression, "invalid CertLogic expression")


def _find_in_operation(expression: dict[str, Any], depth: int) -> Iterator[Issue]:
    if len(expression) != 1:
        count = len(expression)
        yield Issue(expression, f"expression object must have exactly one key, but it has {count}")
        return
    [(name, operands)] = expression.items()
    if name == "var":
        yield from _find_in_path(expression, operands)
    elif not isinstance(operands, list):
        yield Issue(expression, 'operation not of the form { "<operator>": [ <values...> ] }')
    elif name not in OPERATORS:
        yield Issue(expression, f'unrecognised operator: "{name}"')
    else:
        yield from _find_in_operands(expression, name, operands, depth)


def _find_in_path(expression: dict[str, Any], path: Any) -> Iterator[Issue]:
    if not isinstance(path, str):
        yield Issue(expression, 'not of the form { "var": "<path>" }')
    elif not _PATH.fullmatch(path):
        yield Issue(expression, f"data access path doesn't have a valid format: {path}")


def _find_in_operands(expression: dict[str, Any], name: str, operands: list[Any], depth: int) -> Iterator[Issue]:
    least, most = OPERATORS[name]
    if not least <= len(operands) <= (most or len(operands)):
        wanted = f"{least}" if least == most else f"{least} or more" if most is None else f"{least} to {most}"
        yield Issue(expression, f'"{name}" takes {wanted} operands, but it has {len(operands)}')
        return
    if name in ("plusTime", "extractFromUVCI") and not _is_whole(operands[1]):
        yield Issue(expression, f'the second operand of "{name}" must be a whole number')
    if name == "plusTime" and operands[2] not in UNITS:
        yield Issue(expression, f"the unit of plusTime must be one of {', '.join(UNITS)}")
    for operand in operands[:1] if name in ("plusTime", "extractFromUVCI") else operands:
        yield from _find(operand, depth - 1)


def _is_whole(value: Any) -> bool:
    if isinstance(value, float):
        return value.is_integer() and abs(value) <= LARGEST_INT
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_INT
