"""The commands of revocation lists; the exit codes are those of cli_lists.py."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from xacthuc.cli_lists import AT, DAYS, JSON, KEY, MOMENT, find_moment, tell
from xacthuc.cli_paths import FILE, FOLDER

KID = click.option("--kid", "kids", multiple=True, metavar="KID", help="Key id, in hexadecimal.")
UVCI = click.option("--uvci", "uvcis", multiple=True, help="Identifier of a certificate, as it stands there.")


@click.group()
def revoke() -> None:
    """Revoke certificates, publish signed lists of them, and look them up with no network."""


@revoke.command("make")
@click.argument("folder", type=FOLDER)
@click.option("--name", required=True, help="Name of the list; its numbers never go back.")
@KID
@JSON
def make_list(folder: Path, *, name: str, kids: tuple[str, ...], as_json: bool) -> None:
    """Make FOLDER for a new revocation list with a new key. With --kid it speaks of these keys only."""
    from xacthuc.runs.revocation_folder import make_revocations

    key = make_revocations(folder, name=name, scope=map(_read_hex, kids))
    public = folder / "public.pem"
    tell(
        {"folder": str(folder), "key": key, "public": str(public)},
        f"Khóa {key}. Đưa vào danh sách tin cậy: xacthuc trust add ... --revocation-key {public}",
        f"Key {key}. Name it in the trust list: xacthuc trust add ... --revocation-key {public}",
        as_json=as_json,
    )


@revoke.command("add")
@click.argument("folder", type=FOLDER)
@UVCI
@click.option("--file", "file", type=FILE, help="File with an identifier on each line.")
@click.option("--country", help="Revoke the identifiers for this country only.")
@click.option("--signature", "signatures", multiple=True, help="Signature of a certificate, in hexadecimal.")
@click.option("--algorithm", type=click.Choice(["ES256", "PS256"]), default="ES256", show_default=True)
@click.option("--batch", "batches", type=FILE, multiple=True, help="Batch of the EU.")
@click.option("--cards", type=FILE, multiple=True, help="Revocation list of SMART Health Cards.")
@click.option("--expires", type=MOMENT, help="When the certificates end by themselves.")
@click.option("--withdraw", is_flag=True, help="Take the revocation back instead.")
@KID
@JSON
def add_entries(folder: Path, *, kids: tuple[str, ...], as_json: bool, **given: Any) -> None:
    """Revoke certificates by identifier, signature or key, or take in lists of others; the next set will say so."""
    from xacthuc.certificates.list_refusals import ListRefused
    from xacthuc.runs.revocation_folder import add_revocations

    entries = _list_entries(folder, **given)
    if not entries and not kids:
        raise ListRefused("list_nothing_given", folder)
    add_revocations(folder, entries, keys=map(_read_hex, kids))
    tell(
        {"entries": len(entries), "keys": len(kids)},
        f"Ghi {len(entries)} mục, {len(kids)} khóa. Công bố: xacthuc revoke publish {folder}",
        f"{len(entries)} entries and {len(kids)} keys. Publish them: xacthuc revoke publish {folder}",
        as_json=as_json,
    )


@revoke.command("publish")
@click.argument("folder", type=FOLDER)
@DAYS
@click.option("--for", "nominal", type=click.IntRange(1, 1_000_000_000), help="Entries that the list is made for.")
@AT
@JSON
def publish_set(folder: Path, *, days: int | None, nominal: int | None, at: datetime | None, as_json: bool) -> None:
    """Publish what is revoked as a signed set, complete as of now, and the delta from the set before."""
    from xacthuc.runs.revocation_folder import publish

    made = publish(folder, at=find_moment(at), life=timedelta(days=days or 7), nominal=nominal)
    paths = [str(path) for path in (made.path, made.delta) if path]
    told = {"number": made.number, "count": made.count, "set": paths[0], "delta": paths[1] if made.delta else None}
    tell(told, f"{made.number}: {made.count:,}", *paths, as_json=as_json)


@revoke.command("delta")
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The delta.")
@KEY
@JSON
def write_delta(old: Path, new: Path, *, out: Path, keys: tuple[Path, ...], as_json: bool) -> None:
    """Write what leads from the set OLD to the set NEW."""
    from xacthuc.certificates.revocation import open_set
    from xacthuc.certificates.revocation_delta import make_delta
    from xacthuc.runs.trust_folder import write_file

    data = make_delta(open_set(old, keys=_read_keys(keys)), open_set(new, keys=_read_keys(keys)))
    write_file(out, data)
    tell({"delta": str(out), "bytes": len(data)}, str(out), as_json=as_json)


@revoke.command("merge")
@click.argument("base", type=FILE)
@click.argument("deltas", nargs=-1, required=True, type=FILE)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The newer set.")
@KEY
@JSON
def merge_deltas(base: Path, deltas: tuple[Path, ...], *, out: Path, keys: tuple[Path, ...], as_json: bool) -> None:
    """Make the newer set of BASE and DELTAS, in their order: the same to the byte as the one that was published."""
    from xacthuc.runs.revocation_folder import merge_files

    merged = merge_files(base, deltas, out=out, keys=_read_keys(keys))
    told = {"set": str(out), "number": merged.header.number, "count": merged.header.count}
    tell(told, f"{merged.header.number}: {merged.header.count:,}", str(out), as_json=as_json)


@revoke.command("look-up")
@click.argument("file", type=FILE)
@UVCI
@click.option("--country", default="", help="Country that issued it.")
@click.option("--signature", default="", help="Signature of the certificate, in hexadecimal.")
@click.option("--algorithm", type=click.Choice(["ES256", "PS256"]), default="ES256", show_default=True)
@click.option("--quick", is_flag=True, help="Do not check the whole file first.")
@AT
@KID
@KEY
@JSON
def look_up(file: Path, *, uvcis: tuple[str, ...], kids: tuple[str, ...], as_json: bool, **given: Any) -> None:
    """Say whether certificates are revoked by the set FILE, and whether it is recent enough to say so."""
    from xacthuc.certificates.revocation import RevocationList, open_set
    from xacthuc.findings import get_code

    opened = open_set(file, keys=_read_keys(given["keys"]), whole=not given["quick"])
    held = RevocationList((opened,))
    asked = {"issuer": given["country"], "signature": _read_hex(given["signature"]), "algorithm": given["algorithm"]}
    kid = _read_hex(kids[0]) if kids else b""
    answers = [held.contains(uvci=uvci, kid=kid, **asked) for uvci in uvcis or ("",)]
    moment = opened.header.complete_as_of.isoformat()
    words = [("thu hồi · revoked" if answer else "không thu hồi · not revoked") for answer in answers]
    code = held.judge_age(at=find_moment(given["at"]))
    said = [get_code(code).vi, get_code(code).en] if code else []
    told = {"revoked": answers, "complete_as_of": moment, "code": code or "ok"}
    tell(told, *words, moment, *said, as_json=as_json)
    sys.exit(1 if any(answers) or code else 0)


def _list_entries(folder: Path, **given: Any) -> list[Any]:
    """Give all entries that a command names: identifiers, signatures, lists of others."""
    from xacthuc.certificates.revocation import list_hashes
    from xacthuc.certificates.revocation_ledger import Entry
    from xacthuc.runs.revocation_folder import read_foreign

    expires = find_moment(given["expires"]) if given["expires"] else None
    lines = given["file"].read_text(encoding="utf-8").splitlines() if given["file"] else []
    kind = "country_uvci" if given["country"] else "uvci"
    asked: list[tuple[str, dict[str, Any]]] = [
        (kind, {"issuer": given["country"] or "", "uvci": uvci, "signature": b""})
        for uvci in (*given["uvcis"], *filter(None, lines))
    ]
    for text in given["signatures"]:
        asked.append(("signature", {"issuer": "", "uvci": "", "signature": _read_hex(text)}))
    entries = [
        Entry(list_hashes(algorithm=given["algorithm"], **values)[kind], kind, expires, given["withdraw"])
        for kind, values in asked
    ]
    return entries + read_foreign(folder, batches=given["batches"], cards=given["cards"])


def _read_keys(paths: tuple[Path, ...]) -> list[Any] | None:
    from xacthuc.runs.trust_folder import read_public_key

    return [read_public_key(path) for path in paths] or None


def _read_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise click.BadParameter("hexadecimal", param=None) from None
