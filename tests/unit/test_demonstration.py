"""The certificates of the demonstration: signed by a key that warns, and accepted by the gate's own lists."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from certificates import AT
from settled import count_settled, write_results
from signers import new_key
from xacthuc.certificates.pictures import read_codes
from xacthuc.certificates.trust_files import read_trust
from xacthuc.certificates.verify import verify
from xacthuc.runs.demonstration import InsecureDemonstrationKey, InsecureDemonstrationWarning, issue_demonstration
from xacthuc.runs.gate_samples import make_lists, make_signer


def test_people_of_a_run_get_certificates_that_the_gate_knows(tmp_path: Path) -> None:
    out = write_results(tmp_path / "out", people=300)
    for moment in (AT, AT + timedelta(days=1)):  # shown again, it issues anew
        shown = issue_demonstration(out, tmp_path / "certificates", now=moment, report=lambda _, __: None)
    assert shown.done.issued == count_settled(300)
    assert shown.verdict.accepted
    assert "Never use it for real people" in shown.warning
    text = shown.text.read_text(encoding="utf-8").strip()
    assert read_codes(shown.picture.read_bytes()) == [text]
    trust = read_trust(make_lists(make_signer("issuer").certificate, new_key(), revoked=[], now=AT)["lists/trust.json"])
    assert verify(text, trust=trust, at=AT + timedelta(days=2)).accepted


def test_the_key_warns_whenever_it_is_opened() -> None:
    for _ in range(2):
        with pytest.warns(InsecureDemonstrationWarning, match="everybody"), InsecureDemonstrationKey().open():
            pass
