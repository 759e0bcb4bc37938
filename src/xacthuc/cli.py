"""The command `xacthuc`: the library by hand, with errors for people and answers for scripts.

Exit codes: 0 done; 1 done, but a file or a sheet could not be read, or nothing in a file that was only to be read;
2 the command or its input cannot be used; 3 the engine stopped (memory, disk, damaged file); 130 stopped by Ctrl-C:
run it again and it goes on where it stood.
"""

from __future__ import annotations

import json
import shlex
import shutil
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

DONE, REFUSED = 0, 1  # all others: xacthuc.runs.endings

try:
    import click

    from xacthuc.cli_certificates import check
    from xacthuc.cli_certify import certify
    from xacthuc.cli_exchange import exchange
    from xacthuc.cli_gate import gate
    from xacthuc.cli_keys import keys
    from xacthuc.cli_lists import trust
    from xacthuc.cli_paths import FILE, FOLDER, PLACE
    from xacthuc.cli_plugins import MainGroup
    from xacthuc.cli_print import print_
    from xacthuc.cli_register import register
    from xacthuc.cli_revoke import revoke
except KeyboardInterrupt:  # Ctrl-C before anything has begun, and before there are words to say so
    raise SystemExit(130) from None


@click.group(cls=MainGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="xacthuc")
def commands() -> None:
    """Xác Thực: who has really been vaccinated, and why a record is wrong."""


@commands.command()
@click.argument("files", nargs=-1, required=True, type=PLACE)
@click.option("--register", required=True, type=PLACE, help="The population register: csv, Parquet or workbook.")
@click.option("--out", required=True, type=FOLDER, help="Folder for verdicts, records, annotated copies and report.")
@click.option("--columns", type=FILE, help="map.toml that names the columns of files and register.")
@click.option("--register-side", type=FOLDER, help="Keep what derives from the register's values in this folder.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option(
    "--master", metavar="URL", help="Spark cluster: spark://HOST:PORT, yarn, k8s://...; see docs/howto/spark.md."
)
@click.option("--spark-conf", type=FILE, help="Settings of Spark, a line each: spark.KEY VALUE.")
@click.option("--memory", type=click.FloatRange(0.5), default=4.0, show_default=True, help="Memory budget in GB.")
@click.option("--disk", type=click.FloatRange(0, min_open=True), help="Disk budget in GB; what is free if not given.")
@click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True)
@click.option("--model", type=FILE, help="A model.json to use instead of learning the weights from the data.")
@click.option("--lots", type=FILE, help="List of known lots (csv, Parquet); without it no lot is called unknown.")
@click.option("--sessions", type=FILE, help="Days on which sites vaccinated (csv, Parquet); without it none is closed.")
@click.option("--history/--no-history", default=False, help="Write history.parquet: course, next dose (6 % more work).")
@click.option("--after", type=FOLDER, help="Results of an earlier run: verify what is new or may have changed since.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day of the check; today if not given.")
@click.option("--title", default="Xác thực tiêm chủng", show_default=True, help="Title of the report.")
@click.option("--report/--no-report", default=True, help="Write the report and the annotated copies.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
def verify(*, as_of: datetime | None, title: str, report: bool, as_json: bool, **options: Any) -> None:
    """Check every row of FILES against the register and say why it is wrong."""
    from xacthuc.pipeline import verify as run
    from xacthuc.runs.order import Order
    from xacthuc.runs.progress import Progress, count_steps

    order = Order(
        files=tuple(options["files"]),
        register=options["register"],
        out=options["out"],
        as_of=as_of.date() if as_of else date.today(),
        columns=options["columns"],
        register_side=options["register_side"],
        engine=options["engine"],
        memory_gb=options["memory"],
        disk_gb=options["disk"],
        threads=options["threads"],
        master=options["master"],
        spark_conf=options["spark_conf"],
        model=options["model"],
        lots=options["lots"],
        sessions=options["sessions"],
        history=options["history"],
        after=options["after"],
    )
    with Progress(quiet=as_json, steps=count_steps(order, report=report)) as progress:
        outcome = run(order, report=progress.step)
        if report:
            from xacthuc.runs.delivery import deliver

            deliver(outcome, as_of=order.as_of, title=title, report=progress.step)
    from xacthuc.runs.summary import print_summary, summarise

    summary = summarise(outcome)
    print_summary(summary, as_json=as_json)
    sys.exit(REFUSED if any(summary[key] for key in ("refused_files", "refused_sheets", "faulty_files")) else DONE)


@commands.command()
@click.argument("files", nargs=-1, required=True, type=PLACE)
@click.option("--out", required=True, type=FOLDER, help="Folder for the cleaned records and findings.")
@click.option("--columns", type=FILE, help="map.toml that names the columns.")
@click.option("--json", "as_json", is_flag=True, help="Print what was understood as one JSON object.")
def read(files: tuple[Path, ...], out: Path, columns: Path | None, *, as_json: bool) -> None:
    """Read and clean FILES without a register, and say what was understood of each sheet."""
    from xacthuc.pipeline import read_only
    from xacthuc.runs.progress import Progress
    from xacthuc.runs.summary import print_reading

    with Progress(quiet=as_json, steps=len(files)) as progress:
        sources = read_only(files, out=out, columns=columns, report=progress.step)
    print_reading(sources, out=out, as_json=as_json)
    sys.exit(DONE if all(source.rows and source.whole and not source.faults for source in sources) else REFUSED)


@commands.command()
@click.argument("record")
@click.option("--out", required=True, type=FOLDER, help="The folder that verify wrote.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the explanation as a page.")
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as one JSON object.")
def explain(record: str, out: Path, html: Path | None, *, as_json: bool) -> None:
    """Say in words why RECORD got its verdict: the weight of each field as a waterfall."""
    from xacthuc.reporting.explanation import explain_html, explain_text
    from xacthuc.runs.explaining import explain_record

    explanation = explain_record(record, out)
    if html:
        html.write_text(explain_html(explanation), encoding="utf-8")
    if as_json:
        from dataclasses import asdict

        click.echo(json.dumps(asdict(explanation), ensure_ascii=False))
    else:
        click.echo(explain_text(explanation))


@commands.command()
@click.argument("folder", type=FOLDER)
@click.option("--people", type=click.IntRange(100), default=20_000, show_default=True)
@click.option("--doses", type=click.IntRange(10), default=12_000, show_default=True)
@click.option("--workbooks", type=click.IntRange(0, 27), default=0, help="Messy workbooks too, each in another hand.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def nation(folder: Path, people: int, doses: int, workbooks: int, seed: int, *, as_json: bool) -> None:
    """Make a synthetic country with known truth in FOLDER: register, claims, truth, deliveries."""
    from xacthuc.nation import build_nation, describe_nation
    from xacthuc.nation.build import TooManyDosesError
    from xacthuc.runs.progress import Progress, list_steps
    from xacthuc.runs.refusals import VerifyRefused

    if not (folder / "truth.parquet").exists() and (foreign := sorted(folder.glob("*.parquet"))):
        raise VerifyRefused("run_folder_not_ours", foreign[0])  # a register of somebody, and no nation's
    try:
        with Progress(quiet=as_json, steps=len(list_steps()["nation"])) as progress:
            build_nation(folder, people=people, doses=doses, seed=seed, progress=progress.step)
    except TooManyDosesError:
        raise VerifyRefused("run_too_many_doses") from None
    if workbooks:
        from xacthuc.nation.workbooks import write_neighbours

        write_neighbours(folder, out=folder / "workbooks", count=workbooks, seed=seed)
    described = describe_nation(folder)
    if as_json:
        click.echo(json.dumps(described, ensure_ascii=False))
    else:
        from xacthuc.runs.summary import print_table

        print_table(f"{folder}", described)


@commands.command()
@click.argument("out", type=FOLDER)
@click.option("--truth", required=True, type=PLACE, help="truth.parquet of a synthetic country, or truth.csv.")
@click.option("--json", "as_json", is_flag=True)
def score(out: Path, truth: Path, *, as_json: bool) -> None:
    """Measure the verdicts in OUT against the known TRUTH of a synthetic country or of test workbooks."""
    from xacthuc.nation import ScoreMismatchError, score_run
    from xacthuc.runs.refusals import VerifyRefused, check_made, check_table
    from xacthuc.runs.summary import pick_main, print_table

    check_made(out, "records.parquet", "persons.parquet", "rows.csv")
    if truth.suffix != ".csv":
        check_table(truth)
    try:
        measured = score_run(out, truth=truth)
    except (ScoreMismatchError, KeyError):  # another nation's, or no truth at all
        raise VerifyRefused("run_truth_differs", truth) from None
    if as_json:
        click.echo(json.dumps(measured, ensure_ascii=False))
    else:
        print_table(f"{out}", pick_main(measured))
        click.echo("Tất cả số đo: --json · All measures: --json")


@commands.command()
@click.argument("out", type=FOLDER)
@click.option("--deliveries", type=FILE, help="Doses delivered by unit and product (csv or Parquet).")
@click.option("--population", type=FILE, help="People and adults by unit (csv or Parquet).")
@click.option("--given", type=FILE, help="Doses given by unit as the sites reported them (csv or Parquet).")
@click.option("--title", default="Xác thực tiêm chủng", show_default=True)
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day of the report; today if not given.")
@click.option("--json", "as_json", is_flag=True, help="Print the path of the page as one JSON object.")
def report(out: Path, *, as_of: datetime | None, title: str, as_json: bool, **figures: Path | None) -> None:
    """Write the report again from the verdicts in OUT, with figures that verify does not know."""
    from xacthuc.runs.delivery import write_report

    day = as_of.date() if as_of else date.today()
    page = write_report(out, as_of=day, title=title, **figures)
    click.echo(json.dumps({"page": str(page)}, ensure_ascii=False) if as_json else f"{page}")


@commands.command()
@click.option("--folder", type=FOLDER, default=Path("demo"), show_default=True)
@click.option("--seed", type=int, default=2021, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the summary and the measures as one JSON object.")
def demo(folder: Path, seed: int, *, as_json: bool) -> None:
    """Show the whole line: a synthetic district's messy workbooks, its province's records, certificates to check."""
    from xacthuc.demo import demonstrate
    from xacthuc.runs.progress import Progress
    from xacthuc.runs.summary import print_summary

    with Progress(quiet=as_json) as progress:
        shown = demonstrate(
            folder, seed=seed, now=datetime.now(UTC), report=progress.step, command=name_command(sys.argv[0])
        )
    if as_json:
        click.echo(json.dumps({"summary": shown.summary, "measures": shown.measures}, ensure_ascii=False, default=str))
    else:
        print_summary(shown.summary, as_json=False)
        click.echo(shown.text)


commands.add_command(certify)
commands.add_command(check)
commands.add_command(exchange)
commands.add_command(gate)
commands.add_command(keys)
commands.add_command(print_)
commands.add_command(register)
commands.add_command(trust)
commands.add_command(revoke)


def name_command(called: str) -> str:
    """Give what a person has to type for xacthuc: its name, or where that is not known the path it was called by."""
    by_path = Path(called).stem == "xacthuc" and shutil.which("xacthuc") is None
    return shlex.quote(called) if by_path else "xacthuc"


def main() -> None:
    """Run the command; turn what went wrong into a sentence and an exit code."""
    try:
        commands.main(standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as asked:
        asked.show()
        sys.exit(2)
    except (Exception, KeyboardInterrupt) as error:
        from xacthuc.runs.endings import find_ending

        ending = find_ending(error)
        if ending is None:
            raise
        code, text = ending
        click.echo(f"xacthuc: {text}", err=True)
        sys.exit(code)
