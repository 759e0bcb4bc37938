"""The village's register, answered by the library's slow reference in this process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rows import make_row, number_rows
from village import PEOPLE
from xacthuc.matching import read_model, reference

MODEL = Path(__file__).parents[2] / "conformance" / "model.json"
REASONS = (("name", "name"), ("birth", "birth_date"), ("sex", "sex"), ("number", "number"))


class Village:
    """Answers as a register node does, and remembers what it was asked."""

    def __init__(self, *, silent: bool = False, away: bool = False) -> None:
        rows = [make_row(**{k: v for k, v in person.items() if k != "id"}, record=person["id"]) for person in PEOPLE]
        self.people = number_rows(rows, number="person_no")
        self.silent, self.away = silent, away
        self.asked: list[str] = []

    def check(self, claims: Sequence[Mapping[str, str | None]], *, organisation: str, officer: str) -> dict[str, Any]:
        from xacthuc_server.jobs.asking import RegisterAway

        if self.away:
            raise RegisterAway
        self.asked += [str(claim["ref"]) for claim in claims]
        rows = [{**claim, "claim": at, "refused": None} for at, claim in enumerate(claims)]
        decided = reference.match(rows, self.people, read_model(MODEL))
        return {str(claim["ref"]): self._write(str(claim["ref"]), decided[at]) for at, claim in enumerate(claims)}

    def _write(self, ref: str, said: Mapping[str, Any]) -> Any:
        if self.silent:
            return SimpleNamespace(ref=ref, identity="", reasons=(), sure=False, person=None, refused="node_budget")
        person = PEOPLE[said["person_no"]]["id"] if said["sure"] else None
        reasons = tuple((field, said[name]) for name, field in REASONS if said[name])
        return SimpleNamespace(
            ref=ref, identity=said["identity"], reasons=reasons, sure=said["sure"], person=person, refused=None
        )
