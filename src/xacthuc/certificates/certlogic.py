"""CertLogic 1.3.3: small expressions in JSON that say whether a certificate is enough, without surprises.

An expression is a text, a whole number, true or false, a list of expressions, or a map with one operator:
var, if, and, !, ===, in, +, <, <=, >, >=, before, after, not-before, not-after, plusTime, dccDateOfBirth,
extractFromUVCI, reduce. Source: CertLogic specification 1.3.3 (ehn-dcc-development/eu-dcc-business-rules).
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, NoReturn

from xacthuc.certificates.moments import UNITS, add_time, read_birth_date, read_moment

VERSION = (1, 3, 3)  # of the specification

_SEPARATORS = re.compile(r"[/#:]")
_PREFIX = "URN:UVCI:"
_INDEX = re.compile(r"[0-9]{1,9}")
Order = Callable[[Any, Any], bool]
LETTERS_A_STEP = 16  # of a text that is divided
LARGEST_INT = 2**53 - 1  # beyond it a browser would count differently


@dataclass(frozen=True)
class Limits:
    """Bounds of one evaluation; the largest rule of a European country takes some 200 steps at a depth of 15."""

    depth: int = 64  # operators within operators
    steps: int = 20_000  # operators, values and members looked at: ten milliseconds


LIMITS = Limits()


class CertLogicRefused(Exception):
    """An expression that cannot be evaluated here; `code` is of texts/certificate_rules.toml."""

    def __init__(self, code: str) -> None:
        """Keep the code; nothing of the expression or of the data is said."""
        self.code = code
        super().__init__(code)


def evaluate(expression: Any, data: Any, *, limits: Limits = LIMITS) -> Any:
    """Give the value of an expression on data: JSON values both, the value may also be a datetime in UTC.

    Raises CertLogicRefused, and nothing else, where
    - an operator is unknown (certlogic_operator_unknown) or does not have the operands it needs (certlogic_malformed)
    - a value is not of the kind that its operator works on (certlogic_types)
    - a text is no date, or a date leaves the years 1 to 9999 (certlogic_date)
    - it is nested too deeply (certlogic_too_deep) or takes too long (certlogic_too_long).

    Numbers are whole, between -(2**53 - 1) and 2**53 - 1; 2.0 is the same as 2. Nothing is in a list that is null. In a
    `reduce`, `data` is the data outside of it. Not checked: what the data say, and what is not evaluated, see
    certlogic_form.py. A value may hold itself many times over where a `reduce` repeats it: look at it, do not print it.
    """
    return _Evaluation(limits).value(expression, data, limits.depth)


def is_true(value: Any) -> bool:
    """Tell whether a value counts as true: empty text, list and map, zero, null and false do not.

    Raises CertLogicRefused for a value that is neither, such as a date or a broken number.
    """
    if value is None or isinstance(value, bool | str | Mapping | list | tuple):
        return bool(value)
    return _whole(value) != 0


class _Evaluation:
    """One evaluation, with the steps that are left to it."""

    def __init__(self, limits: Limits) -> None:
        self.steps = limits.steps

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            _refuse("certlogic_too_long")

    def value(self, expression: Any, data: Any, depth: int) -> Any:
        self.spend(1)
        if isinstance(expression, str | bool):
            return expression
        if depth <= 0:
            _refuse("certlogic_too_deep")
        if isinstance(expression, list):
            return [self.value(item, data, depth - 1) for item in expression]
        if isinstance(expression, dict):
            return self.operation(expression, data, depth - 1)
        return _whole(expression, code="certlogic_malformed")

    def operation(self, expression: dict[str, Any], data: Any, depth: int) -> Any:
        if len(expression) != 1:
            _refuse("certlogic_malformed")
        [(name, operands)] = expression.items()
        if name == "var":
            return self.access(operands, data)
        if name not in OPERATORS:
            _refuse("certlogic_operator_unknown")
        if not isinstance(operands, list):
            _refuse("certlogic_malformed")
        least, most = OPERATORS[name]
        if not least <= len(operands) <= (most or len(operands)):
            _refuse("certlogic_malformed")
        return _HANDLERS[name](self, operands, data, depth)

    def access(self, path: Any, data: Any) -> Any:
        if not isinstance(path, str):
            _refuse("certlogic_malformed")
        if path == "":
            return data
        found = data
        for part in path.split("."):
            self.spend(1)
            if part == "":
                _refuse("certlogic_malformed")
            if isinstance(found, Mapping):
                found = found.get(part)
            elif isinstance(found, list | tuple) and _INDEX.fullmatch(part):
                found = found[int(part)] if int(part) < len(found) else None
            else:
                return None
        return found

    def choose(self, operands: list[Any], data: Any, depth: int) -> Any:
        guard, then, otherwise = operands
        return self.value(then if is_true(self.value(guard, data, depth)) else otherwise, data, depth)

    def conjoin(self, operands: list[Any], data: Any, depth: int) -> Any:
        """Give the first value that is not true, else the last; what comes after it is not evaluated."""
        for operand in operands[:-1]:
            found = self.value(operand, data, depth)
            if not is_true(found):
                return found
        return self.value(operands[-1], data, depth)

    def negate(self, operands: list[Any], data: Any, depth: int) -> bool:
        return not is_true(self.value(operands[0], data, depth))

    def equate(self, operands: list[Any], data: Any, depth: int) -> bool:
        left, right = (self.value(operand, data, depth) for operand in operands)
        return _plain(left) == _plain(right)

    def contain(self, operands: list[Any], data: Any, depth: int) -> bool:
        wanted, members = (self.value(operand, data, depth) for operand in operands)
        if members is None:
            return False
        if not isinstance(members, list | tuple):
            _refuse("certlogic_types")
        self.spend(len(members))
        plain = _plain(wanted)
        return any(_plain(member) == plain for member in members)

    def add(self, operands: list[Any], data: Any, depth: int) -> int:
        left, right = (_whole(self.value(operand, data, depth)) for operand in operands)
        return _whole(left + right)

    def compare(self, operands: list[Any], data: Any, depth: int, *, order: Order) -> bool:
        numbers = [_whole(self.value(operand, data, depth)) for operand in operands]
        return all(map(order, numbers, numbers[1:]))

    def compare_moments(self, operands: list[Any], data: Any, depth: int, *, order: Order) -> bool:
        moments = [self.value(operand, data, depth) for operand in operands]
        if not all(isinstance(moment, datetime) for moment in moments):
            _refuse("certlogic_types")
        return all(map(order, moments, moments[1:]))

    def plus_time(self, operands: list[Any], data: Any, depth: int) -> datetime:
        operand, amount, unit = operands
        if not isinstance(unit, str) or unit not in UNITS:
            _refuse("certlogic_malformed")
        whole = _whole(amount, code="certlogic_malformed")
        moment = read_moment(_text(self.value(operand, data, depth)))
        return (moment and add_time(moment, whole, unit)) or _refuse("certlogic_date")

    def birth_date(self, operands: list[Any], data: Any, depth: int) -> datetime:
        text = _text(self.value(operands[0], data, depth))
        return read_birth_date(text) or _refuse("certlogic_date")

    def extract(self, operands: list[Any], data: Any, depth: int) -> str | None:
        index = _whole(operands[1], code="certlogic_malformed")
        identifier = self.value(operands[0], data, depth)
        if identifier is None:
            return None
        text = _text(identifier)
        self.spend(len(text) // LETTERS_A_STEP)
        parts = _SEPARATORS.split(text.removeprefix(_PREFIX))
        return parts[index] if 0 <= index < len(parts) else None

    def reduce(self, operands: list[Any], data: Any, depth: int) -> Any:
        operand, step, initial = operands
        members = self.value(operand, data, depth)
        found = self.value(initial, data, depth)
        if members is None:
            return found
        if not isinstance(members, list | tuple):
            _refuse("certlogic_types")
        for member in members:
            found = self.value(step, {"accumulator": found, "current": member, "data": data}, depth)
        return found


# Operator: fewest and most operands (None: any number). `var` alone has no list of operands.
OPERATORS: Mapping[str, tuple[int, int | None]] = {
    "if": (3, 3),
    "and": (2, None),
    "!": (1, 1),
    "===": (2, 2),
    "in": (2, 2),
    "+": (2, 2),
    **dict.fromkeys(("<", "<=", ">", ">="), (2, 3)),
    **dict.fromkeys(("before", "after", "not-before", "not-after"), (2, 3)),
    "plusTime": (3, 3),
    "dccDateOfBirth": (1, 1),
    "extractFromUVCI": (2, 2),
    "reduce": (3, 3),
}

_HANDLERS: Mapping[str, Callable[[_Evaluation, list[Any], Any, int], Any]] = {
    "if": _Evaluation.choose,
    "and": _Evaluation.conjoin,
    "!": _Evaluation.negate,
    "===": _Evaluation.equate,
    "in": _Evaluation.contain,
    "+": _Evaluation.add,
    "<": partial(_Evaluation.compare, order=operator.lt),
    "<=": partial(_Evaluation.compare, order=operator.le),
    ">": partial(_Evaluation.compare, order=operator.gt),
    ">=": partial(_Evaluation.compare, order=operator.ge),
    "before": partial(_Evaluation.compare_moments, order=operator.lt),
    "not-after": partial(_Evaluation.compare_moments, order=operator.le),
    "after": partial(_Evaluation.compare_moments, order=operator.gt),
    "not-before": partial(_Evaluation.compare_moments, order=operator.ge),
    "plusTime": _Evaluation.plus_time,
    "dccDateOfBirth": _Evaluation.birth_date,
    "extractFromUVCI": _Evaluation.extract,
    "reduce": _Evaluation.reduce,
}


def _plain(value: Any) -> tuple[str, Any]:
    """Give a value that can be compared, with its kind, so that 1 and true differ; lists, maps and dates cannot be."""
    if value is None or isinstance(value, bool | str):
        return type(value).__name__, value
    return "number", _whole(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _refuse("certlogic_types")


def _whole(value: Any, *, code: str = "certlogic_types") -> int:
    """Give a whole number of the size that every engine counts alike."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= LARGEST_INT:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST_INT:
        return value
    return _refuse(code)


def _refuse(code: str) -> NoReturn:
    raise CertLogicRefused(code)
