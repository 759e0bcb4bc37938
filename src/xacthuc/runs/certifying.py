"""Issue certificates for the people of a run whom the police and Health have both settled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xacthuc.certificates.issue import Issuer
from xacthuc.certificates.payload import COUNTRY, Built, CountedDose, Evidence, Holder, build_payload, rate_evidence
from xacthuc.certificates.transliteration import divide_name
from xacthuc.certificates.uvci import make_uvci
from xacthuc.engines import writing
from xacthuc.runs.refusals import VerifyRefused, check_made

ROWS = 10_000  # written at a time: some 10 MB

# One row per person; what is printed beside the code stands here and not in it.
CERTIFICATE_SCHEMA = pa.schema(
    [
        pa.field("person_group", pa.string(), nullable=False),
        pa.field("record", pa.string(), nullable=False),  # of the dose that it certifies
        pa.field("text", pa.string()),  # HC1; null where none was issued
        pa.field("uvci", pa.string()),
        pa.field("payload", pa.string()),  # JSON
        pa.field("nationality", pa.string()),
        pa.field("evidence", pa.string(), nullable=False),
        pa.field("codes", pa.list_(pa.string()), nullable=False),  # why none was issued
    ]
)


@dataclass(frozen=True)
class Certified:
    """What came of it: certificates, and people who got none."""

    issued: int
    refused: int
    codes: dict[str, int]  # how often each reason was given


@dataclass(frozen=True)
class Batch:
    """What is the same for all certificates of a batch."""

    issuer: Issuer
    name: str  # of the issuer, as printed
    secret: bytes  # of the identifiers
    today: date
    moment: str  # of issue; another batch gives other identifiers
    site_signed: bool = False


def certify(out: Path, batch: Batch, *, to: Path) -> Certified:
    """Write `to`, a Parquet file of certificates, for a folder that `verify --history` wrote.

    The same folder and batch give the same identifiers and payloads. Raises VerifyRefused where the folder is none, and
    IssueRefused where the signer fails.
    """
    if not (out / "history.parquet").exists():
        raise VerifyRefused("issue_run_incomplete", out)
    check_made(out, "history.parquet", "records.parquet")
    issued = refused = 0
    codes: dict[str, int] = {}
    with writing(to) as unfinished, pq.ParquetWriter(unfinished, CERTIFICATE_SCHEMA, compression="zstd") as writer:
        for people in read_people(out).to_batches(max_chunksize=ROWS):
            rows = [_certify_person(person, batch) for person in people.to_pylist()]
            writer.write_table(pa.Table.from_pylist(rows, schema=CERTIFICATE_SCHEMA))
            for row in rows:
                issued += row["text"] is not None
                refused += row["text"] is None
                for code in row["codes"]:
                    codes[code] = codes.get(code, 0) + 1
    return Certified(issued, refused, codes)


def read_people(out: Path) -> pa.Table:
    """Give one row per person of a run, by person_group: the last dose that counts, and whether all are settled."""
    history = pq.read_table(out / "history.parquet", columns=["record", "person_group", "role", "dn", "sd", "state"])
    counted = history.filter(pc.not_equal(history["role"], "not_counted"))
    records = pq.read_table(out / "records.parquet", columns=["record", "name", "birth_date", "vaccine", "dose_date"])
    verdicts = pq.read_table(out / "verdicts.parquet", columns=["record", "identity", "vaccination"])
    doses = counted.join(records, "record").join(verdicts, "record")
    doses = doses.append_column("identified", pc.equal(doses["identity"], "MATCHED"))
    doses = doses.append_column("given", pc.equal(doses["vaccination"], "PLAUSIBLE"))
    settled = doses.group_by("person_group").aggregate([("identified", "all"), ("given", "all"), ("dn", "max")])
    last = doses.drop_columns(["identified", "given"]).join(settled, "person_group")
    last = last.filter(pc.equal(last["dn"], last["dn_max"]))
    return last.sort_by("person_group").combine_chunks()


def _certify_person(person: dict[str, Any], batch: Batch) -> dict[str, Any]:
    settled = bool(person["identified_all"])
    evidence = rate_evidence(site_signed=batch.site_signed, identity_settled=settled)
    row: dict[str, Any] = dict.fromkeys(CERTIFICATE_SCHEMA.names)
    row |= {"person_group": person["person_group"], "record": person["record"], "evidence": evidence}
    codes = list(_find_open(person))
    if not codes:
        built = _build(person, batch, evidence)
        row["nationality"] = built.nationality
        codes = list(built.codes)
        if built.payload is not None:
            row["text"] = batch.issuer.issue(built.payload)
            row["uvci"] = built.payload["v"][0]["ci"]
            row["payload"] = json.dumps(built.payload, ensure_ascii=False)
    return row | {"codes": codes}


def _find_open(person: dict[str, Any]) -> Iterator[str]:
    if not person["identified_all"]:
        yield "issue_identity_open"
    if not person["given_all"]:
        yield "issue_dose_open"
    if person["state"] != "complete":
        yield "issue_course"


def _build(person: dict[str, Any], batch: Batch, evidence: Evidence) -> Built:
    family, given = divide_name(person["name"] or "")
    told = [person[key] for key in ("person_group", "name", "birth_date", "vaccine", "dose_date", "dn", "sd")]
    about = json.dumps([batch.moment, *told], ensure_ascii=False)
    dose = CountedDose(
        product=person["vaccine"] or "",
        number=person["dn"],
        series=person["sd"],
        day=date.fromisoformat(person["dose_date"]),
        booster=person["role"] != "primary",
    )
    return build_payload(
        Holder(family, given, person["birth_date"] or "", nationality=COUNTRY),
        dose,
        uvci=make_uvci(about, country=COUNTRY, secret=batch.secret),
        issuer=batch.name,
        today=batch.today,
        evidence=evidence,
    )
