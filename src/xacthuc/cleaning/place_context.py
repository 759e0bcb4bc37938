"""Where a sheet comes from, by its letterhead, title and file name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xacthuc.cleaning.place_chains import NOWHERE, join_paths, read_chain
from xacthuc.cleaning.place_index import Path, Piece, PlaceIndex, load_index
from xacthuc.cleaning.place_keys import fold_place, split_further, split_pieces, split_type
from xacthuc.codes.units import Tree, successors

MAX_NAME_WORDS = 7  # the longest names have six words, and a type before them


@dataclass(frozen=True, slots=True)
class PlaceContext:
    """The unit that a sheet belongs to; `places`: the possible ones, several if ambiguous; `path`: what they share."""

    path: Path = NOWHERE
    places: tuple[Path, ...] = ()
    usual: Path = NOWHERE  # where most people of the sheet live: chooses between names, gives no place to anybody

    @property
    def code(self) -> str | None:
        """Give the finding code of a letterhead that names several units, else None."""
        return "place_context_ambiguous" if len(self.places) > 1 else None


def find_context(texts: Iterable[str], *, tree: Tree = "2021", province: str | None = None) -> PlaceContext:
    """Give the unit that letterhead, titles and file name speak of: "UBND XÃ HẢI MINH" is Xã Hải Minh.

    Only names behind a type word count. `province` (a code of 2021) chooses between units of the same name; it is
    evidence from elsewhere, such as most numbers on the sheet. Several different communes leave only what they share.
    """
    index = load_index(tree)
    pieces = [piece for text in texts for piece in _read_text(text.replace("_", " "), index)]
    reading = read_chain(_sort_up(pieces))
    places = reading.places
    if province is not None:
        codes = {province} if tree == "2021" else {successor.code for successor in successors(province)}
        places = tuple(path for path in places if path[0] in codes) or places
    others = [path for piece in reading.skipped for path in _list_strangers(piece, places)]
    places = tuple(dict.fromkeys((*places, *others)))
    return PlaceContext(path=join_paths(places) if places else NOWHERE, places=places)


def _read_text(text: str, index: PlaceIndex) -> Iterable[Piece]:
    for part in split_pieces(text):
        for words in split_further(part):
            piece = _read_start(words, index)
            if piece is not None:
                yield piece


def _read_start(text: str, index: PlaceIndex) -> Piece | None:
    """Read the longest beginning of the text that is a type and a name: more may follow the name."""
    if not split_type(fold_place(text).words)[1]:
        return None
    words = text.split()
    for count in range(min(len(words), MAX_NAME_WORDS), 0, -1):
        for piece in index.read_pieces(" ".join(words[:count])):
            if piece.typed and piece.plain:
                return piece
    return None


def _sort_up(pieces: list[Piece]) -> list[Piece]:
    """Put the small units first, as in an address, each piece once."""
    return sorted(dict.fromkeys(pieces), key=lambda piece: -max(candidate.level for candidate in piece.plain))


def _list_strangers(piece: Piece, places: tuple[Path, ...]) -> list[Path]:
    """Give the units of a piece that was left out, if none of them holds or is one of the places."""
    paths = [candidate.path for candidate in piece.plain]
    for path in paths:
        for place in places:
            if all(not own or not other or own == other for own, other in zip(path, place, strict=True)):
                return []
    return paths
