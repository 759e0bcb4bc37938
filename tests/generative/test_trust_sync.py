"""A verifier keeps its trust list over years of honest publishing and attacks in between, as a seeded simulation.

What must hold after every step, whatever was fetched: the version never falls, the list is one that the authority has
published, a list that is out of date accepts nobody, and an honest list is taken at once afterwards.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from signers import NOON, make_certificate, new_key
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.signed import ListKey
from xacthuc.certificates.trust import TRANSITIONS, TrustState, look, receive
from xacthuc.certificates.trust_document import LIST_BYTES, Draft, read_offer, sign_list, sign_rollover

LIFE = timedelta(days=10)
CERTIFICATES = [make_certificate(country) for country in ("VN", "DE", "FR", "SG")]
STEPS = 80


@dataclass
class Authority:
    """What the honest side has: its roots, and every list that it published."""

    roots: list[ListKey] = field(default_factory=lambda: [new_key()])
    rollovers: list[bytes] = field(default_factory=list)
    lists: list[bytes] = field(default_factory=list)

    def publish(self, at: datetime, rng: random.Random) -> bytes:
        chosen = tuple(rng.sample(CERTIFICATES, rng.randint(1, len(CERTIFICATES))))
        draft = Draft(len(self.lists) + 1, chosen, rollovers=tuple(self.rollovers))
        self.lists.append(sign_list(draft, issued=at, expires=at + LIFE, key=self.roots[-1]))
        return self.lists[-1]

    def roll_over(self, at: datetime) -> None:
        new = new_key()
        self.rollovers.append(sign_rollover(new.public, at=at, key=self.roots[-1]))
        self.roots.append(new)


@dataclass
class World:
    """A verifier, what it may be given, and what its clock says."""

    authority: Authority
    state: TrustState
    now: datetime
    rng: random.Random
    codes: dict[str, set[str]] = field(default_factory=dict)

    def fetch(self, data: bytes, *, name: str = "honest") -> None:
        try:
            self.state = receive(self.state, read_offer(data, root=self.state.root), at=self.now)
            self.codes.setdefault(name, set()).add("taken")
        except ListRefused as refusal:
            self.codes.setdefault(name, set()).add(refusal.code)


def rollback(world: World) -> bytes:
    return world.rng.choice(world.authority.lists[:-1])


def freeze(world: World) -> bytes:
    """Give the same list for ever."""
    return world.authority.lists[max(0, world.state.version - 1)]


def mix_and_match(world: World) -> bytes:
    """Give what one list says under the signature of another."""
    one, other = (json.loads(data) for data in world.rng.sample(world.authority.lists, 2))
    return json.dumps({"payload": one["payload"], "signatures": other["signatures"]}).encode()


def endless(world: World) -> bytes:
    return b'{"payload":"' + b"A" * LIST_BYTES


def wrong_root(world: World) -> bytes:
    """Give a list of a stranger, with the chain of the authority before it."""
    draft = Draft(10**6, tuple(CERTIFICATES), rollovers=tuple(world.authority.rollovers))
    return sign_list(draft, issued=world.now, expires=world.now + LIFE, key=new_key())


def stolen_old_root(world: World) -> bytes:
    """Give a list signed by a root that was replaced, with the chain as far as it."""
    place = world.rng.randrange(len(world.authority.roots))
    draft = Draft(10**6, tuple(CERTIFICATES), rollovers=tuple(world.authority.rollovers[:place]))
    key = world.authority.roots[place] if place < len(world.authority.roots) - 1 else new_key()
    return sign_list(draft, issued=world.now, expires=world.now + LIFE, key=key)


def own_rollover(world: World) -> bytes:
    """Give a chain to which a stranger has added a link."""
    mine, theirs = new_key(), new_key()
    link = sign_rollover(theirs.public, at=world.now, key=mine)
    draft = Draft(10**6, tuple(CERTIFICATES), rollovers=(*world.authority.rollovers, link))
    return sign_list(draft, issued=world.now, expires=world.now + LIFE, key=theirs)


def cut(world: World) -> bytes:
    return world.authority.lists[-1][: -world.rng.randint(1, 200)]


def another_algorithm(world: World) -> bytes:
    said = json.loads(world.authority.lists[-1])
    header = base64.urlsafe_b64encode(b'{"alg":"none","kid":"0"}').rstrip(b"=").decode()
    return json.dumps({**said, "signatures": [{"protected": header, "signature": ""}]}).encode()


def another_kind(world: World) -> bytes:
    return sign_rollover(new_key().public, at=world.now, key=world.authority.roots[-1])


def clock_back(world: World) -> bytes:
    """Set the clock back by years, and give an old list again."""
    world.now -= timedelta(days=1_000)
    return rollback(world)


# Each attack with what it may be answered by; "taken" only where the list is the one that is held.
ATTACKS: dict[Callable[[World], bytes], set[str]] = {
    rollback: {"list_backwards", "list_key_unknown", "taken"},
    freeze: {"taken", "trust_list_too_old", "list_key_unknown"},
    mix_and_match: {"list_altered", "list_damaged", "list_key_unknown"},
    endless: {"list_too_large"},
    wrong_root: {"list_key_unknown", "list_altered"},
    stolen_old_root: {"list_key_unknown", "list_altered"},
    own_rollover: {"list_key_unknown"},
    cut: {"list_damaged"},
    another_algorithm: {"list_damaged"},
    another_kind: {"list_of_another_kind"},
    clock_back: {"list_backwards", "list_key_unknown", "taken"},
}


@pytest.mark.parametrize("seed", range(4))
def test_a_verifier_survives(seed: int) -> None:
    rng = random.Random(seed)
    authority = Authority()
    world = World(authority, TrustState(authority.roots[0].public), NOON, rng)
    real = NOON
    for _ in range(3):
        authority.publish(real, rng)
    world.fetch(authority.lists[-1])
    for _ in range(STEPS):
        real += timedelta(hours=rng.randint(1, 60))
        world.now = real
        before = world.state
        attack = rng.choice([None, *ATTACKS])
        if attack is None:
            if rng.random() < 0.3:
                authority.roll_over(real)
            world.fetch(authority.publish(real, rng))
            assert world.state.version == len(authority.lists)
            assert world.state.standing == "fresh"
        else:
            world.fetch(attack(world), name=attack.__name__)
        world.state = look(world.state, at=world.now)
        check(world, before=before)
    for attack, codes in ATTACKS.items():
        assert world.codes.get(attack.__name__, set()) <= codes, attack.__name__
    world.now = real
    world.fetch(authority.publish(real, rng))
    assert world.state.usable is not None


def check(world: World, *, before: TrustState) -> None:
    state = world.state
    assert state.version >= before.version
    assert state.list is not None
    published = read_offer(world.authority.lists[state.version - 1], root=None)
    assert published.sha256 == state.sha256
    if state.usable is not None:
        assert state.list.expires is not None
        assert world.now <= state.list.expires
    if before.standing == "stale" and state.version == before.version:
        assert state.standing == "stale"  # nothing but a newer list ends it


def test_a_list_of_the_same_version_with_another_content_is_refused() -> None:
    root, rng = new_key(), random.Random(1)
    lists = []
    for chosen in CERTIFICATES[:2]:
        lists.append(sign_list(Draft(1, (chosen,)), issued=NOON, expires=NOON + LIFE, key=root))
    world = World(Authority([root], [], lists), TrustState(root.public), NOON, rng)
    world.fetch(lists[0])
    world.fetch(lists[1])
    assert world.codes == {"honest": {"taken", "list_forked"}}


def test_a_verifier_that_was_away_for_years_follows_all_roots() -> None:
    authority, rng = Authority(), random.Random(2)
    first = authority.roots[0].public
    for year in range(8):
        authority.roll_over(NOON + timedelta(days=365 * year))
    now = NOON + timedelta(days=365 * 8)
    offer = read_offer(authority.publish(now, rng), root=first)
    state = receive(TrustState(first), offer, at=now)
    assert state.root == authority.roots[-1].public
    assert state.usable is not None


def test_a_clock_that_goes_back_and_right_again() -> None:
    authority, rng = Authority(), random.Random(3)
    state = TrustState(authority.roots[0].public)
    assert look(state, at=NOON) is state
    state = receive(state, read_offer(authority.publish(NOON, rng), root=state.root), at=NOON)
    state = look(state, at=NOON - timedelta(days=2))
    assert (state.standing, state.usable) == ("behind", None)
    state = look(state, at=NOON + timedelta(days=2))
    assert state.standing == "fresh"
    state = look(state, at=NOON + LIFE + timedelta(days=1))
    assert state.standing == "stale"
    again = receive(state, read_offer(authority.lists[0], root=state.root), at=NOON)
    assert again.standing == "stale"


def test_every_standing_is_reached_and_left() -> None:
    assert {begin for begin, _ in TRANSITIONS} == {"empty", "fresh", "stale", "behind"}
    assert set(TRANSITIONS.values()) == {"fresh", "stale", "behind"}
    assert all("fresh" in {end for (b, _), end in TRANSITIONS.items() if b == begin} for begin, _ in TRANSITIONS)
