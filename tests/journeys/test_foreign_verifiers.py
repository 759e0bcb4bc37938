"""Foreign verifiers of npm and PyPI accept what we issue, and refuse what was changed; needs them in a folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = os.environ.get("XACTHUC_FOREIGN")  # made as the docstring of bench/foreign.py says
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.skipif(FOLDER is None, reason="XACTHUC_FOREIGN names no folder of foreign verifiers (bench/foreign.py)")
def test_foreign_verifiers_accept_what_we_issue() -> None:
    command = [sys.executable, str(ROOT / "bench" / "foreign.py"), str(FOLDER), "--certificates", "20"]
    path = str(ROOT / "src")
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=os.environ | {"PYTHONPATH": path})
    assert done.returncode == 0, done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert len(said) >= 2
    assert all((one["accepted"], one["refused"]) == (20, 40) for one in said.values())
