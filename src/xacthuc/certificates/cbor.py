"""CBOR as certificates need it: plain values, read within bounds.

Source: RFC 8949. A decoder that knows all tags would make dates, big numbers and references of what an attacker writes;
here a tag is either looked through or refused.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from cbor2 import CBORDecodeError, CBORDecoder, CBORSimpleValue, CBORTag, dumps

from xacthuc.certificates.stages import Unreadable

DEPTH = 16  # nested containers; a certificate has seven

_PLAIN = {str, int, bool, type(None)}

# Tags that a decoder would act on. 0 and 1 stand before dates of a few early issuers: the value below is what counts.
_SEEN_THROUGH = (0, 1)
_ACTED_ON = (
    *range(2, 6),
    *range(21, 41),
    52,
    54,
    *range(64, 88),
    100,
    256,
    257,
    258,
    260,
    261,
    1004,
    1040,
    43000,
    55799,
)


def write_cbor(value: Any) -> bytes:
    """Give a plain value as CBOR: shortest numbers, lengths that are told, maps in their order."""
    return dumps(value)


def read_cbor(data: bytes, *, code: str) -> Any:
    """Read one value that fills `data`; raises Unreadable with `code` where it is none.

    Refused are equal keys of a map, more than DEPTH levels, tags that would be acted on, and bytes behind the value.
    Maps and texts whose length is not told are read: real encoders write them. What other tags stand before stays in a
    CBORTag. Not checked: what the values mean, and whether numbers are finite.
    """
    stream = BytesIO(data)
    decoder = CBORDecoder(stream, max_depth=DEPTH, allow_duplicate_keys=False, semantic_decoders=_DECODERS)
    try:
        value = decoder.decode()
    except (CBORDecodeError, ValueError, TypeError, OverflowError, RecursionError, MemoryError):
        raise Unreadable(code) from None
    if stream.tell() != len(data):
        raise Unreadable(code)
    return value


def is_plain(value: Any) -> bool:
    """Tell whether a value can be said in JSON: no bytes, tags, undefined values, endless numbers, or keys but text."""
    kind = type(value)
    if kind is dict:
        for key, inner in value.items():
            if type(key) is not str or not (type(inner) is str or is_plain(inner)):
                return False
        return True
    if kind is list:
        return all(map(is_plain, value))
    if kind is float:
        return bool(value - value == 0)  # neither NaN nor endless
    return kind in _PLAIN


def make_plain(value: Any) -> Any:
    """Give a value that can be said in JSON: bytes in hexadecimal, and null for what has no name there."""
    if isinstance(value, dict):
        return {str(make_plain(key)): make_plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [make_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, CBORTag):
        return make_plain(value.value)
    return None if isinstance(value, CBORSimpleValue) or not is_plain(value) else value


def _look_through(value: Any, _immutable: bool) -> Any:
    return value


def _refuse(_value: Any, _immutable: bool) -> Any:
    raise ValueError("a tag that is acted on")


_DECODERS: dict[int, Callable[[Any, bool], Any]] = {
    **dict.fromkeys(_ACTED_ON, _refuse),
    **dict.fromkeys(_SEEN_THROUGH, _look_through),
}
