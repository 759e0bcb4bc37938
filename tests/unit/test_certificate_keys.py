"""Keys of an issuer: what their certificates say, when they end, who takes over, what a network is handed."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from certificate_papers import issue_text
from xacthuc.certificates.issue import Issuer
from xacthuc.certificates.issuer_keys import (
    LASTING,
    IssuerKey,
    check_passphrase,
    find_key,
    list_keys,
    make_csca,
    make_gateway_key,
    make_signer,
    open_key,
    read_passphrase,
)
from xacthuc.certificates.key_calendar import Due, find_end, list_due
from xacthuc.certificates.key_certificates import Plan, make_certificate, make_key
from xacthuc.certificates.key_refusals import KeysRefused
from xacthuc.certificates.keys import make_kid, read_certificate
from xacthuc.certificates.onboarding import check_pack, write_pack
from xacthuc.certificates.reissue import list_reissues
from xacthuc.certificates.signer import FileSigner
from xacthuc.certificates.trust_files import read_trust
from xacthuc.findings import get_code

NOW = datetime(2022, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)
SECRET = b"a passphrase of these tests"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an authority and a signer."""
    make_csca(tmp_path / "keys", country="VN", organisation="Ministry of Health", now=NOW, passphrase=SECRET)
    add_signer(tmp_path / "keys", NOW)
    return tmp_path / "keys"


def add_signer(folder: Path, now: datetime, *, used_from: datetime | None = None, rsa: bool = False) -> IssuerKey:
    return make_signer(folder, now=now, passphrase=SECRET, csca_passphrase=SECRET, used_from=used_from, rsa=rsa)


def pick(folder: Path, kind: str) -> IssuerKey:
    return next(key for key in list_keys(folder) if key.kind == kind)


def refused(code: str) -> object:
    assert get_code(code).kind == "refused"
    return pytest.raises(KeysRefused, check=lambda error: error.code == code)


def test_certificates_are_as_the_governance_asks(folder: Path) -> None:
    csca, signer = pick(folder, "csca"), pick(folder, "signer")
    assert (csca.ends - csca.begins, csca.used_until - csca.used_from) == (1460 * DAY, 365 * DAY)
    assert (signer.ends - signer.begins, signer.used_until - signer.used_from) == (730 * DAY, 183 * DAY)
    signer.certificate.verify_directly_issued_by(csca.certificate)
    csca.certificate.verify_directly_issued_by(csca.certificate)
    basic = csca.certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert (basic.critical, basic.value.ca, basic.value.path_length) == (True, True, 0)
    usage = signer.certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert (usage.critical, usage.value.digital_signature, usage.value.key_cert_sign) == (True, True, False)
    read = read_certificate(signer.certificate.public_bytes(Encoding.DER))
    assert (read.kid.hex(), read.country, read.usages) == (signer.kid, "VN", frozenset({"vaccination"}))


def test_private_keys_are_encrypted_and_for_nobody_else(folder: Path) -> None:
    for key in list_keys(folder):
        assert stat.S_IMODE(key.private.stat().st_mode) == 0o600
        written = key.private.read_bytes()
        assert b"ENCRYPTED" in written
        with pytest.raises(TypeError):
            load_pem_private_key(written, password=None)
        assert open_key(key, passphrase=SECRET).public_key() == key.certificate.public_key()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not list(folder.glob("*.tmp"))


def test_a_private_key_that_cannot_be_used_is_refused(folder: Path) -> None:
    signer, csca = pick(folder, "signer"), pick(folder, "csca")
    with refused("keys_private_unusable"):
        open_key(signer, passphrase=b"another passphrase")
    signer.private.chmod(0o640)
    with refused("keys_private_open"):
        open_key(signer, passphrase=SECRET)
    signer.private.unlink()
    with refused("keys_private_missing"):
        open_key(signer, passphrase=SECRET)
    signer.private.write_bytes(csca.private.read_bytes())
    signer.private.chmod(0o600)
    with refused("keys_private_other"):
        open_key(signer, passphrase=SECRET)


@pytest.mark.parametrize("rsa", [False, True])
def test_what_a_signer_signs_is_issued(folder: Path, rsa: bool) -> None:
    key = add_signer(folder, NOW, used_from=NOW, rsa=rsa)
    signer = FileSigner(
        open_key(key, passphrase=SECRET), certificate=read_certificate(key.certificate.public_bytes(Encoding.DER))
    )
    last = key.used_until - DAY
    assert Issuer(signer, country="VN", issued=last, expires=last + LASTING).signer is signer
    assert signer.algorithm == ("PS256" if rsa else "ES256")


def test_signers_take_over_from_one_another(folder: Path) -> None:
    first = pick(folder, "signer")
    second = add_signer(folder, first.used_until - 60 * DAY)
    assert second.used_from == first.used_until
    assert second.begins < second.used_from
    keys = list_keys(folder)
    assert find_key(keys, kind="signer", at=first.used_until - DAY).kid == first.kid
    assert find_key(keys, kind="signer", at=first.used_until).kid == second.kid
    assert find_end([first, second], at=NOW) == second.used_until
    assert find_end([first, second], at=second.used_until) is None
    with refused("keys_none_in_use"):
        find_key(keys, kind="signer", at=second.used_until)


def test_of_two_in_use_the_younger_signs(folder: Path) -> None:
    later = add_signer(folder, NOW + 10 * DAY, used_from=NOW + 20 * DAY)
    assert find_key(list_keys(folder), kind="signer", at=NOW + 19 * DAY).kid != later.kid
    assert find_key(list_keys(folder), kind="signer", at=NOW + 20 * DAY).kid == later.kid


def test_a_signer_that_cannot_last_is_not_made(folder: Path, tmp_path: Path) -> None:
    with refused("keys_use_too_late"):
        add_signer(folder, NOW, used_from=NOW - DAY)
    with refused("keys_use_too_late"):
        add_signer(folder, NOW, used_from=NOW + 182 * DAY)
    with refused("keys_none_in_use"):
        add_signer(folder, NOW + 365 * DAY)
    with refused("keys_none_in_use"):
        add_signer(tmp_path / "nothing", NOW)
    before = list_keys(folder)
    with refused("keys_passphrase_short"):
        make_signer(folder, now=NOW, passphrase=b"short", csca_passphrase=SECRET)
    assert list_keys(folder) == before


def test_a_signer_never_outlives_its_authority(tmp_path: Path) -> None:
    store(tmp_path, "csca", begins=NOW - 800 * DAY)
    with refused("keys_beyond_csca"):
        add_signer(tmp_path, NOW)


def store(folder: Path, kind: str, *, begins: datetime, period: bool = False, country: str = "VN") -> IssuerKey:
    """Write a certificate as others make them: its key is used as long as it is valid, if no `period` is said."""
    key = make_key("csca")
    made = make_certificate(Plan(kind, country, "Ministry", begins, begins), key)  # type: ignore[arg-type]  # a kind from a test
    if not period:
        builder = x509.CertificateBuilder(made.issuer, made.subject, key.public_key(), made.serial_number)
        builder = builder.not_valid_before(made.not_valid_before_utc).not_valid_after(made.not_valid_after_utc)
        made = builder.sign(key, SHA256())
    folder.mkdir(exist_ok=True)
    kid = make_kid(made.public_bytes(Encoding.DER)).hex()
    (folder / f"{kind}-{kid}.pem").write_bytes(made.public_bytes(Encoding.PEM))
    return next(one for one in list_keys(folder) if one.kid == kid)


def told(due: list[Due]) -> list[tuple[str, str, str]]:
    return [(one.code, f"{one.day:%Y-%m-%d}", one.kind) for one in due]


def test_nothing_is_due_of_new_keys(folder: Path) -> None:
    assert list_due(list_keys(folder), at=NOW + DAY) == []


def test_the_key_that_lapsed_unnoticed_would_have_been_noticed(tmp_path: Path) -> None:
    """A signing certificate of two years to 2026-07-14 and no next one."""
    make_csca(tmp_path, country="VN", organisation="Ministry", now=datetime(2026, 4, 1, tzinfo=UTC), passphrase=SECRET)
    key = store(tmp_path, "signer", begins=datetime(2024, 7, 14, tzinfo=UTC))
    assert f"{key.ends:%Y-%m-%d}" == "2026-07-14"
    keys = list_keys(tmp_path)

    def at(day: str) -> list[tuple[str, str, str]]:
        return told(list_due(keys, at=datetime.fromisoformat(day).replace(tzinfo=UTC)))

    renew, cuts = ("keys_due_next", "2026-06-14", "signer"), ("keys_due_certificate_cuts", "2026-07-14", "signer")
    assert at("2026-04-10") == []
    assert at("2026-04-20") == [renew]
    assert at("2026-05-20") == [renew, cuts]
    assert at("2026-07-15") == [
        ("keys_due_none", "2026-07-14", "signer"),
        ("keys_due_certificate_ended", "2026-07-14", "signer"),
    ]
    assert [one.urgent for one in list_due(keys, at=datetime(2026, 7, 15, tzinfo=UTC))] == [True, False]


def test_the_next_key_is_due_a_month_before_and_then_no_more(folder: Path) -> None:
    first = pick(folder, "signer")
    at = first.used_until - 60 * DAY
    assert told(list_due(list_keys(folder), at=at)) == [
        ("keys_due_next", f"{first.used_until - 30 * DAY:%Y-%m-%d}", "signer")
    ]
    add_signer(folder, at)
    assert list_due(list_keys(folder), at=at) == []


def test_an_old_signer_ends_without_harm(folder: Path) -> None:
    old = pick(folder, "signer")
    due = [one for one in list_due(list_keys(folder), at=old.ends - DAY) if one.kid == old.kid]
    assert [(one.code, one.urgent) for one in due] == [("keys_due_certificate_ends", False)]


def test_an_empty_folder_lacks_what_is_always_needed() -> None:
    assert told(list_due([], at=NOW)) == [
        ("keys_due_none", "2022-05-01", "csca"),
        ("keys_due_none", "2022-05-01", "signer"),
    ]


def test_a_certificate_that_was_changed_is_refused(folder: Path) -> None:
    signer, csca = pick(folder, "signer"), pick(folder, "csca")
    signer.path.write_bytes(csca.path.read_bytes())
    with refused("keys_certificate_unusable"):
        list_keys(folder)
    signer.path.write_bytes(b"nothing")
    with refused("keys_certificate_unusable"):
        list_keys(folder)


@pytest.mark.parametrize("country", ["vn", "V", "VNM", "", "Đ1"])
def test_a_country_is_two_letters(tmp_path: Path, country: str) -> None:
    with refused("keys_country"):
        make_csca(tmp_path, country=country, organisation="Ministry", now=NOW, passphrase=SECRET)
    with refused("keys_organisation"):
        make_csca(tmp_path, country="VN", organisation="", now=NOW, passphrase=SECRET)


def test_a_passphrase_comes_from_a_closed_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(SECRET + b"\r\nsecond line")
    with refused("keys_private_open"):
        path.chmod(0o644)
        read_passphrase(path)
    path.chmod(0o600)
    assert read_passphrase(path) == SECRET
    with refused("keys_passphrase_short"):
        check_passphrase(b"eleven byte")


def complete(folder: Path) -> list[IssuerKey]:
    for kind in ("upload", "tls"):
        make_gateway_key(folder, kind, now=NOW, passphrase=SECRET)  # type: ignore[arg-type]  # two of the four kinds
    return list_keys(folder)


def test_the_pack_has_what_the_network_asks_and_no_private_key(folder: Path, tmp_path: Path) -> None:
    keys = complete(folder)
    pack = tmp_path / "pack"
    made = write_pack(pack, keys, at=NOW, environment="UAT", did="did:web:example.invalid")
    names = {path.relative_to(pack).as_posix() for path in made.files}
    asked = {f"onboarding/DCC/{name}" for name in ("SCA/SCA.pem", "TLS/TLS.pem", "TLS/CA.pem", "UP/UP.pem")}
    signer = pick(folder, "signer")
    assert names == asked | {f"signers/{signer.kid}.pem", "did.json", "README.md"}
    assert names == {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()}
    assert not any(b"PRIVATE" in path.read_bytes() for path in made.files)
    tls = x509.load_pem_x509_certificate((pack / "onboarding/DCC/TLS/TLS.pem").read_bytes())
    tls.verify_directly_issued_by(x509.load_pem_x509_certificate((pack / "onboarding/DCC/TLS/CA.pem").read_bytes()))
    readme = (pack / "README.md").read_text(encoding="utf-8")
    assert "NOT checked" in readme
    assert "{" not in readme
    assert all(key.kid in readme for key in keys)


def test_the_did_document_is_read_back_as_a_trust_list(folder: Path, tmp_path: Path) -> None:
    rsa = add_signer(folder, NOW, used_from=NOW, rsa=True)
    write_pack(tmp_path / "pack", complete(folder), at=NOW, environment="DEV", did="did:web:example.invalid")
    written = (tmp_path / "pack" / "did.json").read_bytes()
    for key in (pick(folder, "signer"), rsa):
        (found,) = read_trust(written).find(bytes.fromhex(key.kid))
        assert found.key == key.certificate.public_key()
    without = json.loads(written)
    for method in without["verificationMethod"]:
        del method["publicKeyJwk"]["x5c"]
    (found,) = read_trust(json.dumps(without).encode()).find(bytes.fromhex(rsa.kid))
    assert found.key == rsa.certificate.public_key()


def test_an_unfit_pack_is_refused(folder: Path, tmp_path: Path) -> None:
    with refused("keys_none_in_use"):
        write_pack(tmp_path / "pack", list_keys(folder), at=NOW, environment="DEV", did="did:web:x")
    keys = {key.kind: key for key in complete(folder)}
    signer = keys.pop("signer")
    check_pack(keys, [signer])
    other = tmp_path / "other"
    foreign = store(other, "upload", begins=NOW, country="LA", period=True)
    for wrong in (
        {"upload": foreign},
        {"upload": store(other, "upload", begins=NOW)},
        {"upload": keys["csca"]},
        {"csca": keys["upload"]},
        {"csca": replace(keys["upload"], kid="0")},
        {"tls": store(other, "tls", begins=NOW)},
        {"csca": make_csca(other, country="VN", organisation="Other", now=NOW, passphrase=SECRET)},
    ):
        with refused("keys_pack_unfit"):
            check_pack(keys | wrong, [signer])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with refused("keys_pack_there"):
        write_pack(tmp_path / "full", list_keys(folder), at=NOW, environment="DEV", did="did:web:x")


def test_what_is_issued_again(folder: Path) -> None:
    key = pick(folder, "signer")
    private = open_key(key, passphrase=SECRET)
    signer = FileSigner(private, certificate=read_certificate(key.certificate.public_bytes(Encoding.DER)))
    short, long = (issue_text(signer, issued=NOW, expires=NOW + days * DAY) for days in (100, 365))
    rows = [short, None, long, "HC1:NOTHING"]

    def listed(before: datetime, ends: datetime, replaced: frozenset[str] = frozenset()) -> list[tuple[int, str]]:
        found = list_reissues(iter(enumerate(rows)), before=before, key_ends={key.kid: ends}, replaced=replaced)
        return [(one.row, one.code) for one in found]

    unread = (3, "reissue_unreadable")
    assert listed(NOW + 50 * DAY, key.ends) == [unread]
    assert listed(NOW + 101 * DAY, key.ends) == [(0, "reissue_expires"), unread]
    assert listed(NOW + 50 * DAY, NOW + 40 * DAY) == [(0, "reissue_key_ends"), (2, "reissue_key_ends"), unread]
    every = [(0, "reissue_key_chosen"), (2, "reissue_key_chosen"), unread]
    assert listed(NOW, key.ends, frozenset({key.kid})) == every
