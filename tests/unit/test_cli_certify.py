"""The command that issues certificates: what it writes, and the forms in which it takes a key."""

from __future__ import annotations

import base64
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certificates import ec_key, make_signer, make_trust
from xacthuc.certificates.issuer_keys import make_csca
from xacthuc.certificates.issuer_keys import make_signer as make_issuer_key
from xacthuc.certificates.key_refusals import KeysRefused
from xacthuc.certificates.keys import read_certificate
from xacthuc.certificates.signer import SignerUnusable
from xacthuc.certificates.verify import verify
from xacthuc.cli import commands
from xacthuc.records import VERDICT_SCHEMA
from xacthuc.runs.certifying import CERTIFICATE_SCHEMA
from xacthuc.runs.history import HISTORY_SCHEMA
from xacthuc.runs.refusals import VerifyRefused

AT = datetime(2022, 6, 1, tzinfo=UTC)
PASSPHRASE = b"invented words here"


def run(*arguments: object, said: str = "") -> Result:
    return CliRunner().invoke(commands, [str(argument) for argument in arguments], input=said)


# person, identity, vaccination, state, dn, sd, role
PEOPLE = (
    ("a", "MATCHED", "PLAUSIBLE", "complete", 2, 2, "primary"),
    ("b", "MISMATCH", "PLAUSIBLE", "complete", 2, 2, "primary"),
    ("c", "MATCHED", "DOUBTFUL", "complete", 2, 2, "primary"),
    ("d", "MATCHED", "PLAUSIBLE", "partial", 1, 2, "primary"),
    ("e", "MATCHED", "PLAUSIBLE", "complete", 3, 3, "booster"),
)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Write what a run with histories leaves: for each person all doses up to the last."""
    out = tmp_path / "out"
    out.mkdir()
    history, records, verdicts = [], [], []
    for group, identity, vaccination, state, dn, sd, role in PEOPLE:
        for number in range(1, dn + 1):
            record = f"{group}{number}"
            last = number == dn
            history.append(
                {"record": record, "person_group": group, "role": role if last else "primary", "dn": number}
                | {"sd": sd if last else 2, "state": state, "extra": 0}
            )
            records.append(
                {"record": record, "name": "Nguyễn Thị Đào", "birth_date": "1980-02-03", "vaccine": "AstraZeneca"}
                | {"dose_date": f"2021-0{number + 5}-01"}
            )
            verdicts.append(
                {"record": record, "file": "f", "sheet": "", "row": 1, "identity": identity, "reasons": []}
                | {"vaccination": vaccination, "sure": True}
            )
    pq.write_table(pa.Table.from_pylist(history, schema=HISTORY_SCHEMA), out / "history.parquet")
    pq.write_table(pa.Table.from_pylist(records), out / "records.parquet")
    pq.write_table(pa.Table.from_pylist(verdicts, schema=VERDICT_SCHEMA), out / "verdicts.parquet")
    return out


@pytest.fixture
def means(tmp_path: Path) -> list[object]:
    key, secret, certificate = tmp_path / "key.pem", tmp_path / "secret", tmp_path / "dsc.pem"
    key.write_bytes(ec_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    secret.write_bytes(os.urandom(32))
    for path in (key, secret):
        path.chmod(0o600)
    encoded = base64.encodebytes(make_signer().certificate.certificate or b"").decode()
    certificate.write_text(f"-----BEGIN CERTIFICATE-----\n{encoded}-----END CERTIFICATE-----\n")
    return ["--key", key, "--secret", secret, "--certificate", certificate, "--issued", "2022-05-15T00:00:00Z"]


def test_certificates_of_a_run(results: Path, means: list[object], tmp_path: Path) -> None:
    out = tmp_path / "certificates.parquet"
    done = run("certify", results, "--to", out, *means, "--json")
    assert done.exit_code == 0, done.output
    wanted = {"issue_identity_open": 1, "issue_dose_open": 1, "issue_course": 1}
    assert json.loads(done.output) == {"certificates": str(out), "issued": 2, "refused": 3, "codes": wanted}
    table = pq.read_table(out)
    assert table.schema == CERTIFICATE_SCHEMA
    rows = {row["person_group"]: row for row in table.to_pylist()}
    assert all(verify(rows[group]["text"], trust=make_trust(), at=AT).accepted for group in "ae")
    assert [json.loads(rows[group]["payload"])["v"][0]["dn"] for group in "ae"] == [2, 3]
    assert [rows[group]["evidence"] for group in "ab"] == ["identity settled", "self-declared"]


def test_the_same_run_gives_the_same_identifiers(results: Path, means: list[object], tmp_path: Path) -> None:
    tables = []
    for name in ("one", "two"):
        run("certify", results, "--to", tmp_path / name, *means)
        tables.append(pq.read_table(tmp_path / name, columns=["person_group", "uvci", "payload"]))
    assert tables[0].equals(tables[1])


def test_what_cannot_issue(results: Path, means: list[object], tmp_path: Path) -> None:
    to = tmp_path / "x.parquet"
    Path(str(means[3])).write_bytes(b"short")
    assert isinstance(run("certify", results, "--to", to, *means).exception, VerifyRefused)
    assert isinstance(run("certify", tmp_path / "none", "--to", to, *means).exception, VerifyRefused)
    assert not to.exists()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder of keys as `xacthuc keys` writes them."""
    keys = tmp_path / "keys"
    now = datetime(2022, 5, 1, tzinfo=UTC)
    make_csca(keys, country="VN", organisation="Ministry of Health", now=now, passphrase=PASSPHRASE)
    make_issuer_key(keys, now=now, passphrase=PASSPHRASE, csca_passphrase=PASSPHRASE, usages=("vaccination",))
    return keys


def write_secret(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    path.chmod(0o600)
    return path


def count_accepted(to: Path, signer: Path) -> int:
    encoded = signer.read_bytes().split(b"-----")[2]
    trust = make_trust(read_certificate(base64.b64decode(b"".join(encoded.split()))))
    texts = [text for text in pq.read_table(to)["text"].to_pylist() if text]
    return sum(verify(text, trust=trust, at=AT).accepted for text in texts)


def test_a_folder_of_keys_and_a_passphrase(results: Path, means: list[object], folder: Path, tmp_path: Path) -> None:
    (signer,) = (path for path in folder.glob("signer-*.pem") if not path.name.endswith(".key.pem"))
    passphrase = write_secret(tmp_path / "passphrase", PASSPHRASE + b"\n")
    rest = (*means[2:4], *means[6:])
    for number, given in enumerate((["--passphrase", passphrase], [])):
        to = tmp_path / f"{number}.parquet"
        done = run("certify", results, "--to", to, "--keys", folder, *given, *rest, said=f"{PASSPHRASE.decode()}\n")
        assert done.exit_code == 0, done.output
        assert PASSPHRASE.decode() not in done.output
        assert count_accepted(to, signer) == 2
    to = tmp_path / "named.parquet"
    named = ("--key", signer.with_suffix(".key.pem"), "--certificate", signer, "--passphrase", passphrase)
    assert run("certify", results, "--to", to, *named, *rest).exit_code == 0
    assert count_accepted(to, signer) == 2


def test_a_key_that_does_not_open(results: Path, means: list[object], folder: Path, tmp_path: Path) -> None:
    to, rest = tmp_path / "x.parquet", (*means[2:4], *means[6:])
    wrong = write_secret(tmp_path / "passphrase", b"some other words\n")
    refused = run("certify", results, "--to", to, "--keys", folder, "--passphrase", wrong, *rest).exception
    assert isinstance(refused, SignerUnusable)
    assert refused.code == "issue_key_passphrase"
    wrong.chmod(0o644)
    refused = run("certify", results, "--to", to, "--keys", folder, "--passphrase", wrong, *rest).exception
    assert isinstance(refused, KeysRefused)
    late = ("--secret", means[3], "--issued", "2024-01-01T00:00:00Z")
    refused = run("certify", results, "--to", to, "--keys", folder, "--passphrase", wrong, *late).exception
    assert isinstance(refused, KeysRefused)
    assert list(tmp_path.glob("x.parquet*")) == []


@pytest.mark.parametrize(
    ("dropped", "added", "code"),
    [
        (("--key",), (), "issue_key_choice"),
        ((), ("--token", "a token"), "issue_key_choice"),
        (("--certificate",), (), "run_usage_missing"),
        (("--key",), ("--token", "a token", "--label", "a key"), "run_usage_missing"),
    ],
)
def test_one_key_named_whole(
    results: Path, means: list[object], tmp_path: Path, dropped: tuple[str, ...], added: tuple[str, ...], code: str
) -> None:
    pairs = [pair for pair in zip(means[::2], means[1::2], strict=True) if pair[0] not in dropped]
    words = [word for pair in pairs for word in pair]
    refused = run("certify", results, "--to", tmp_path / "x.parquet", *words, *added).exception
    assert isinstance(refused, VerifyRefused)
    assert refused.code == code


def test_a_person_reads_what_was_done(results: Path, means: list[object], tmp_path: Path) -> None:
    said = run("certify", results, "--to", tmp_path / "x.parquet", *means).output
    assert "Đã cấp 2 chứng nhận, không cấp 3" in said
    assert "2 certificates issued, 3 rows without one" in said
    assert "issue_course 1" in said
