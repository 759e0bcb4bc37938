"""WHO DDCC: the core data set of a vaccination or test inside HC1.

Source: WHO SMART Trust, logical model HCert (claims 3 and 4 beside the EU's 1), and DDCC:VS and DDCC:TR core data sets.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from xacthuc.certificates.cbor import is_plain
from xacthuc.certificates.stages import has_turning

CLAIMS = {3: "vaccination", 4: "test"}  # inside HCERT


def find_data_set(hcert: dict[Any, Any]) -> tuple[dict[str, Any], str] | None:
    """Give the only data set of a health certificate and its kind, None where there is none or more than one."""
    found = [(entry, kind) for claim, kind in CLAIMS.items() for entry in _list_entries(hcert.get(claim))]
    return found[0] if len(found) == 1 and isinstance(found[0][0], dict) else None


def check_data_set(entry: dict[str, Any], kind: str) -> str | None:
    """Give the code of what is wrong with a data set, None for nothing.

    It names a person, says what was done as a map of its own, and has an identifier. Not checked: its codes.
    """
    if not is_plain(entry):
        return "cert_schema"
    done = entry.get(kind)
    done = done[0] if isinstance(done, list) and len(done) == 1 else done
    if not (isinstance(entry.get("name"), str) and isinstance(done, dict) and find_identifier(entry)):
        return "cert_schema"
    return "cert_name_marks" if has_turning(entry) else None


def find_identifier(entry: dict[str, Any]) -> str:
    """Give the identifier of the certificate (hcid), "" where there is none."""
    certificate = entry.get("certificate")
    hcid = certificate.get("hcid") if isinstance(certificate, dict) else None
    hcid = hcid.get("value") if isinstance(hcid, dict) else hcid
    return hcid if isinstance(hcid, str) else ""


def find_period(entry: dict[str, Any]) -> tuple[float | None, float | None]:
    """Give from when to when a certificate counts by its own period, in seconds; None where it does not say.

    A day without a time is all of that day, in UTC.
    """
    certificate = entry.get("certificate")
    period = certificate.get("period") if isinstance(certificate, dict) else None
    if not isinstance(period, dict):
        return None, None
    return _read_moment(period.get("start"), day=timedelta()), _read_moment(period.get("end"), day=timedelta(days=1))


def _read_moment(written: Any, *, day: timedelta) -> float | None:
    if not isinstance(written, str):
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return (moment + (day if len(written) == len("2022-01-01") else timedelta())).timestamp()
    except OverflowError:  # the last day of the calendar
        return None


def _list_entries(claim: Any) -> list[Any]:
    if claim is None:
        return []
    return claim if isinstance(claim, list) else [claim]
