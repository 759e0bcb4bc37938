"""What a machine has to have for all tests: skipped aloud without it, a failure where everything is required."""

from __future__ import annotations

import os

import pytest

REQUIRE_ALL = os.environ.get("XACTHUC_REQUIRE_ALL") == "1"

# What Spark is given here is tiny: compiling well would cost more than it saves.
SMALL_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def skip_or_fail(reason: str) -> None:
    """Skip aloud; where everything is required (continuous integration), fail instead."""
    if REQUIRE_ALL:
        pytest.fail(reason)
    pytest.skip(reason)
