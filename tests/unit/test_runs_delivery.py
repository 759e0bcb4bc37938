"""The report written again with figures from outside: what cannot be used is refused in both languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from reporting_country import write_country

from xacthuc.records import VERDICT_SCHEMA
from xacthuc.runs.delivery import write_report
from xacthuc.runs.order import VerifyRefused

DAY = {"as_of": date(2021, 12, 15), "title": "Xác thực"}


def put_run(out: Path) -> dict[str, Path]:
    """Put what a report looks at where a run would; gives the figures by unit, by argument."""
    paths = write_country(out / "work", lines=20, provinces=("36",))
    pq.write_table(VERDICT_SCHEMA.empty_table(), out / "verdicts.parquet")
    return paths


def test_figures_without_their_column_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    put_run(tmp_path)
    wrong = tmp_path / "ab.csv"
    wrong.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(VerifyRefused) as caught:
        write_report(tmp_path, **DAY, deliveries=wrong)
    assert caught.value.code == "run_aid_unusable"
    vietnamese, english = str(caught.value).splitlines()
    assert "ab.csv (thiếu cột unit)" in vietnamese
    assert "ab.csv (the column unit is missing)" in english
    assert not (tmp_path / "report.html").exists()


def test_figures_of_another_kind_are_not_taken_for_doses_given(tmp_path: Path) -> None:
    paths = put_run(tmp_path)
    with pytest.raises(VerifyRefused, match="given / unrecorded"):
        write_report(tmp_path, **DAY, given=paths["population"])
    assert write_report(tmp_path, **DAY, population=paths["population"]).exists()
