"""The commands of lists: whom verifiers trust, and what is revoked.

Exit codes: 0 done, the list is good, not revoked; 1 the list is out of date or undated, some entries could not be read,
or the certificate is revoked; 2 the command or its input cannot be used.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from xacthuc.cli_paths import FILE, FOLDER

MOMENT = click.DateTime(["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"])
AT = click.option("--at", type=MOMENT, help="The moment (UTC) at which this is done; now if not given.")
KEY = click.option("--key", "keys", type=FILE, multiple=True, help="Public key that may sign it; else any.")
DAYS = click.option("--days", type=click.IntRange(1, 3_660), help="Days after which it is too old.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")


@click.group()
def trust() -> None:
    """Keep a signed list of the certificates that verifiers trust, or look at any list."""


@trust.command("make")
@click.argument("folder", type=FOLDER)
@JSON
def make_list(folder: Path, *, as_json: bool) -> None:
    """Make FOLDER for a new trust list, with a new root key. Give root.public.pem to every verifier."""
    from xacthuc.runs.trust_folder import make_trust

    root = make_trust(folder)
    public = folder / "root.public.pem"
    tell(
        {"folder": str(folder), "root": root, "public": str(public)},
        f"Khóa gốc {root}. Đưa {public} vào mọi máy kiểm tra.",
        f"Root key {root}. Put {public} into every verifier.",
        as_json=as_json,
    )


@trust.command("add")
@click.argument("folder", type=FOLDER)
@click.argument("files", nargs=-1, type=FILE)
@click.option("--revocation-key", "keys", type=FILE, multiple=True, help="Public key that may sign revocation lists.")
@click.option("--remove", "removed", multiple=True, metavar="KID", help="Take a certificate off the list (hex).")
@JSON
def add_certificates(
    folder: Path, files: tuple[Path, ...], *, keys: tuple[Path, ...], removed: tuple[str, ...], as_json: bool
) -> None:
    """Add the certificates of FILES (PEM, DER, any trust list) to the next version of the list in FOLDER."""
    from xacthuc.certificates.list_refusals import ListRefused
    from xacthuc.runs.trust_folder import add_to_trust, remove_from_trust

    if not (files or keys or removed):
        raise ListRefused("list_nothing_given", folder)
    added = add_to_trust(folder, files, revocation_keys=keys)
    gone = sum(remove_from_trust(folder, kid) for kid in removed)
    tell(
        {"added": added.certificates, "keys": added.keys, "removed": gone, "unread": added.unread},
        f"Thêm {added.certificates} chứng thư, {added.keys} khóa; bỏ {gone}; không đọc được {added.unread}.",
        f"{added.certificates} certificates and {added.keys} keys added, {gone} removed, {added.unread} unread.",
        as_json=as_json,
    )
    sys.exit(1 if added.unread else 0)


@trust.command("sign")
@click.argument("folder", type=FOLDER)
@DAYS
@AT
@JSON
def sign_next(folder: Path, *, days: int | None, at: datetime | None, as_json: bool) -> None:
    """Sign the next version of the list in FOLDER; it is trust.json there, good for 30 days if not said otherwise."""
    from xacthuc.runs.trust_folder import sign_trust

    path = sign_trust(folder, at=find_moment(at), life=timedelta(days=days or 30))
    tell({"version": int(path.stem), "list": str(path)}, str(path), as_json=as_json)


@trust.command("roll-over")
@click.argument("folder", type=FOLDER)
@AT
@JSON
def roll(folder: Path, *, at: datetime | None, as_json: bool) -> None:
    """Replace the root key of FOLDER: the old key names the new one, and verifiers follow by themselves."""
    from xacthuc.runs.trust_folder import roll_over

    root = roll_over(folder, at=find_moment(at))
    tell(
        {"root": root},
        f"Khóa gốc mới {root}. Ký danh sách tiếp theo: xacthuc trust sign {folder}",
        f"New root key {root}. Sign the next list: xacthuc trust sign {folder}",
        as_json=as_json,
    )


@trust.command("show")
@click.argument("file", type=FILE)
@JSON
def show_list(file: Path, *, as_json: bool) -> None:
    """Show who is on a trust list of any kind: kid, country, end, what each may sign."""
    found = _read_trust(file, root=None)
    rows = [
        {
            "kid": one.kid.hex(),
            "country": one.country,
            "not_after": one.not_after.isoformat() if one.not_after else None,
            "may_sign": sorted(one.usages) or "any",
        }
        for one in found.certificates
    ]
    dates = {"as_of": found.as_of, "expires": found.expires}
    told = {"version": found.version, **{name: when and when.isoformat() for name, when in dates.items()}}
    lines = [
        f"{row['kid']}  {row['country'] or '--':3} {(row['not_after'] or '')[:10]:10} {row['may_sign']}" for row in rows
    ]
    head = "  ".join(f"{name}: {value}" for name, value in told.items() if value is not None)
    tell({**told, "unread": found.unread, "certificates": rows}, *filter(None, [head]), *lines, as_json=as_json)
    sys.exit(1 if found.unread else 0)


@trust.command("check")
@click.argument("file", type=FILE)
@click.option("--root", type=FILE, help="Public root key; without it a signature proves only that nothing was altered.")
@click.option("--held", type=FILE, help="The list in use, which FILE is to replace.")
@AT
@JSON
def check_list(file: Path, *, root: Path | None, held: Path | None, at: datetime | None, as_json: bool) -> None:
    """Say whether a verifier would take the trust list FILE: signature, version, age."""
    from xacthuc.certificates.trust import judge_age
    from xacthuc.findings import get_code

    moment = find_moment(at)
    found = _follow(file, root=root, held=held, at=moment)
    codes = [judge_age(found.as_of, found.expires, at=moment), "trust_entries_unread" if found.unread else None]
    wrong = [code for code in codes if code]
    lines = [f"{get_code(code).vi}\n{get_code(code).en}".replace("{name}", str(file)) for code in wrong]
    good = f"Danh sách dùng được: {len(found.certificates)} chứng thư.\nThe list is good: {len(found.certificates)}."
    told = {"code": wrong[0] if wrong else "ok", "version": found.version, "certificates": len(found.certificates)}
    tell(told, *(lines or [good]), as_json=as_json)
    sys.exit(1 if wrong else 0)


def _follow(file: Path, *, root: Path | None, held: Path | None, at: datetime) -> Any:
    """Give the list as a verifier with this root and held list would take it; one of others is taken as it is."""
    from xacthuc.certificates.list_refusals import ListRefused
    from xacthuc.certificates.trust import TrustState, receive
    from xacthuc.certificates.trust_document import read_offer
    from xacthuc.runs.trust_folder import read_public_key

    given = read_public_key(root) if root else None
    if given is None and held is None:
        return _read_trust(file, root=None)
    state: TrustState | None = None
    for path in filter(None, (held, file)):
        try:
            offer = read_offer(path.read_bytes(), root=state.root if state else given)
            state = receive(state or TrustState(given or offer.roots[0]), offer, at=offer.list.as_of or at)
        except ListRefused as refusal:
            raise refusal.about(path) from None
    assert state is not None
    return state.list


def _read_trust(file: Path, *, root: Any) -> Any:
    from xacthuc.certificates.list_refusals import ListRefused
    from xacthuc.certificates.trust_files import read_trust

    try:
        return read_trust(file.read_bytes(), root=root)
    except ListRefused as refusal:
        raise refusal.about(file) from None


def find_moment(at: datetime | None) -> datetime:
    """Give the moment that a command names, now where it names none."""
    return (at or datetime.now(UTC)).replace(tzinfo=UTC, microsecond=0)


def tell(said: dict[str, Any], *lines: str, as_json: bool) -> None:
    """Say what was done, for people or as JSON."""
    click.echo(json.dumps(said, ensure_ascii=False) if as_json else "\n".join(lines))
