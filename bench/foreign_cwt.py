"""What cwt says of certificates: reads {certificates, texts} from stdin, prints a list. Runs in its own environment."""

from __future__ import annotations

import json
import sys
import zlib

import cwt

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def decode_base45(text: str) -> bytes:
    found = [ALPHABET.index(letter) for letter in text]
    parts = [found[at : at + 3] for at in range(0, len(found), 3)]
    return b"".join(
        sum(value * 45**place for place, value in enumerate(part)).to_bytes(len(part) - 1, "big") for part in parts
    )


def verify(text: str, keys: list[cwt.COSEKey]) -> bool:
    try:
        claims = cwt.decode(zlib.decompress(decode_base45(text.removeprefix("HC1:"))), keys)
    except (cwt.VerifyError, cwt.DecodeError, ValueError, zlib.error):
        return False
    return isinstance(claims, dict) and -260 in claims


def main() -> None:
    given = json.load(sys.stdin)
    lines = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----"
    keys = [cwt.load_pem_hcert_dsc(lines.format(der)) for der in given["certificates"].values()]
    json.dump({"cwt": [verify(text, keys) for text in given["texts"]]}, sys.stdout)


if __name__ == "__main__":
    main()
