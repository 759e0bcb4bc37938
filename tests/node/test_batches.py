"""A batch of the exchange and single questions give one answer, and call a person the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from claims import make_claim

from conftest import Cast
from rows import make_row, number_rows, write_rows
from village import PEOPLE
from xacthuc.exchange import ExchangeRefused
from xacthuc.exchange.references import read_referrer
from xacthuc.runs.judging import judge_claims, open_register

MEANS = {"columns": None, "model": None, "engine": "duckdb", "memory_gb": 1.0, "threads": 1}
CHANGED = [
    {},
    {"name": "Tran Van Binh"},
    {"number12": "036042009999"},
    {"number12": None, "number9": None},
    {"sex": "M"},
]


def test_batches_and_single_questions_agree(cast: Cast, prepared: Path, tmp_path: Path) -> None:
    known = [{name: value for name, value in person.items() if name != "id"} for person in PEOPLE]
    asked = [person | changed for person, changed in zip(known, CHANGED, strict=False)]
    rows = number_rows([make_row(**person) for person in asked], number="claim")
    claims = write_rows(rows, tmp_path / "claims.parquet", number="claim")
    register = open_register(prepared, **MEANS, references=cast.folder.path / "secret")
    batch = {row["ref"]: row for row in judge_claims(claims, tmp_path, register=register, kept=tmp_path).to_pylist()}
    single = cast.health.check(
        [make_claim(at, f"claim{at}", **changed) for at, changed in enumerate(CHANGED)], organisation="a", officer="b"
    )
    for ref, answer in single.items():
        said = batch[ref]
        assert (answer.identity, answer.sure, answer.person) == (said["identity"], said["sure"], said["person"])
        assert list(answer.reasons) == [(reason["field"], reason["code"]) for reason in said["reasons"]]
    assert sum(answer.sure for answer in single.values()) >= 4


def test_without_the_secret_a_batch_gives_the_register_s_own_ids(prepared: Path, tmp_path: Path) -> None:
    rows = number_rows([make_row(**{k: v for k, v in PEOPLE[0].items() if k != "id"})], number="claim")
    claims = write_rows(rows, tmp_path / "claims.parquet", number="claim")
    said = judge_claims(claims, tmp_path, register=open_register(prepared, **MEANS), kept=tmp_path).to_pylist()
    assert said[0]["person"] == PEOPLE[0]["id"]


def test_a_secret_that_others_may_read_or_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    for content, mode, code in ((b"x" * 32, 0o644, "exchange_key_open"), (b"short", 0o600, "exchange_key_unusable")):
        path.unlink(missing_ok=True)
        path.write_bytes(content)
        path.chmod(mode)
        with pytest.raises(ExchangeRefused) as refused:
            read_referrer(path)
        assert refused.value.code == code
