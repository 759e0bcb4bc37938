"""From staged rows to persons and doses: by sets, once each, and every row is told what became of it.

1 persons that the organisation has not stated before are added
2 doses that it has not stated before are added, each to its person; of two rows that say the same the first counts
3 each row is answered: recorded, same, listed, refused, with its person and its dose.
Another transaction may state the same at the same time: it is waited for, and what it added counts as stated before.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from xacthuc_server.people.staging import Staged

_PERSONS = """
INSERT INTO people_person (
    organisation_id, place, digest, stated_at,
    name, name_key, name_fold, name_base, name_first, name_last, birth_date, sex,
    number, number12, number9, passport, digits, number_state, phone, insurance, nationality,
    province, district, commune, place_text,
    identity, reasons, sure, settled, settled_by, version
)
SELECT DISTINCT ON (person_digest)
    %(organisation)s, residence, person_digest, %(now)s,
    name, name_key, name_fold, name_base, name_first, name_last, birth_date, sex,
    number, number12, number9, passport, digits, number_state, phone, insurance, nationality,
    province, district, commune, place,
    'UNASKED', '[]'::jsonb, false, '', '', 0
FROM {staged}
WHERE person_digest IS NOT NULL
ORDER BY person_digest, claim
ON CONFLICT (organisation_id, digest) DO NOTHING
"""

_DOSES = """
INSERT INTO people_dose (
    person_id, organisation_id, place, digest, dose_no, vaccine, lot, dose_date, site,
    upload_id, sheet, "row", entered_at, found, vaccination, reasons, settled_by, signed_by, signature, version
)
SELECT DISTINCT ON (staged.dose_digest)
    p.id, %(organisation)s, p.place, staged.dose_digest,
    staged.dose_no, staged.vaccine, staged.lot, staged.dose_date, staged.site,
    %(upload)s, staged.sheet, staged."row", %(now)s, staged.found, 'UNJUDGED', '[]'::jsonb, '', '', '', 0
FROM {staged}
JOIN people_person AS p ON p.organisation_id = %(organisation)s AND p.digest = staged.person_digest
WHERE staged.dose_digest IS NOT NULL
ORDER BY staged.dose_digest, staged.claim
ON CONFLICT (organisation_id, digest) DO NOTHING
RETURNING id, digest
"""

# The doses that this transaction has added: those of a table beside `staged`, or a list that goes with the statement.
_ADDED = "CREATE TEMPORARY TABLE added (id bigint, digest text) ON COMMIT DROP"

_ANSWERS = """
SELECT
    s.claim, s.sheet, s."row", s.part, s.slot, p.id AS person, d.id AS dose, coalesce(s.refused, '') AS code,
    CASE
        WHEN s.refused IS NOT NULL THEN 'refused'
        WHEN s.dose_digest IS NULL THEN 'listed'
        WHEN a.id IS NOT NULL AND s.turn = 1 THEN 'recorded'
        ELSE 'same'
    END AS state
FROM (
    SELECT *, row_number() OVER (PARTITION BY dose_digest ORDER BY claim) AS turn FROM {staged}
) AS s
LEFT JOIN people_person AS p ON p.organisation_id = %(organisation)s AND p.digest = s.person_digest
LEFT JOIN people_dose AS d ON d.organisation_id = %(organisation)s AND d.digest = s.dose_digest
LEFT JOIN {added} AS a ON a.id = d.id
"""


@dataclass(frozen=True)
class Answer:
    """What became of one row; `state` is one of uploads.models.ROW_STATES."""

    claim: int
    state: str
    person: int | None
    dose: int | None
    code: str


def record_few(staged: Staged, *, organisation_id: int, upload: uuid.UUID | None, now: datetime) -> list[Answer]:
    """Record rows that travel with the statement; gives an answer for each, in the order of their numbers."""
    values = {**staged.values, "organisation": organisation_id, "upload": upload, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_PERSONS.format(staged=staged.relation), values)
        cursor.execute(_DOSES.format(staged=staged.relation), values)
        values["added"] = [row[0] for row in cursor.fetchall()]
        added = "unnest(%(added)s::bigint[])"
        cursor.execute(_ANSWERS.format(staged=staged.relation, added=f"(SELECT {added} AS id)"), values)
        rows = [dict(zip((column.name for column in cursor.description), row, strict=True)) for row in cursor]
    names = Answer.__dataclass_fields__
    return sorted((Answer(**{name: row[name] for name in names}) for row in rows), key=lambda answer: answer.claim)


def record_many(staged: Staged, *, organisation_id: int, upload: uuid.UUID | None, now: datetime) -> Mapping[str, int]:
    """Record copied rows; leaves their answers in the temporary table `answered`, and counts them by state."""
    values: dict[str, Any] = {"organisation": organisation_id, "upload": upload, "now": now}
    doses = _DOSES.format(staged=staged.relation)
    answers = _ANSWERS.format(staged=staged.relation, added="added")
    with connection.cursor() as cursor:
        cursor.execute(_PERSONS.format(staged=staged.relation), values)
        cursor.execute(_ADDED)
        cursor.execute(f"WITH fresh AS ({doses}) INSERT INTO added SELECT id, digest FROM fresh", values)
        cursor.execute("ANALYZE added")
        cursor.execute(f"CREATE TEMPORARY TABLE answered ON COMMIT DROP AS {answers}", values)
        cursor.execute("SELECT state, count(*) FROM answered GROUP BY state")
        return dict(cursor.fetchall())
