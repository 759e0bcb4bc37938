"""A site whose key lies in a token signs with it: the platform has the certificate and the name of the key only."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509.oid import NameOID
from issuing_cast import settled_person, sign_all
from pkcs11 import Attribute, KeyType
from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters
from settling_cast import Cast, act_for_job, make_cast

from required import skip_or_fail
from xacthuc.certificates.keys import make_kid

PIN, TOKEN, LABEL = "4321", "xacthuc site", "site key"
DRIVERS = [Path(folder) / "softhsm" / "libsofthsm2.so" for folder in ("/usr/lib", "/usr/lib/x86_64-linux-gnu")]


@pytest.fixture
def driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    found = next((path for path in DRIVERS if path.exists()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        skip_or_fail("needs softhsm2")
    before = os.environ.get("SOFTHSM2_CONF")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(
        f"directories.tokendir = {tmp_path / 'tokens'}\nobjectstore.backend = file\n"
    )
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    make = ["softhsm2-util", "--init-token", "--free", "--label", TOKEN, "--pin", PIN, "--so-pin", "9876"]
    subprocess.run(make, check=True, capture_output=True)
    pkcs11.lib(str(found)).reinitialize()  # it reads where its tokens are when it begins
    yield found
    if before is not None:
        monkeypatch.setenv("SOFTHSM2_CONF", before)
        pkcs11.lib(str(found)).reinitialize()


def make_token_key(driver: Path) -> x509.Certificate:
    """Make a key inside the token; give a certificate of it."""
    inside = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
    with pkcs11.lib(str(driver)).get_token(token_label=TOKEN).open(user_pin=PIN, rw=True) as session:
        curve = {Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")}
        parameters = session.create_domain_parameters(KeyType.EC, curve, local=True)
        public, _ = parameters.generate_keypair(store=True, label=LABEL, private_template=inside)
        key = load_der_public_key(encode_ec_public_key(public))
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "VN")])
    begins, ends = datetime(2021, 12, 1), datetime(2023, 12, 1)
    assert isinstance(key, ec.EllipticCurvePublicKey)
    builder = x509.CertificateBuilder(name, name, key, 9, begins, ends)
    return builder.sign(ec.derive_private_key(5, ec.SECP256R1()), SHA256())


@pytest.fixture
def cast(rolled_back: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cast:
    from django.conf import settings

    monkeypatch.setattr(settings, "DATA", tmp_path)
    monkeypatch.setattr(settings, "KEYS", "")
    return make_cast()


def test_a_site_signs_with_its_token(cast, driver, monkeypatch) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.issuing.dose_signatures import is_signed
    from xacthuc_server.issuing.keys import get_folder
    from xacthuc_server.people.models import Dose

    certificate = make_token_key(driver)
    folder = get_folder(cast.organisations["site"])
    folder.mkdir(parents=True)
    kid = make_kid(certificate.public_bytes(Encoding.DER)).hex()
    (folder / f"upload-{kid}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "token.toml").write_text(f'module = "{driver}"\ntoken = "{TOKEN}"\nlabel = "{LABEL}"\n')
    monkeypatch.setenv("XACTHUC_TOKEN_PIN", PIN)
    person = settled_person(cast)
    assert sign_all(cast, person) == 2
    with act_as(act_for_job()):
        assert all(is_signed(dose) for dose in Dose.objects.filter(person=person).select_related("organisation"))


def test_a_token_that_is_away_signs_nothing(cast, driver, monkeypatch) -> None:
    from xacthuc.certificates.signer import SignerUnusable
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.issuing.keys import get_folder
    from xacthuc_server.people.models import Dose

    certificate = make_token_key(driver)
    folder = get_folder(cast.organisations["site"])
    folder.mkdir(parents=True)
    kid = make_kid(certificate.public_bytes(Encoding.DER)).hex()
    (folder / f"upload-{kid}.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "token.toml").write_text(f'module = "{driver}"\ntoken = "another token"\nlabel = "{LABEL}"\n')
    monkeypatch.setenv("XACTHUC_TOKEN_PIN", PIN)
    person = settled_person(cast)
    with pytest.raises(SignerUnusable):
        sign_all(cast, person)
    with act_as(act_for_job()):
        assert not Dose.objects.exclude(signed_at=None).exists()
