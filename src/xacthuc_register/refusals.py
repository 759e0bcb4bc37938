"""Why the node refuses: a code, its HTTP status, and both languages."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from xacthuc.runs.refusals import CommandRefused


class NodeRefused(CommandRefused):
    """The node does not do what it was asked, or cannot start: a code of texts.toml, said in both languages."""

    def __init__(self, code: str, name: object = "") -> None:
        """`name` is a file, folder, partner or number; never a value of a claim or of the register."""
        self.code, self.name = code, str(name)
        text = load_texts()[code]
        self.status = int(text.get("status", 400))
        self.vi, self.en = (str(text[language]).format(name=name) for language in ("vi", "en"))
        super().__init__(f"{self.vi}\n{self.en}")


class NodeAway(NodeRefused):
    """Nobody answers at the node's address, or too late."""


class BudgetSpent(NodeRefused):
    """The officer has asked as much as one may in a day."""


class NotTrusted(NodeRefused):
    """One side does not know or believe the other: key, signature, clock or role."""


NOT_TRUSTED = (
    "node_unsigned", "node_key_unknown", "node_signature_wrong", "node_time_off", "node_repeated", "node_not_police",
    "node_answer_unsigned",
)  # fmt: skip
SPENT = ("node_officer_spent", "node_looks_spent")


def make_refusal(code: str, name: object = "") -> NodeRefused:
    """Give the exception of a code that the node has answered; an unknown code is one of a newer node."""
    if code not in load_texts():
        return NodeRefused("node_answer_unknown")
    kind = NotTrusted if code in NOT_TRUSTED else BudgetSpent if code in SPENT else NodeRefused
    return kind(code, name)


@cache
def load_texts() -> Mapping[str, Mapping[str, str | int]]:
    """Give the sentences and the status of every code of the node."""
    text = (resources.files("xacthuc_register") / "texts.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
