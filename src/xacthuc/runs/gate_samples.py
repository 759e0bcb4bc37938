"""A demonstration for the gate: lists signed today by throw-away keys, and one certificate for each verdict.

The keys follow from words that everybody can read here. Whoever trusts them trusts everybody.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from xacthuc.certificates.cose import read_der
from xacthuc.certificates.issue import Issuer
from xacthuc.certificates.keys import SigningCertificate, read_certificate
from xacthuc.certificates.payload import COUNTRY, CountedDose, Holder, build_payload
from xacthuc.certificates.revocation import list_hashes
from xacthuc.certificates.revocation_build import build_set
from xacthuc.certificates.revocation_header import Header
from xacthuc.certificates.revocation_ledger import ROW, Entry, write_rows
from xacthuc.certificates.signed import ListKey, write_jwk
from xacthuc.certificates.signer import FileSigner
from xacthuc.certificates.trust_document import Draft, sign_list
from xacthuc.certificates.uvci import make_uvci

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the group of P-256
_KEY_BEGINS, _KEY_ENDS = datetime(2021, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
_LISTS_LAST = timedelta(days=7)
_LOCAL = timedelta(hours=7)  # Viet Nam, where the days of rules are counted
DEMONSTRATION_SECRET = hashlib.sha256(b"xacthuc demonstration identifiers").digest()
_HOLDER = Holder("Nguyễn", "Thị Minh Đào", "1986-03-14")
_CODE_SIDE = 8  # pixels of a module of a picture


@dataclass(frozen=True)
class Sample:
    """A text to scan, and what it is to show."""

    name: str
    text: str
    vi: str
    en: str


def make_samples(*, now: datetime) -> dict[str, bytes]:
    """Give the files of a demonstration by their paths: lists, samples and their pictures."""
    signing, stranger, root = make_signer("issuer"), make_signer("stranger"), _use_key("root")
    samples = list_samples(signing, stranger, now=now)
    revoked = next(sample for sample in samples if sample.name == "revoked")
    files = make_lists(signing.certificate, root, revoked=[_find_uvci(revoked.text)], now=now)
    told = [{"name": one.name, "text": one.text, "vi": one.vi, "en": one.en} for one in samples]
    files["samples.json"] = json.dumps(told, ensure_ascii=False).encode()
    return files | {f"samples/{one.name}.png": draw(one.text) for one in samples}


def make_lists(
    certificate: SigningCertificate, root: ListKey, *, revoked: list[str], now: datetime
) -> dict[str, bytes]:
    """Give the signed lists that a phone fetches: root key, trust list, set of revocations."""
    now = now.replace(microsecond=0)
    publisher = _use_key("revocations")
    draft = Draft(int(now.timestamp()), (certificate,), (publisher.public,))
    hashes = [list_hashes(issuer="", uvci=uvci, signature=b"", algorithm="")["uvci"] for uvci in revoked]
    rows = np.frombuffer(write_rows([Entry(digest, "uvci") for digest in hashes]), ROW)
    header = Header(
        name="vn", number=int(now.timestamp()), nominal=10_000, count=0, complete_as_of=now, expires=now + _LISTS_LAST,
        scope=frozenset(), keys=frozenset(), table="", signer=publisher.public,
    )  # fmt: skip
    return {
        "lists/root.json": json.dumps(write_jwk(root.public)).encode(),
        "lists/trust.json": sign_list(draft, issued=now, expires=now + _LISTS_LAST, key=root),
        "lists/index.json": json.dumps(
            {"sets": [{"file": "vn.bin", "number": header.number}], "demonstration": True}
        ).encode(),
        "lists/vn.bin": b"".join(build_set(rows, header=header, key=publisher)),
    }


def list_samples(signing: FileSigner, stranger: FileSigner, *, now: datetime) -> list[Sample]:
    """Give a text for each verdict that a guard meets."""
    day = (now + _LOCAL).date()
    genuine = _issue(signing, "genuine", dose=day - timedelta(days=90), now=now)
    return [
        Sample("green", genuine, "Hợp lệ: mũi 2 cách đây 90 ngày", "Valid: second dose 90 days ago"),
        Sample("rule", _issue(signing, "rule", dose=day - timedelta(days=9), now=now),
               "Chưa đủ điều kiện ở Khánh Hòa: mũi 2 mới 9 ngày", "Not enough in Khánh Hòa: second dose 9 days ago"),
        Sample("expired", _issue(signing, "expired", dose=day - timedelta(days=500), now=now - timedelta(days=400)),
               "Hết hạn", "Expired"),
        Sample("revoked", _issue(signing, "revoked", dose=day - timedelta(days=80), now=now), "Đã thu hồi", "Revoked"),
        Sample("forged", _issue(_pose_as(stranger, signing), "forged", dose=day - timedelta(days=70), now=now),
               "Làm giả: ký bằng khóa lạ", "Forged: signed with another key"),
        Sample("unknown", _issue(stranger, "unknown", dose=day - timedelta(days=60), now=now),
               "Nơi cấp không có trong danh sách", "Issuer not on the list"),
        Sample("card", "001186" "000123|012345678|Nguyễn Thị Minh Đào|14031986|Nữ|Số 8, phố Mẫu, Hà Nội|20052021",
               "QR của thẻ căn cước gắn chip", "QR of the chip identity card"),
        Sample("personal", "******000123|NGUYEN THI MINH DAO|1986-**-**|0|162979388586171100|<2<",
               "QR cá nhân theo QĐ 1405", "Personal QR of QĐ 1405"),
    ]  # fmt: skip


def draw(text: str) -> bytes:
    """Give the picture of a QR code, at level M with its quiet zone."""
    import zxingcpp
    from PIL import Image

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    picture = Image.fromarray(np.asarray(code.to_image(scale=_CODE_SIDE, add_quiet_zones=True)))
    written = io.BytesIO()
    picture.save(written, "PNG", optimize=True)
    return written.getvalue()


def make_signer(words: str) -> FileSigner:
    """Give the signer of the demonstration that follows from some words."""
    key = make_private_key(f"xacthuc demonstration {words}")
    return FileSigner(key, certificate=make_certificate(key, country=COUNTRY))


def make_private_key(words: str) -> EllipticCurvePrivateKey:
    """Give the key that follows from some words: for demonstrations and tests, never for people."""
    number = int.from_bytes(hashlib.sha512(words.encode()).digest()) % (_ORDER - 1) + 1
    return derive_private_key(number, SECP256R1())


def make_certificate(key: EllipticCurvePrivateKey, *, country: str, serial: int = 1) -> SigningCertificate:
    """Give a certificate that signs itself; the same key and country always give the same bytes."""
    name = x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, country), x509.NameAttribute(NameOID.COMMON_NAME, "Demonstration")]
    )
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial, _KEY_BEGINS, _KEY_ENDS)
    return read_certificate(builder.sign(key, SHA256(), ecdsa_deterministic=True).public_bytes(Encoding.DER))


def _pose_as(signer: FileSigner, other: FileSigner) -> FileSigner:
    """Give a signer that names the key of another one as its own: what a forger would do."""
    posing = object.__new__(FileSigner)
    posing.__dict__.update(signer.__dict__ | {"certificate": other.certificate})
    return posing


def _use_key(words: str) -> ListKey:
    key = make_private_key(f"xacthuc demonstration {words}")
    return ListKey(key.public_key(), lambda message: read_der(key.sign(message, ECDSA(SHA256()))))


def _issue(signer: FileSigner, name: str, *, dose: date, now: datetime) -> str:
    issued = now.replace(microsecond=0) - timedelta(days=1)
    uvci = make_uvci(f"demonstration {name}", country=COUNTRY, secret=DEMONSTRATION_SECRET)
    counted = CountedDose("Vero Cell", 2, 2, dose)
    built = build_payload(_HOLDER, counted, uvci=uvci, issuer="Bộ Y tế", today=issued.date(), evidence="both")
    assert built.payload is not None, built.codes
    issuer = Issuer(signer, country=COUNTRY, issued=issued, expires=issued + timedelta(days=365), check=False)
    return issuer.issue(built.payload)


def _find_uvci(text: str) -> str:
    from xacthuc.certificates.claims import read_health_certificate

    return read_health_certificate(text).uvci
