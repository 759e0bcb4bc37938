"""Why a run cannot begin or go on, for people: a code, the file or folder that is meant, both languages."""

from __future__ import annotations

from pathlib import Path

from xacthuc.findings import get_code


class VerifyRefused(Exception):
    """The run cannot begin or go on: a code of texts/runs.toml; the text says why and what to do, in both languages."""

    def __init__(self, code: str, name: str | Path = "", *, en: str | None = None) -> None:
        """`name` is the file, folder or record that is meant, as the person gave it; `en` where English says else."""
        self.code = code
        entry = get_code(code)
        super().__init__(f"{entry.vi.format(name=name)}\n{entry.en.format(name=name if en is None else en)}")


class CommandRefused(Exception):
    """A command of another package cannot begin or go on; the text says why, Vietnamese and English a line each."""


def check_made(out: Path, *names: str) -> None:
    """Raise VerifyRefused unless `out` is a folder of verdicts that also holds the files `names`, each of them whole.

    Looks at the end of a Parquet file alone, where its columns are told.
    """
    if not (out / "verdicts.parquet").exists():
        raise VerifyRefused("run_no_verdicts", out)
    for path in (out / "verdicts.parquet", *(out / name for name in names)):
        if not path.exists():
            raise VerifyRefused("run_made_missing", path)
        if path.suffix == ".parquet":
            check_table(path, code="run_made_damaged")


def check_table(path: Path, *, code: str = "run_table_damaged") -> None:
    """Raise VerifyRefused with `code` if a file, or one of a folder, is no Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for file in sorted(path.glob("*.parquet")) if path.is_dir() else [path]:
        try:
            pq.read_schema(file)
        except (pa.ArrowException, OSError):
            raise VerifyRefused(code, path) from None
