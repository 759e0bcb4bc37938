"""A peer at work on the same certificate, in an environment of its own: certificate_peers.py cwt|pycose|segno.

Reads {key, payload, text, seconds} from stdin: a private key (PEM), claims in CBOR (hexadecimal), a text in HC1.
Prints one JSON object of measures. What is timed is what the peer does alone: cwt and pycose sign claims that are CBOR
already and check a message, without zlib, Base45 and the checks of a payload; to be put beside our "COSE alone".
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from turns import Act, Raw


def prepare_cwt(given: dict[str, Any], key: Any) -> dict[str, tuple[Act, str]]:
    import cwt

    private = cwt.COSEKey.from_pem(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), kid=b"12345678"
    )
    public = cwt.COSEKey.from_pem(
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), kid=b"12345678"
    )
    claims = bytes.fromhex(given["payload"])
    cose = cwt.COSE.new(alg_auto_inclusion=True, kid_auto_inclusion=True)
    message = cose.encode(claims, private)
    return {
        "cwt sign": (lambda: cose.encode(claims, private), "sign"),
        "cwt verify": (lambda: cose.decode(message, public), "verify"),
    }


def prepare_pycose(given: dict[str, Any], key: Any) -> dict[str, tuple[Act, str]]:
    from pycose.algorithms import Es256
    from pycose.headers import KID, Algorithm
    from pycose.keys import CoseKey
    from pycose.messages import Sign1Message

    private = CoseKey._from_cryptography_key(key)
    claims = bytes.fromhex(given["payload"])

    def sign() -> bytes:
        message = Sign1Message(phdr={Algorithm: Es256, KID: b"12345678"}, payload=claims)
        message.key = private
        return bytes(message.encode())

    signed = sign()

    def check() -> None:
        message = Sign1Message.decode(signed)
        message.key = private
        assert message.verify_signature()

    return {"pycose sign": (sign, "sign"), "pycose verify": (check, "verify")}


def prepare_segno(given: dict[str, Any], _key: Any) -> dict[str, tuple[Act, str]]:
    import segno

    text = given["text"]
    return {"segno symbol": (lambda: segno.make_qr(text, error="m", boost_error=False), "sign")}


PEERS: dict[str, Callable[[dict[str, Any], Any], dict[str, tuple[Act, str]]]] = {
    "cwt": prepare_cwt,
    "pycose": prepare_pycose,
    "segno": prepare_segno,
}


def main() -> None:
    given = json.load(sys.stdin)
    key: Any = load_pem_private_key(given["key"].encode(), None)
    raw = Raw(key)
    acts = PEERS[sys.argv[1]](given, key)
    found = {name: raw.measure(act, raw=of, seconds=given["seconds"]) for name, (act, of) in acts.items()}
    print(json.dumps(found))


if __name__ == "__main__":
    main()
