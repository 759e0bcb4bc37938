"""What phones fetch from a gate: root key, trust list and revocations, gathered from the folders of their authorities.

lists/root.json      the root key that a phone holds on to from its first visit on
lists/trust.json     the trust list
lists/index.json     the newest set of each list, by number, and the deltas that lead to it
lists/NAME.bin       that set; lists/NAME-NNNNNN.bin the delta that leads to the set of a number
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.signed import write_jwk
from xacthuc.runs.trust_folder import read_public_key

DELTAS = 60  # of one list that phones are offered: two months of days; after that the whole set is fetched


def gather_lists(trust: Path, revoked: Sequence[Path]) -> dict[str, bytes]:
    """Give the files by their paths: those of a trust folder and of folders of revocations.

    Raises ListRefused for a folder in which nothing was signed or published yet.
    """
    signed = trust / "trust.json"
    if not signed.is_file():
        raise ListRefused("list_folder_unusable", trust)
    files = {
        "root.json": json.dumps(write_jwk(read_public_key(trust / "root.public.pem"))).encode(),
        "trust.json": signed.read_bytes(),
    }
    told = []
    for place, folder in enumerate(revoked, start=1):
        found, one = _gather_set(folder, name=f"revoked-{place}")
        files |= found
        told.append(one)
    files["index.json"] = json.dumps({"sets": told}).encode()
    return {f"lists/{name}": data for name, data in files.items()}


def _gather_set(folder: Path, *, name: str) -> tuple[dict[str, bytes], dict[str, Any]]:
    sets = sorted((folder / "sets").glob("*.revoked"))
    if not sets:
        raise ListRefused("list_folder_unusable", folder)
    number = int(sets[-1].stem)
    deltas = {f"{name}-{path.stem}.bin": path for path in _list_deltas(folder, number=number)}
    files = {f"{name}.bin": sets[-1].read_bytes()} | {file: path.read_bytes() for file, path in deltas.items()}
    listed = [{"file": file, "number": int(path.stem)} for file, path in deltas.items()]
    return files, {"file": f"{name}.bin", "number": number, "deltas": listed}


def _list_deltas(folder: Path, *, number: int) -> Iterator[Path]:
    """Give the deltas that lead to a set, the last one first, as far back as none is missing."""
    for one in range(number, max(0, number - DELTAS), -1):
        path = folder / "deltas" / f"{one:06}.delta"
        if not path.is_file():
            return
        yield path
