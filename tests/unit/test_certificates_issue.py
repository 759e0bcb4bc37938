"""What is refused before it is signed, how names and identifiers are written, and what a signer may not do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certificates import (
    EXPIRES,
    HEALTH,
    ISSUED,
    SECRET,
    build,
    ec_key,
    make_certificate,
    make_issuer,
    make_payload,
    make_signer,
)
from xacthuc.certificates.issue import Issuer, IssueRefused
from xacthuc.certificates.keys import read_certificate
from xacthuc.certificates.payload import CountedDose, Holder, rate_evidence
from xacthuc.certificates.signer import FileSigner, SignerUnusable, open_key_file
from xacthuc.certificates.transliteration import divide_name, transliterate
from xacthuc.certificates.uvci import is_checked, make_check_letter, make_uvci

NAMES = {
    "Nguyễn Thị Đào": "NGUYEN<THI<DAO",
    "ĐẶNG ƯỚC LƯỢNG": "DANG<UOC<LUONG",
    "Nguyễn Thị Đào".encode().decode(): "NGUYEN<THI<DAO",
    "H'Hen Niê": "HHEN<NIE",
    "H\u2019Hen Niê": "HHEN<NIE",
    "Y Bih Niê Kđăm": "Y<BIH<NIE<KDAM",
    "K'Rông-Pă": "KRONG<PA",
    "Ƀlŭk Č": "BLUK<C",
    "Tôn  Nữ": "TON<NU",
    "Nguyễn T. An": "NGUYEN<T<AN",
    "Gößinger": "GOESSINGER",
    "Ærø Þór Åse": "AEROE<THOR<AASE",
    "O’Connor – Smith": "OCONNOR<SMITH",
    "Ngọc": "NGOC",
    "Владимир": None,
    "李": None,
    "An 2": None,
    "-": None,
    "": None,
}


@pytest.mark.parametrize(("name", "wanted"), NAMES.items(), ids=lambda value: repr(value))
def test_names_for_machines(name: str, wanted: str | None) -> None:
    assert transliterate(name) == wanted


def test_a_name_for_machines_is_cut_and_ends_in_a_letter() -> None:
    assert transliterate("Ö" * 50) == "OE" * 40
    assert transliterate("A" * 79 + " B") == "A" * 79


def test_names_are_divided_after_the_family_name() -> None:
    assert divide_name("Nguyễn Thị Đào") == ("Nguyễn", "Thị Đào")
    assert divide_name(" Păng  ") == ("Păng", "")


def test_identifiers_of_others_have_the_check_letter_that_we_reckon() -> None:
    for uvci in ("URN:UVCI:01:AT:10807843F94AEE0EE5093FBC254BD813#B", "URN:UVCI:01:GR:7UXL2ZTSS6KUZAF2XAAA3A4C4I#E"):
        assert is_checked(uvci)
        assert is_checked(uvci.lower())
        assert not is_checked(uvci[:-1] + "A")
    assert not any(map(is_checked, ("", "#", "URN:UVCI:01:VN:X", "URN:UVCI:01:VN:Đ#A")))


def test_an_identifier_follows_from_what_it_is_about() -> None:
    one = make_uvci("a", country="VN", secret=SECRET)
    assert one == make_uvci("a", country="VN", secret=SECRET)
    assert one != make_uvci("b", country="VN", secret=SECRET)
    assert one != make_uvci("a", country="VN", secret=bytes(32))
    assert is_checked(one)
    assert one.startswith("URN:UVCI:01:VN:")
    assert len(one) == 49
    with pytest.raises(AssertionError):
        make_uvci("a", country="VN", secret=b"short")


@pytest.mark.parametrize("place", range(48))
def test_a_wrong_letter_is_noticed(place: int) -> None:
    body = make_uvci("a", country="VN", secret=SECRET)[:-2]
    if place < len(body):
        wrong = body[:place] + ("A" if body[place] != "A" else "B") + body[place + 1 :]
        assert make_check_letter(wrong) != make_check_letter(body)


DAY = date(2021, 9, 1)
HOLDER = Holder("Nguyễn", "Thị Đào", "1980-02-03")
REFUSED = {
    "no name": (replace(HOLDER, family="", given=""), None, ["issue_name_missing"]),
    "long name": (replace(HOLDER, given="A" * 81), None, ["issue_name_long"]),
    "decomposed": (replace(HOLDER, family="Nguye\u0302\u0303n"), None, ["issue_name_form"]),
    "blank before": (replace(HOLDER, family=" An"), None, ["issue_name_form"]),
    "turning mark": (replace(HOLDER, family="A\u202eB"), None, ["issue_name_form", "issue_name_script"]),
    "other script": (replace(HOLDER, family="李"), None, ["issue_name_script"]),
    "no birth date": (replace(HOLDER, birth_date=""), None, ["issue_birth_date"]),
    "no day": (replace(HOLDER, birth_date="1980-02-30"), None, ["issue_birth_date"]),
    "day first": (replace(HOLDER, birth_date="03-02-1980"), None, ["issue_birth_date"]),
    "too early": (replace(HOLDER, birth_date="1899-12-31"), None, ["issue_birth_date"]),
    "in the future": (replace(HOLDER, birth_date="2023-01-01"), None, ["issue_birth_date"]),
    "born after the dose": (replace(HOLDER, birth_date="2021-10"), None, ["issue_dose_date"]),
    "unknown vaccine": (HOLDER, CountedDose("Nước muối", 2, 2, DAY), ["issue_vaccine"]),
    "before the campaign": (HOLDER, CountedDose("Abdala", 3, 3, date(2020, 1, 1)), ["issue_dose_date"]),
    "tomorrow": (HOLDER, CountedDose("Abdala", 3, 3, date(2022, 5, 2)), ["issue_dose_date"]),
    "not complete": (HOLDER, CountedDose("AstraZeneca", 1, 2, DAY), ["issue_course"]),
    "beyond the series": (HOLDER, CountedDose("AstraZeneca", 3, 2, DAY), ["issue_dose_number"]),
    "dose 0": (HOLDER, CountedDose("AstraZeneca", 0, 2, DAY), ["issue_dose_number"]),
    "dose 10": (HOLDER, CountedDose("AstraZeneca", 10, 10, DAY), ["issue_dose_number"]),
    "several faults": (
        replace(HOLDER, birth_date="?"),
        CountedDose("?", 1, 2, DAY),
        ["issue_birth_date", "issue_vaccine", "issue_course"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("holder", "dose", "codes"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_before_signing(holder: Holder, dose: CountedDose | None, codes: list[str]) -> None:
    built = build(holder, dose)
    assert (built.payload, list(built.codes)) == (None, codes)


def test_identifier_and_issuer_are_held_too() -> None:
    assert build(uvci="URN:UVCI:01:VN:1#1").codes == ("issue_uvci",)
    assert build(issuer="").codes == build(issuer="A" * 81).codes == ("issue_issuer",)


ACCEPTED = {
    "year alone": (replace(HOLDER, birth_date="1980"), None),
    "year and month": (replace(HOLDER, birth_date="1980-02"), None),
    "single name": (Holder("Păng", "", "1980-02-03"), None),
    "given name alone": (Holder("", "Păng", "1980-02-03"), None),
    "Latin from the passport": (Holder("李", "小龍", "1980-02-03", family_latin="Li", given_latin="Xiaolong"), None),
    "third of three": (HOLDER, CountedDose("Abdala", 3, 3, DAY)),
    "booster after one": (HOLDER, CountedDose("Janssen", 2, 1, DAY, booster=True)),
    "booster": (HOLDER, CountedDose("Comirnaty", 3, 3, DAY, booster=True)),
}


@pytest.mark.parametrize(("holder", "dose"), ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_can_be_signed(holder: Holder, dose: CountedDose | None) -> None:
    built = build(holder, dose)
    assert built.codes == ()
    assert built.payload is not None


def test_the_eleven_fields_of_the_passport() -> None:
    built = build()
    assert built.payload is not None
    entry = built.payload["v"][0]
    assert built.payload["nam"] == {"fn": "Nguyễn", "fnt": "NGUYEN", "gn": "Thị Đào", "gnt": "THI<DAO"}
    assert (entry["mp"], entry["ma"], entry["vp"]) == ("BBIBP-CorV", "ORG-100020693", "1157024006")
    assert (entry["tg"], entry["dn"], entry["sd"], entry["dt"]) == ("840539006", 2, 2, "2021-09-01")
    assert (built.nationality, built.evidence) == ("VN", "both")


def test_evidence() -> None:
    rated = [
        rate_evidence(site_signed=site, identity_settled=police) for site in (False, True) for police in (False, True)
    ]
    assert rated == ["self-declared", "identity settled", "site-signed", "both"]


@pytest.mark.parametrize(
    ("issued", "expires", "code"),
    [
        (datetime(2021, 1, 1, tzinfo=UTC), EXPIRES, "issue_before_key"),
        (datetime(2023, 6, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC), "issue_beyond_key"),
        (ISSUED, ISSUED, "issue_times"),
        (ISSUED, ISSUED + timedelta(days=367), "issue_times"),
    ],
)
def test_times_of_a_batch(issued: datetime, expires: datetime, code: str) -> None:
    with pytest.raises(IssueRefused) as refused:
        Issuer(make_signer(), country="VN", issued=issued, expires=expires)
    assert refused.value.code == code


def test_a_key_signs_what_it_may() -> None:
    with pytest.raises(IssueRefused, match="issue_usage"):
        make_issuer(make_signer(usages=(HEALTH + "1",)))
    with pytest.raises(IssueRefused, match="issue_country"):
        make_issuer(make_signer(country="AT"))


class BrokenSigner(FileSigner):
    """A token that gives back nonsense."""

    def sign(self, part: bytes) -> bytes:
        return bytes(64)


class ForgetfulSigner(FileSigner):
    """A token that signs something else."""

    def sign(self, part: bytes) -> bytes:
        return super().sign(part + b"x")


@pytest.mark.parametrize("kind", [BrokenSigner, ForgetfulSigner])
def test_nothing_leaves_that_does_not_read_back(kind: type[FileSigner]) -> None:
    signer = kind(ec_key(), certificate=make_signer().certificate)
    with pytest.raises(IssueRefused, match="issue_self_check"):
        make_issuer(signer).issue(make_payload())


def test_a_payload_that_reads_back_otherwise_is_not_given_out() -> None:
    with pytest.raises(IssueRefused, match="issue_self_check"):
        make_issuer().issue(make_payload() | {"nam": {"fn": "A\u202eB", "fnt": "AB"}})
    with pytest.raises(IssueRefused, match="issue_self_check"):
        make_issuer().issue(make_payload() | {"dob": datetime(2020, 1, 1, tzinfo=UTC)})


def write_key(path: Path, key: object, *, mode: int = 0o600) -> Path:
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))  # type: ignore[attr-defined] # any private key
    path.chmod(mode)
    return path


def test_a_key_file(tmp_path: Path) -> None:
    certificate = make_signer().certificate
    assert open_key_file(write_key(tmp_path / "key", ec_key()), certificate=certificate).algorithm == "ES256"
    with pytest.raises(SignerUnusable, match="issue_key_open"):
        open_key_file(write_key(tmp_path / "open", ec_key(), mode=0o644), certificate=certificate)
    with pytest.raises(SignerUnusable, match="issue_key_unusable"):
        open_key_file(write_key(tmp_path / "other", ed25519.Ed25519PrivateKey.generate()), certificate=certificate)
    foreign = write_key(tmp_path / "foreign", ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(SignerUnusable, match="issue_key_other"):
        open_key_file(foreign, certificate=certificate)
    (tmp_path / "none").write_bytes(b"no key")
    (tmp_path / "none").chmod(0o600)
    with pytest.raises(SignerUnusable, match="issue_key_unusable"):
        open_key_file(tmp_path / "none", certificate=certificate)


def test_a_certificate_is_known_by_its_country() -> None:
    assert read_certificate(make_certificate(ec_key(), country="VN")).country == "VN"
