"""In which state a case may be what: one dictionary, from which the diagram in the docs is drawn.

Who may do it at all stands in permissions.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from xacthuc_server.cases.refusals import WrongState


@dataclass(frozen=True)
class State:
    """A state: who has the case in it, and where each step leads."""

    owner: str  # for people; who that is in a case stands in `owner` and `raised_to` of the case
    steps: Mapping[str, str]

    @property
    def closed(self) -> bool:
        """Tell whether nothing leads out of it."""
        return not self.steps


# settle: its owner decides; end: its owner ends it without a decision, for a reason; ask: data are missing, and who
# entered the record has to bring them; complete: they are there; hand_over: somebody else answers for it;
# raise: its deadline has passed; vanish: the problem is gone.
TRANSITIONS: Mapping[str, State] = MappingProxyType(
    {
        "open": State(
            "the authority that can settle it",
            {
                "settle": "settled",
                "end": "ended",
                "ask": "waiting",
                "hand_over": "handed_over",
                "raise": "raised",
                "vanish": "ended",
            },
        ),
        "waiting": State(
            "the station, which brings what is missing",
            {"complete": "open", "end": "ended", "raise": "raised", "vanish": "ended"},
        ),
        "handed_over": State(
            "the organisation that it was given to",
            {
                "settle": "settled",
                "end": "ended",
                "ask": "waiting",
                "hand_over": "handed_over",
                "raise": "raised",
                "vanish": "ended",
            },
        ),
        "raised": State(
            "its owner still, and the level above answers for the delay",
            {
                "settle": "settled",
                "end": "ended",
                "ask": "waiting",
                "complete": "open",
                "hand_over": "handed_over",
                "raise": "raised",
                "vanish": "ended",
            },
        ),
        "settled": State("nobody: it was decided, and the person or the dose says how", {}),
        "ended": State("nobody: there is nothing to decide, and the outcome says why", {}),
    }
)

OPEN_STATES = tuple(name for name, state in TRANSITIONS.items() if not state.closed)


def can_step(state: str, step: str) -> bool:
    """Tell whether a step leads out of a state."""
    return step in TRANSITIONS[state].steps


def take_step(state: str, step: str) -> str:
    """Give the state that a step leads to; raises WrongState."""
    if not can_step(state, step):
        raise WrongState("case_wrong_state")
    return TRANSITIONS[state].steps[step]
