"""What each address of the node answers, and what of it is spent and logged."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xacthuc_register import signing
from xacthuc_register.checking import Checker, Found, tell_person
from xacthuc_register.claims import CLAIMS, ITEMS, Claim, read_claim, read_items, read_name, write_content
from xacthuc_register.folder import HEALTH, POLICE, NodeFolder, Partner
from xacthuc_register.refusals import NodeRefused
from xacthuc_register.state import State, Turn
from xacthuc_register.store import Store

CHANGES = 10_000  # references in one answer: half a megabyte
UNUSABLE = {"field": "row", "code": "exchange_claim_unusable"}

Said = Mapping[str, Any]


@dataclass(frozen=True)
class Asking:
    """One request of a partner, and all that is needed to answer it."""

    checker: Checker
    store: Store
    folder: NodeFolder
    state: State
    partner: Partner
    nonce: str
    now: datetime

    def log(self, turn: Turn, action: str, **said: Any) -> None:
        """Write down who asked what, and the codes of the answer."""
        turn.log(partner=self.partner.name, role=self.partner.role, action=action, **said)

    def log_refusal(self, path: str, refusal: NodeRefused) -> None:
        """Write down that a question of a known partner was refused."""
        with self.state.remember(now=self.now) as turn:
            if refusal.code != "node_repeated":
                turn.take_nonce(self.nonce)
            self.log(turn, path.rsplit("/", 1)[-1], refused=refusal.code)

    def name_officer(self, officer: str) -> str:
        """Give whose budget is spent."""
        return f"{self.partner.name}:{officer}"


def check(asking: Asking, said: Said) -> Said:
    """Answer claims in codes; too many claims about one person are answered with that code alone."""
    asker = said.get("asker")
    if not isinstance(asker, Mapping):
        raise NodeRefused("node_request_unusable")
    officer, organisation = read_name(asker.get("officer")), read_name(asker.get("organisation"))
    claims = {item["ref"]: read_claim(item) for item in read_items(said.get("claims"), most=CLAIMS)}
    found = {ref: _find(asking, claim) for ref, claim in claims.items()}
    with asking.state.remember(now=asking.now) as turn:
        turn.take_nonce(asking.nonce)
        turn.spend(asking.name_officer(officer), "claims_a_day", len(claims))
        answers = [_tell(asking, turn, ref, claim=claim, found=found[ref]) for ref, claim in claims.items()]
        codes = [_list_codes(answer) for answer in answers]
        meant = {ref: people for ref in found if (people := _name_meant(asking, found[ref]))}
        asking.log(turn, "check", officer=officer, organisation=organisation, answers=codes, people=meant)
    return {"version": asking.store.index.version, "answers": answers}


def candidates(asking: Asking, said: Said) -> Said:
    """Show an officer whom a claim may mean."""
    officer, case = read_name(said.get("officer")), read_name(said.get("case"))
    claim = read_claim(said.get("claim"))
    if claim is None:
        raise NodeRefused("node_claim_unusable")
    shown = asking.checker.list_candidates(claim)
    with asking.state.remember(now=asking.now) as turn:
        turn.take_nonce(asking.nonce)
        turn.spend(asking.name_officer(officer), "looks_a_day", 1)
        people = [candidate["person"] for candidate in shown]
        asking.log(turn, "candidates", officer=officer, case=case, people=people)
    return {"version": asking.store.index.version, "candidates": shown}


def vouch(asking: Asking, said: Said) -> Said:
    """Vouch for the people whom an officer has chosen: who they are by the register, each signed by itself."""
    officer, case = read_name(said.get("officer")), read_name(said.get("case"))
    items = read_items(said.get("items"), most=ITEMS)
    answers = [_vouch_for(asking, item) for item in items]
    with asking.state.remember(now=asking.now) as turn:
        turn.take_nonce(asking.nonce)
        turn.spend(asking.name_officer(officer), "vouched_a_day", len(items))
        codes = [
            [answer["ref"], item.get("person"), answer.get("refused")]
            for item, answer in zip(items, answers, strict=True)
        ]
        asking.log(turn, "vouch", officer=officer, case=case, answers=codes)
    return {"version": asking.store.index.version, "answers": answers}


def changes(asking: Asking, said: Said) -> Said:
    """Tell who has changed since a version of the register, by reference, a page at a time; `next` begins the next."""
    try:
        since, begin = int(said.get("since", "")), int(said.get("begin", "0"))
    except ValueError:
        raise NodeRefused("node_request_unusable") from None
    changed = asking.store.list_changes(since)  # a later version goes on where this one ends: `begin` stays right
    end = max(begin, 0) + CHANGES
    people = changed[max(begin, 0) : end]
    with asking.state.remember(now=asking.now) as turn:
        turn.take_nonce(asking.nonce)
        asking.log(turn, "changes", since=since, begin=begin, count=len(people))
    return {
        "version": asking.store.index.version,
        "people": people,
        "next": end if end < len(changed) else None,
    }


Answer = Callable[[Asking, Said], Said]

# By path: the method, who may, and what answers.
ANSWERS: Mapping[str, tuple[str, Sequence[str], Answer]] = {
    "/v1/check": ("POST", (HEALTH, POLICE), check),
    "/v1/candidates": ("POST", (POLICE,), candidates),
    "/v1/vouch": ("POST", (POLICE,), vouch),
    "/v1/changes": ("GET", (HEALTH, POLICE), changes),
}


def _find(asking: Asking, claim: Claim | None) -> Found | NodeRefused | None:
    try:
        return None if claim is None else asking.checker.check(claim)
    except NodeRefused as refusal:
        return refusal


def _tell(
    asking: Asking, turn: Turn, ref: str, *, claim: Claim | None, found: Found | NodeRefused | None
) -> dict[str, Any]:
    if claim is None or found is None:
        return {"ref": ref, "identity": "REFUSED", "reasons": [UNUSABLE], "sure": False, "person": None}
    if isinstance(found, NodeRefused):
        return {"ref": ref, "refused": found.code}
    hide, content = asking.folder.referrer.hide, write_content(claim)
    about = [asking.checker.name_person(row) for row in found.list_meant()]
    number = claim["number12"] or claim["number9"]
    about = about or ([hide(number)] if number else [])
    if not all([turn.ask_about(person, hide(content)) for person in about]):
        return {"ref": ref, "refused": "node_person_spent"}
    return {
        "ref": ref,
        "identity": found.decision["identity"],
        "reasons": found.list_reasons(),
        "sure": found.decision["sure"],
        "person": asking.checker.name_sure(found),
    }


def _list_codes(answer: Mapping[str, Any]) -> list[str]:
    """Give what the log says of an answer."""
    if "refused" in answer:
        return [answer["ref"], answer["refused"]]
    return [answer["ref"], answer["identity"], *(reason["code"] for reason in answer["reasons"])]


def _name_meant(asking: Asking, found: Found | NodeRefused | None) -> list[str]:
    return [asking.checker.name_person(row) for row in found.list_meant()] if isinstance(found, Found) else []


def _vouch_for(asking: Asking, item: Mapping[str, Any]) -> dict[str, Any]:
    ref, person, claim = item["ref"], read_name(item.get("person")), read_claim(item.get("claim"))
    if claim is None:
        return {"ref": ref, "refused": "node_claim_unusable"}
    try:
        row = asking.checker.find_person(claim, person)
    except NodeRefused as refusal:
        return {"ref": ref, "refused": refusal.code}
    if row is None:
        return {"ref": ref, "refused": "node_person_unlike"}
    said = {
        "ref": ref,
        "person": person,
        **tell_person(row),
        "version": asking.store.index.version,
        "at": asking.now.isoformat(timespec="seconds"),
        "key": asking.folder.key_id,
    }
    statement = json.dumps(said, ensure_ascii=False, sort_keys=True)
    signature = signing.sign(signing.write_statement(statement), asking.folder.key)
    return {"ref": ref, "statement": statement, "signature": signature}
