"""The envelope: one file is a zip of three stored entries, the manifest, the rows and the signature of the manifest.

The manifest says all that counts of the rows (hash, bytes, count), so that its signature holds for them too. The same
content always gives the same bytes.
"""

from __future__ import annotations

import filecmp
import hashlib
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from xacthuc.exchange.keys import is_signed
from xacthuc.exchange.limits import LIMITS
from xacthuc.exchange.refusals import ExchangeRefused

FORMAT = 1
KINDS = ("request", "answer", "daily")

MANIFEST, ROWS, SIGNATURE = "manifest.json", "rows.parquet", "signature"
SIGNATURE_BYTES = 64
_BEGIN, _END, _END_BYTES = b"PK\x03\x04", b"PK\x05\x06", 22  # of a zip without a remark
_BLOCK = 1 << 20

# What zipfile says of a file that is none or is broken.
_UNREADABLE = (
    zipfile.BadZipFile,
    EOFError,
    RuntimeError,  # an entry that is encrypted, or packed in a way it does not know
    UnicodeDecodeError,
)


@dataclass(frozen=True)
class Manifest:
    """What a file says of itself."""

    kind: str  # of KINDS
    number: int  # from 1, one sequence for all files of a sender to a receiver
    sender: str
    receiver: str
    created: str  # ISO moment with its offset
    previous: str | None  # hash of the manifest before, null for number 1
    key: str  # id of the key that signs
    rows: int
    rows_bytes: int
    rows_sha256: str
    about: Mapping[str, str | int]  # answer: request, request_sha256; daily: day
    software: str
    format: int = FORMAT

    def write(self) -> bytes:
        """Give the bytes that are signed."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"

    @property
    def sha256(self) -> str:
        """Give the hash by which the next file and the ledgers name this one."""
        return hashlib.sha256(self.write()).hexdigest()


def measure_rows(path: Path) -> tuple[int, str]:
    """Give bytes and hash of a table, as a manifest says them."""
    with path.open("rb") as stream:
        return path.stat().st_size, hashlib.file_digest(stream, "sha256").hexdigest()


def seal(manifest: Manifest, *, rows: Path, key: Ed25519PrivateKey, out: Path) -> None:
    """Write the file `out` with a manifest, its rows and the signature of `key`."""
    text = manifest.write()
    _pack(text, key.sign(text), rows=rows, out=out)


def unseal(path: Path, *, keys: Mapping[str, Ed25519PublicKey], rows: Path, copy: Path) -> Manifest:
    """Open a file, write its table to `rows` and the file itself to `copy`; gives the manifest.

    Raises ExchangeRefused if the file
    1 is larger than any of ours
    2 is no zip, ends too early, or is no whole zip of the three entries
    3 has a manifest that cannot be read, or of another format
    4 is signed by a key that is not among `keys` (by their ids)
    5 has a signature that is not of exactly this manifest
    6 has rows other than the manifest says
    7 has anything else in it.
    Not checked: to whom the file is sent, whether it is its turn, and what the rows say.
    """
    name = path.name
    if path.stat().st_size > LIMITS.file_bytes:  # 1
        raise ExchangeRefused("exchange_file_too_large", name)
    _check_ends(path)  # 2
    try:
        with zipfile.ZipFile(path) as package:
            _check_entries(package, name=name)
            text, signature = package.read(MANIFEST), package.read(SIGNATURE)
            manifest = _check_manifest(text, signature, keys=keys, name=name)  # 3, 4, 5
            with package.open(ROWS) as stream, rows.open("wb") as out:
                size, digest = _copy(stream, out)
    except _UNREADABLE:
        raise ExchangeRefused("exchange_file_damaged", name) from None
    if (size, digest) != (manifest.rows_bytes, manifest.rows_sha256):  # 6
        raise ExchangeRefused("exchange_file_altered", name)
    _pack(text, signature, rows=rows, out=copy)
    if not filecmp.cmp(path, copy, shallow=False):  # 7
        raise ExchangeRefused("exchange_file_altered", name)
    return manifest


def read_manifest(path: Path) -> Manifest:
    """Read the manifest of a file that was checked before, or whose manifest alone is asked for.

    Raises ExchangeRefused where there is none. Not checked: signature, rows.
    """
    try:
        with zipfile.ZipFile(path) as package:
            _check_entries(package, name=path.name)
            return _read_manifest(package.read(MANIFEST), name=path.name)
    except _UNREADABLE:
        raise ExchangeRefused("exchange_file_damaged", path.name) from None


def take_rows(path: Path, out: Path) -> Path:
    """Write the table of a file that was checked before to `out`; gives `out`."""
    with zipfile.ZipFile(path) as package, package.open(ROWS) as stream, out.open("wb") as target:
        _copy(stream, target)
    return out


def _check_manifest(text: bytes, signature: bytes, *, keys: Mapping[str, Ed25519PublicKey], name: str) -> Manifest:
    manifest = _read_manifest(text, name=name)
    if manifest.key not in keys:
        raise ExchangeRefused("exchange_key_unknown", f"{name} ({manifest.key})")
    if not is_signed(text, signature, key=keys[manifest.key]):
        raise ExchangeRefused("exchange_file_altered", name)
    return manifest


def _check_ends(path: Path) -> None:
    with path.open("rb") as stream:
        begin = stream.read(len(_BEGIN))
        stream.seek(-min(_END_BYTES, path.stat().st_size), 2)
        end = stream.read()
    if not _BEGIN.startswith(begin):
        raise ExchangeRefused("exchange_file_foreign", path.name)
    if not (len(end) == _END_BYTES and end.startswith(_END)):
        raise ExchangeRefused("exchange_file_truncated", path.name)


def _check_entries(package: zipfile.ZipFile, *, name: str) -> None:
    entries = package.infolist()
    sizes = {entry.filename: entry.file_size for entry in entries}
    stored = all(
        entry.compress_type == zipfile.ZIP_STORED and entry.file_size == entry.compress_size for entry in entries
    )
    if [entry.filename for entry in entries] != [MANIFEST, ROWS, SIGNATURE] or not stored:
        raise ExchangeRefused("exchange_file_damaged", name)
    if sizes[MANIFEST] > LIMITS.manifest_bytes or sizes[SIGNATURE] != SIGNATURE_BYTES:
        raise ExchangeRefused("exchange_file_damaged", name)
    if sizes[ROWS] > LIMITS.file_bytes:
        raise ExchangeRefused("exchange_file_too_large", name)


def _read_manifest(text: bytes, *, name: str) -> Manifest:
    """Read a manifest; what is of another format is told apart from what is none."""
    try:
        said = json.loads(text)
        if isinstance(said, dict) and isinstance(said.get("format"), int) and said["format"] != FORMAT:
            raise ExchangeRefused("exchange_format_unknown", f"{name} ({said['format']})")
        manifest = Manifest(**said)
    except (ValueError, TypeError, RecursionError):
        raise ExchangeRefused("exchange_file_damaged", name) from None
    if not _is_typed(manifest) or manifest.write() != text:
        raise ExchangeRefused("exchange_file_damaged", name)
    return manifest


def _is_typed(manifest: Manifest) -> bool:
    texts = (manifest.kind, manifest.sender, manifest.receiver, manifest.created, manifest.key, manifest.rows_sha256)
    numbers = (manifest.number, manifest.rows, manifest.rows_bytes)
    return (
        all(isinstance(text, str) for text in (*texts, manifest.software, manifest.previous or ""))
        and all(type(number) is int and number >= 0 for number in numbers)
        and manifest.number > 0
        and isinstance(manifest.about, dict)
    )


def _pack(text: bytes, signature: bytes, *, rows: Path, out: Path) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=False) as package:
        package.writestr(zipfile.ZipInfo(MANIFEST), text)
        info = zipfile.ZipInfo(ROWS)  # all of 1980: nothing of the file depends on when it is written
        info.file_size = rows.stat().st_size
        with rows.open("rb") as stream, package.open(info, "w") as target:
            _copy(stream, target)
        package.writestr(zipfile.ZipInfo(SIGNATURE), signature)


def _copy(source: Any, target: BinaryIO | Any) -> tuple[int, str]:
    """Copy a stream; gives bytes and hash. Stops beyond the limit: a size that a zip states may be a lie."""
    digest, size = hashlib.sha256(), 0
    while size <= LIMITS.file_bytes and (block := source.read(_BLOCK)):
        digest.update(block)
        size += len(block)
        target.write(block)
    return size, digest.hexdigest()
