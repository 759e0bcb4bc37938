"""Signing with a token: a real PKCS#11 driver, SoftHSM, whose keys are made inside it and cannot be taken out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pkcs11
import pyarrow.parquet as pq
import pytest
from asn1crypto import keys as asn1_keys
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509.oid import NameOID
from pkcs11 import Attribute, KeyType
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from pkcs11.util.rsa import encode_rsa_public_key

from certificates import AT, SECRET, make_certificate, make_issuer, make_payload, make_trust
from required import skip_or_fail
from settled import count_settled, write_results
from xacthuc.certificates.keys import SigningCertificate, make_kid, read_certificate
from xacthuc.certificates.pkcs11 import TokenSigner
from xacthuc.certificates.signer import SignerUnusable
from xacthuc.certificates.verify import verify
from xacthuc.cli import commands

PIN, TOKEN = "4321", "xacthuc tests"
DRIVERS = [
    Path(folder) / "softhsm" / "libsofthsm2.so" for folder in ("/usr/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib64")
]


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the driver, with a token of its own; it reads where its tokens are once, when it is loaded."""
    found = next((path for path in DRIVERS if path.exists()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        skip_or_fail("needs softhsm2")
    folder = tmp_path_factory.mktemp("tokens")
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder}\nobjectstore.backend = file\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    make = ["softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "9876"]
    subprocess.run(make, check=True, capture_output=True)
    yield found
    del os.environ["SOFTHSM2_CONF"]


def open_session(driver: Path) -> Any:
    return pkcs11.lib(str(driver)).get_token(token_label=TOKEN).open(user_pin=PIN, rw=True)


def make_key(driver: Path, kind: str, *, label: str, extractable: bool = False) -> SigningCertificate:
    """Make a key inside the token; give a certificate about it, which names its key and is signed by nobody."""
    inside = {Attribute.SENSITIVE: not extractable, Attribute.EXTRACTABLE: extractable}
    with open_session(driver) as session:
        if kind == "EC":
            curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
            parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
            public, _ = parameters.generate_keypair(store=True, label=label, private_template=inside)
            der = encode_ec_public_key(public)
        else:
            public, _ = session.generate_keypair(KeyType.RSA, 2048, store=True, label=label, private_template=inside)
            der = asn1_keys.PublicKeyInfo.wrap(encode_rsa_public_key(public), "rsa").dump()
    key = load_der_public_key(der)
    made = make_certificate(ec.derive_private_key(5, ec.SECP256R1()))
    return SigningCertificate(make_kid(made), None, key, "VN", None, None)  # type: ignore[arg-type] # P-256 or RSA


@pytest.mark.parametrize("kind", ["EC", "RSA"])
def test_a_token_issues(driver: Path, kind: str) -> None:
    certificate = make_key(driver, kind, label=f"issue {kind}")
    with TokenSigner(driver, token=TOKEN, label=f"issue {kind}", pin=PIN, certificate=certificate) as signer:
        texts = [make_issuer(signer).issue(make_payload()) for _ in range(3)]
    for text in texts:
        assert verify(text, trust=make_trust(certificate), at=AT).accepted


def test_the_private_key_is_not_to_be_had(driver: Path) -> None:
    certificate = make_key(driver, "EC", label="kept")
    with TokenSigner(driver, token=TOKEN, label="kept", pin=PIN, certificate=certificate) as signer:
        with pytest.raises(pkcs11.PKCS11Error):
            signer._key[Attribute.VALUE]
        held = [value for value in vars(signer).values() if isinstance(value, bytes | str)]
    assert held == ["ES256"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"label": "no such key"}, "issue_token_unusable"),
        ({"token": "no such token"}, "issue_token_unusable"),
        ({"pin": "0000"}, "issue_token_unusable"),
        ({"module": Path(sys.executable)}, "issue_token_unusable"),
    ],
)
def test_what_is_missing(driver: Path, given: dict[str, Any], code: str) -> None:
    certificate = make_key(driver, "EC", label="there")
    means = {"module": driver, "token": TOKEN, "label": "there", "pin": PIN} | given
    with pytest.raises(SignerUnusable, match=code):
        TokenSigner(certificate=certificate, **means)


def test_a_key_that_could_leave_is_refused(driver: Path) -> None:
    certificate = make_key(driver, "EC", label="open", extractable=True)
    with pytest.raises(SignerUnusable, match="issue_token_open"):
        TokenSigner(driver, token=TOKEN, label="open", pin=PIN, certificate=certificate)


def test_the_key_of_another_certificate_is_refused(driver: Path) -> None:
    make_key(driver, "EC", label="first")
    other = make_key(driver, "EC", label="second")
    with pytest.raises(SignerUnusable, match="issue_key_other"):
        TokenSigner(driver, token=TOKEN, label="first", pin=PIN, certificate=other)


def write_certificate(path: Path, certificate: SigningCertificate) -> SigningCertificate:
    """Write a certificate of a token's key, signed by an authority whose key lies elsewhere."""
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "VN")])
    begins, ends = datetime(2021, 12, 1), datetime(2023, 12, 1)
    builder = x509.CertificateBuilder(name, name, certificate.key, 9, begins, ends)  # type: ignore[arg-type] # P-256 or RSA
    made = builder.sign(ec.derive_private_key(5, ec.SECP256R1()), SHA256())
    path.write_bytes(made.public_bytes(Encoding.PEM))
    return read_certificate(made.public_bytes(Encoding.DER))


def certify(driver: Path, folder: Path, *given: object, said: str = "") -> Result:
    """Issue for a few hundred people by the command, in two processes, with the token's key called "batch"."""
    secret = folder / "secret"
    secret.write_bytes(SECRET)
    secret.chmod(0o600)
    words = ["certify", write_results(folder / "out", people=600), "--to", folder / "to.parquet", "--secret", secret]
    words += ["--token", TOKEN, "--driver", driver, "--certificate", folder / "dsc.pem"]
    words += ["--issued", "2022-05-01T00:00:00Z", *given]
    return CliRunner().invoke(commands, [str(word) for word in words], input=said)


@pytest.mark.parametrize("kind", ["EC", "RSA"])
def test_a_batch_signed_by_a_token(driver: Path, tmp_path: Path, kind: str) -> None:
    certificate = write_certificate(tmp_path / "dsc.pem", make_key(driver, kind, label=f"batch {kind}"))
    pin = tmp_path / "pin"
    pin.write_text(f"{PIN}\n", encoding="utf-8")
    pin.chmod(0o600)
    done = certify(driver, tmp_path, "--label", f"batch {kind}", "--pin", pin)
    assert done.exit_code == 0, done.output
    assert PIN not in done.output
    texts = [text for text in pq.read_table(tmp_path / "to.parquet")["text"].to_pylist() if text]
    assert len(texts) == count_settled(600)
    assert all(verify(text, trust=make_trust(certificate), at=AT).accepted for text in texts)
    with open_session(driver) as session:
        key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, label=f"batch {kind}")
        assert (key[Attribute.SENSITIVE], key[Attribute.EXTRACTABLE]) == (True, False)
        assert (key[Attribute.ALWAYS_SENSITIVE], key[Attribute.NEVER_EXTRACTABLE]) == (True, True)


def test_the_pin_is_asked_for(driver: Path, tmp_path: Path) -> None:
    write_certificate(tmp_path / "dsc.pem", make_key(driver, "EC", label="asked"))
    done = certify(driver, tmp_path, "--label", "asked", "--threads", 1, said=f"{PIN}\n")
    assert done.exit_code == 0, done.output
    assert PIN not in done.output


def test_a_token_that_cannot_sign_begins_no_batch(driver: Path, tmp_path: Path) -> None:
    write_certificate(tmp_path / "dsc.pem", make_key(driver, "EC", label="shut"))
    for label, pin in (("shut", "0000"), ("no such key", PIN)):
        refused = certify(driver, tmp_path, "--label", label, said=f"{pin}\n").exception
        assert isinstance(refused, SignerUnusable)
        assert refused.code == "issue_token_unusable"
    assert list(tmp_path.glob("to.parquet*")) == []
