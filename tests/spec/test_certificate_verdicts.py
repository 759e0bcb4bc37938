"""What is promised of certificates: texts, good and bad, with the verdict of each, code by code."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from xacthuc.certificates.revocation import RevocationList, read_set
from xacthuc.certificates.rule_files import read_rules
from xacthuc.certificates.signed import read_jwk
from xacthuc.certificates.stages import Verdict
from xacthuc.certificates.trust import TrustList
from xacthuc.certificates.trust_files import read_trust
from xacthuc.certificates.verify import verify

PATH = Path(__file__).resolve().parents[2] / "conformance" / "certificates.json"
TABLE: dict[str, Any] = json.loads(PATH.read_text(encoding="utf-8")) if PATH.exists() else {"cases": []}


def judge(case: dict[str, Any], means: dict[str, Any]) -> Verdict:
    """Give the verdict on a case."""
    return verify(
        case["text"],
        trust=open_trust(json.dumps(means["trusts"][case["trust"]])),
        at=datetime.fromisoformat(case["at"]),
        revoked=open_revoked(means["revoked"][case["revoked"]]) if case["revoked"] else None,
        rules=read_rules(json.dumps(means["rules"][case["rules"]])) if case["rules"] else None,
    )


@cache
def open_trust(said: str) -> TrustList:
    """Open a trust list: its text, and the root that signed it, if any."""
    trust = json.loads(said)
    return read_trust(trust["text"].encode(), root=read_jwk(trust["root"]) if trust["root"] else None)


@cache
def open_revoked(said: str) -> RevocationList:
    return RevocationList((read_set(base64.b64decode(said), keys=None),))


def tell(verdict: Verdict) -> dict[str, Any]:
    """Give what is compared of a verdict."""
    return {
        "accepted": verdict.accepted,
        "code": verdict.code,
        "stages": [[said.ok, said.code] for said in verdict.stages],
        "kid": verdict.kid.hex() if verdict.kid else None,
        "issuer": verdict.issuer,
        "reason": list(verdict.reason) if verdict.reason else None,
    }


@pytest.mark.parametrize("case", TABLE["cases"], ids=[case["why"] for case in TABLE["cases"]])
def test_a_certificate_has_its_verdict(case: dict[str, Any]) -> None:
    assert tell(judge(case, TABLE)) == {name: case[name] for name in tell(judge(case, TABLE))}


def test_there_are_enough_cases() -> None:
    assert len(TABLE["cases"]) >= 150
    assert len({case["code"] for case in TABLE["cases"]}) >= 50
