"""How a request and its answer are signed: both sides build the same bytes from what travels.

A request names the node for which it is meant, its moment and a number used once; an answer repeats that
number, so that neither serves another time or another node.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from xacthuc.exchange.keys import is_signed

KEY, TIME, NONCE, SIGNATURE = "Xacthuc-Key", "Xacthuc-Time", "Xacthuc-Nonce", "Xacthuc-Signature"
NONCE_BYTES = 16  # 128 bits do not meet by accident
NONCE_FORM = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Request:
    """What is signed of a request."""

    method: str
    target: str  # path and query
    node: str  # id of the node's key
    time: str  # ISO moment with its offset
    nonce: str

    def write(self, body: bytes) -> bytes:
        """Give the bytes that are signed."""
        digest = hashlib.sha256(body).hexdigest()
        return "\n".join(
            ("xacthuc-node-request", self.method, self.target, self.node, self.time, self.nonce, digest)
        ).encode()


def write_answer(status: int, nonce: str, body: bytes) -> bytes:
    """Give the bytes of an answer that are signed; `nonce` is the request's."""
    return "\n".join(("xacthuc-node-answer", str(status), nonce, hashlib.sha256(body).hexdigest())).encode()


def write_statement(statement: str) -> bytes:
    """Give the bytes that are signed of what the register vouches for; it stands by itself, outside any answer."""
    return f"xacthuc-node-statement\n{statement}".encode()


def sign(message: bytes, key: Ed25519PrivateKey) -> str:
    """Give a signature as text."""
    return base64.b64encode(key.sign(message)).decode()


def has_signed(key: Ed25519PublicKey, message: bytes, signature: str) -> bool:
    """Tell whether a key has signed exactly these bytes."""
    try:
        return is_signed(message, base64.b64decode(signature, validate=True), key=key)
    except (binascii.Error, ValueError):
        return False


def list_headers(request: Request, *, key: str, signature: str) -> Mapping[str, str]:
    """Give the headers of a signed request."""
    return {KEY: key, TIME: request.time, NONCE: request.nonce, SIGNATURE: signature}
