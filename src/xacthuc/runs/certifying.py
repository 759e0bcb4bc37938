"""Issue certificates for people of a run whom the police and Health have both settled: one slice of them at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pyarrow as pa

from xacthuc.certificates.issue import Issuer
from xacthuc.certificates.payload import COUNTRY, Built, CountedDose, Evidence, Holder, build_payload, rate_evidence
from xacthuc.certificates.signer import SignerKey
from xacthuc.certificates.transliteration import divide_name
from xacthuc.certificates.uvci import make_uvci

VIETNAM = timezone(timedelta(hours=7))  # where the day of a dose was counted

ROWS = 1_000  # put into columns at a time: as objects of Python they take ten times as much memory

# What the steps say of each person, and of each record of which no dose was judged.
HOLDER_SCHEMA = pa.schema(
    [
        pa.field("record", pa.string(), nullable=False),  # of the last dose that counts
        pa.field("person_group", pa.string()),  # null where no dose was judged
        pa.field("name", pa.string()),
        pa.field("birth_date", pa.string()),
        pa.field("vaccine", pa.string()),
        pa.field("dose_date", pa.string()),
        pa.field("role", pa.string(), nullable=False),
        pa.field("dn", pa.int8()),
        pa.field("sd", pa.int8()),
        pa.field("state", pa.string(), nullable=False),
        pa.field("identity_open", pa.bool_(), nullable=False),
        pa.field("dose_open", pa.bool_(), nullable=False),
    ]
)

# One row per person, and per record of which no dose was judged; what is printed beside the code stands here and not
# in it.
CERTIFICATE_SCHEMA = pa.schema(
    [
        pa.field("person_group", pa.string()),  # null where no dose was judged
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
class Batch:
    """What is the same for all certificates of a batch; each process that issues opens the key itself."""

    key: SignerKey
    name: str  # of the issuer, as printed
    secret: bytes = field(repr=False)  # of the identifiers
    issued: datetime  # another moment gives other identifiers
    expires: datetime
    site_signed: bool = False

    @property
    def today(self) -> date:
        """Give the day of issue, as people in Vietnam count it."""
        return self.issued.astimezone(VIETNAM).date()


def certify(holders: pa.Table, batch: Batch) -> pa.Table:
    """Give a row of CERTIFICATE_SCHEMA for each row of HOLDER_SCHEMA, in the same order.

    The same holders and batch give the same identifiers and payloads. Every certificate has been read back. Raises
    IssueRefused, SignerUnusable.
    """
    with batch.key.open() as signer:
        issuer = Issuer(signer, country=COUNTRY, issued=batch.issued, expires=batch.expires)
        parts = [
            pa.Table.from_pylist([_certify(row, batch, issuer) for row in rows.to_pylist()], schema=CERTIFICATE_SCHEMA)
            for rows in holders.to_batches(max_chunksize=ROWS)
        ]
    return pa.concat_tables([CERTIFICATE_SCHEMA.empty_table(), *parts]).combine_chunks()


def _certify(holder: dict[str, Any], batch: Batch, issuer: Issuer) -> dict[str, Any]:
    codes = list(_find_open(holder))
    settled = holder["role"] != "not_counted" and not holder["identity_open"]
    evidence = rate_evidence(site_signed=batch.site_signed, identity_settled=settled)
    row: dict[str, Any] = dict.fromkeys(CERTIFICATE_SCHEMA.names)
    row |= {"person_group": holder["person_group"], "record": holder["record"], "evidence": evidence}
    if not codes:
        built = _build(holder, batch, evidence)
        row["nationality"] = built.nationality
        codes = list(built.codes)
        if built.payload is not None:
            row["text"] = issuer.issue(built.payload)
            row["uvci"] = built.payload["v"][0]["ci"]
            row["payload"] = json.dumps(built.payload, ensure_ascii=False)
    assert (row["text"] is None) == bool(codes), "a certificate, or the reason why there is none"
    return row | {"codes": codes}


def _find_open(holder: dict[str, Any]) -> Iterator[str]:
    if holder["role"] == "not_counted":
        yield "issue_no_dose"
        return
    if holder["identity_open"]:
        yield "issue_identity_open"
    if holder["dose_open"]:
        yield "issue_dose_open"
    if holder["state"] != "complete":
        yield "issue_course"
    if holder["dose_date"] is None:
        yield "issue_dose_date"


def _build(holder: dict[str, Any], batch: Batch, evidence: Evidence) -> Built:
    family, given = divide_name(holder["name"] or "")
    told = [holder[key] for key in ("person_group", "name", "birth_date", "vaccine", "dose_date", "dn", "sd")]
    about = json.dumps([batch.issued.isoformat(), *told], ensure_ascii=False)
    dose = CountedDose(
        product=holder["vaccine"] or "",
        number=holder["dn"],
        series=holder["sd"],
        day=date.fromisoformat(holder["dose_date"]),
        booster=holder["role"] != "primary",
    )
    return build_payload(
        Holder(family, given, holder["birth_date"] or "", nationality=COUNTRY),
        dose,
        uvci=make_uvci(about, country=COUNTRY, secret=batch.secret),
        issuer=batch.name,
        today=batch.today,
        evidence=evidence,
    )
