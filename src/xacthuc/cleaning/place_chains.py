"""Which units the pieces of one place mean together: the chain, one within the other, that explains most of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from xacthuc.cleaning.place_index import Candidate, Path, Piece

NOWHERE: Path = ("", "", "")
MAX_PIECES = 8  # the last pieces of an address; province, district and commune stand among them
MAX_CHAINS = 400  # the most frequent name stands for about 60 units; more chains than this are not one place


@dataclass(frozen=True, slots=True)
class Reading:
    """What the pieces say: the places that explain most of them, all equally well."""

    places: tuple[Path, ...]  # one: settled; several: ambiguous; none: nothing was named
    used: int = 0  # pieces that the chain explains
    skipped: tuple[Piece, ...] = ()  # pieces that might be units and are not in the chain
    exact: bool = True  # every name has its marks
    other_type: bool = False  # a type differs from the list
    district: bool = False  # a district was named
    stated: bool = False  # a type word, a column or a second piece says that units are meant


class _Chain(NamedTuple):
    path: Path
    levels: int  # bits of the levels that pieces explain
    mask: int  # bits of the pieces that are explained, the first piece is bit 0
    inexact: int
    other: int


_START = _Chain(NOWHERE, 0, 0, 0, 0)


def read_chain(pieces: Sequence[Piece]) -> Reading:
    """Give what the pieces, in their order, mean together.

    Marks count first: only where they explain less than the plain letters do, the plain letters are read.
    """
    pieces = [piece for piece in pieces[-MAX_PIECES:] if piece.plain]
    if not pieces:
        return Reading(places=())
    with_marks = any(piece.has_marks for piece in pieces)
    options = [piece.marked if with_marks and piece.marked else piece.plain for piece in pieces]
    best = _find_best(options, with_marks=with_marks)
    if with_marks and _count(best[0].mask) < len(pieces):
        plain = _find_best([piece.plain for piece in pieces], with_marks=True)
        if _count(plain[0].mask) > _count(best[0].mask):
            best = plain
    chain = best[0]
    return Reading(
        places=tuple(dict.fromkeys(chain.path for chain in best)),
        used=_count(chain.mask),
        skipped=tuple(piece for number, piece in enumerate(pieces) if not chain.mask >> number & 1),
        exact=not any(chain.inexact for chain in best),
        other_type=any(chain.other for chain in best),
        district=all(chain.levels & 2 for chain in best),
        stated=any(piece.typed and chain.mask >> number & 1 for number, piece in enumerate(pieces)),
    )


def join_paths(paths: Sequence[Path]) -> Path:
    """Give the unit that holds all of these: the codes in which they agree, from the province down."""
    if len(set(paths)) == 1:
        return paths[0]
    joined: list[str] = []
    for codes in zip(*paths, strict=True):
        joined.append(codes[0] if len(set(codes)) == 1 and len(joined) == len([c for c in joined if c]) else "")
    return (joined[0], joined[1], joined[2])


def _find_best(options: Sequence[Sequence[Candidate]], *, with_marks: bool) -> list[_Chain]:
    chains = _explain_all(options) or _explain_some(options)
    ranked = [(_rank(chain, with_marks=with_marks), chain) for chain in chains]
    top = max(rank for rank, _ in ranked)
    return sorted(chain for rank, chain in ranked if rank == top)


def _explain_all(options: Sequence[Sequence[Candidate]]) -> list[_Chain]:
    """Give the chains that every piece is in: the usual case, and the quick one."""
    chains = [_START]
    for number in range(len(options) - 1, -1, -1):
        longer = [_extend(chain, candidate, number) for chain in chains for candidate in options[number]]
        chains = [chain for chain in longer if chain is not None][:MAX_CHAINS]
    return list(dict.fromkeys(chains))


def _explain_some(options: Sequence[Sequence[Candidate]]) -> list[_Chain]:
    chains: dict[_Chain, None] = {_START: None}
    for number in range(len(options) - 1, -1, -1):
        for chain in list(chains)[:MAX_CHAINS]:
            for candidate in options[number]:
                longer = _extend(chain, candidate, number)
                if longer is not None:
                    chains[longer] = None
    del chains[_START]
    return list(chains)


def _extend(chain: _Chain, candidate: Candidate, number: int) -> _Chain | None:
    bit = 1 << candidate.level
    if chain.levels & bit:
        return None
    province, district, commune = chain.path
    province_too, district_too, commune_too = candidate.path
    if province and province_too != province:
        return None
    if district and district_too and district != district_too:
        return None
    if commune and commune_too and commune != commune_too:
        return None
    return _Chain(
        (province_too, district or district_too, commune or commune_too),
        chain.levels | bit,
        chain.mask | 1 << number,
        chain.inexact + (not candidate.exact),
        chain.other + candidate.other_type,
    )


def _rank(chain: _Chain, *, with_marks: bool) -> tuple[int, int, int, int]:
    """Rank by pieces explained, then marks (where written), types, and nearness to the end: large units stand there."""
    return (_count(chain.mask), -chain.inexact if with_marks else 0, -chain.other, chain.mask)


def _count(mask: int) -> int:
    return mask.bit_count()
