"""The commands of an issuer's keys: make them, see when they end, roll them over, join a trust network."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xacthuc.cli_paths import FILE, FOLDER

if TYPE_CHECKING:
    from xacthuc.certificates.issuer_keys import IssuerKey
    from xacthuc.certificates.key_certificates import Kind

NOTHING_DUE, DUE = 0, 1
DAY = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"])  # of UTC
AT = click.option("--at", type=DAY, help="The moment that is meant; now if not given.")
JSON = click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON object.")
PASSPHRASE = click.option(
    "--passphrase", type=FILE, help="File (mode 0600) with the passphrase of private keys; asked for if not given."
)


@click.group()
def keys() -> None:
    """Make an issuer's keys, and keep an eye on when they end."""


@keys.command()
@click.argument("folder", type=FOLDER)
@click.option("--country", required=True, help="Two letters: VN.")
@click.option("--organisation", required=True, help="Who runs it: Ministry of Health.")
@PASSPHRASE
@AT
@JSON
def csca(folder: Path, *, passphrase: Path | None, at: datetime | None, as_json: bool, **owner: str) -> None:
    """Make an authority (CSCA) in FOLDER: valid for four years, used for one. Keep it away from any network."""
    from xacthuc.certificates.issuer_keys import make_csca

    secret = ask_passphrase(passphrase, new=True)
    _tell_key(make_csca(folder, now=_moment(at), passphrase=secret, **owner), as_json=as_json)


@keys.command()
@click.argument("folder", type=FOLDER)
@PASSPHRASE
@click.option("--csca-passphrase", type=FILE, help="File with the passphrase of the authority, if it has another.")
@click.option("--from", "used_from", type=DAY, help="When its use begins; when that of the last one ends if not given.")
@click.option(
    "--usage",
    "usages",
    type=click.Choice(["test", "vaccination", "recovery"]),
    multiple=True,
    default=("vaccination",),
    show_default=True,
    help="What it may sign; may be given several times.",
)
@click.option("--rsa", is_flag=True, help="RSA instead of P-256: for readers that know nothing else; larger QR codes.")
@AT
@JSON
def signer(folder: Path, *, passphrase: Path | None, at: datetime | None, as_json: bool, **means: Any) -> None:
    """Make the next signer in FOLDER, which takes over when the last one's use ends: this is the roll-over."""
    from xacthuc.certificates.issuer_keys import make_signer, read_passphrase

    other, used_from = means.pop("csca_passphrase"), means.pop("used_from")
    secret = ask_passphrase(passphrase, new=True)
    made = make_signer(
        folder,
        now=_moment(at),
        passphrase=secret,
        csca_passphrase=read_passphrase(other) if other else secret,
        used_from=used_from and _moment(used_from),
        **means,
    )
    _tell_key(made, as_json=as_json)


@keys.command()
@click.argument("folder", type=FOLDER)
@click.option("--within", type=click.IntRange(0, 1_500), default=60, show_default=True, help="Days to look ahead.")
@AT
@JSON
def calendar(folder: Path, *, within: int, at: datetime | None, as_json: bool) -> None:
    """Show which key in FOLDER signs when, and what falls due. Run it every day.

    Exit code 0: nothing is due; 1: somebody has to act; 2: the command cannot be used.
    """
    from xacthuc.certificates.issuer_keys import list_keys
    from xacthuc.certificates.key_calendar import list_due
    from xacthuc.findings import get_code

    moment = _moment(at)
    found = list_keys(folder)
    due = list_due(found, at=moment, within=timedelta(days=within))
    if as_json:
        told = [{"code": one.code, "day": _day(one.day), "kind": one.kind, "kid": one.kid} for one in due]
        click.echo(json.dumps({"keys": [_describe(key, moment) for key in found], "due": told}, ensure_ascii=False))
    else:
        for key in found:
            click.echo(_write_key(key, moment))
        for one in due:
            sign, code = "!" if one.urgent else "·", get_code(one.code)
            click.echo(f"{sign} {_day(one.day)} {one.kind} {one.kid}\n  {code.vi}\n  {code.en}")
        if not due:
            click.echo(f"Không có gì đến hạn trong {within} ngày. · Nothing is due within {within} days.")
    sys.exit(DUE if any(one.urgent for one in due) else NOTHING_DUE)


@keys.command()
@click.argument("folder", type=FOLDER)
@click.option("--kind", type=click.Choice(["csca", "signer", "upload", "tls"]), default="signer", show_default=True)
@AT
@JSON
def which(folder: Path, *, kind: Any, at: datetime | None, as_json: bool) -> None:
    """Say which key in FOLDER signs now, by the path of its certificate."""
    from xacthuc.certificates.issuer_keys import find_key, list_keys

    moment = _moment(at)
    key = find_key(list_keys(folder), kind=kind, at=moment)
    click.echo(json.dumps(_describe(key, moment), ensure_ascii=False) if as_json else str(key.path))


@keys.command()
@click.argument("certificates", type=FILE)
@click.option("--keys", "folder", required=True, type=FOLDER, help="The folder of the keys that signed them.")
@click.option("--before", required=True, type=DAY, help="List what ends before this day.")
@click.option("--replaced", multiple=True, metavar="KID", help="List all that this key has signed (16 digits).")
@click.option("--to", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Parquet file to write.")
@JSON
def reissue(certificates: Path, *, folder: Path, before: datetime, to: Path, as_json: bool, **means: Any) -> None:
    """List what of CERTIFICATES, a file that certify wrote, is to be issued again before a day."""
    from xacthuc.certificates.issuer_keys import list_keys
    from xacthuc.runs.reissuing import write_reissues

    ends = {key.kid: key.ends for key in list_keys(folder)}
    replaced = frozenset(kid.lower() for kid in means["replaced"])
    counts = write_reissues(certificates, to=to, before=_moment(before), key_ends=ends, replaced=replaced)
    if as_json:
        click.echo(json.dumps({"list": str(to), "codes": counts}, ensure_ascii=False))
    else:
        click.echo(f"Cấp lại {sum(counts.values()):,} chứng nhận: {to}")
        click.echo(f"{sum(counts.values()):,} certificates to issue again: {to}")
        for code, count in sorted(counts.items()):
            click.echo(f"  {code} {count:,}")


@keys.command()
@click.argument("folder", type=FOLDER)
@click.option("--to", "pack", required=True, type=FOLDER, help="An empty folder for the pack.")
@click.option("--environment", required=True, type=click.Choice(["DEV", "UAT", "PROD"]), help="Keys of its own each.")
@click.option("--did", default="did:web:example.invalid", show_default=True, help="Where the keys will be published.")
@PASSPHRASE
@AT
@JSON
def gdhcn(
    folder: Path, *, pack: Path, passphrase: Path | None, at: datetime | None, as_json: bool, **means: str
) -> None:
    """Write what WHO's trust network asks of a country; makes upload and TLS keys in FOLDER where there are none."""
    from xacthuc.certificates.issuer_keys import list_keys, make_gateway_key
    from xacthuc.certificates.onboarding import write_pack

    moment = _moment(at)
    found = list_keys(folder)
    gateway: tuple[Kind, ...] = ("upload", "tls")
    lacking = [kind for kind in gateway if not any(key.kind == kind and key.signs_at(moment) for key in found)]
    secret = ask_passphrase(passphrase, new=True) if lacking else b""
    for kind in lacking:
        make_gateway_key(folder, kind, now=moment, passphrase=secret)
    made = write_pack(pack, list_keys(folder), at=moment, **means)
    if as_json:
        click.echo(
            json.dumps({"files": [str(path) for path in made.files], "signers": made.signers}, ensure_ascii=False)
        )
    else:
        click.echo(f"Đã ghi {len(made.files)} tệp. Đọc {pack / 'README.md'}: phần chưa được kiểm tra.")
        click.echo(f"{len(made.files)} files written. Read {pack / 'README.md'}: what has not been checked.")


def ask_passphrase(path: Path | None, *, new: bool) -> bytes:
    """Read a passphrase from a file, or ask for it, twice where it is new. Raises KeysRefused."""
    from xacthuc.certificates.issuer_keys import check_passphrase, read_passphrase

    if path is not None:
        return read_passphrase(path)
    asked: str = click.prompt("Mật khẩu · Passphrase", hide_input=True, confirmation_prompt=new)
    return check_passphrase(asked.encode())


def _moment(given: datetime | None) -> datetime:
    return given.replace(tzinfo=UTC) if given else datetime.now(UTC)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def _describe(key: IssuerKey, at: datetime) -> dict[str, Any]:
    return {
        "kind": key.kind,
        "kid": key.kid,
        "certificate": str(key.path),
        "signs": key.signs_at(at),
        "begins": _day(key.begins),
        "used_from": _day(key.used_from),
        "used_until": _day(key.used_until),
        "ends": _day(key.ends),
    }


def _write_key(key: IssuerKey, at: datetime) -> str:
    sign = "✓" if key.signs_at(at) else " "
    used = f"{_day(key.used_from)} – {_day(key.used_until)}"
    return f"{sign} {key.kind:6} {key.kid}  ký · signs {used}  hết hạn · ends {_day(key.ends)}"


def _tell_key(key: IssuerKey, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(_describe(key, key.used_from), ensure_ascii=False))
        return
    click.echo(f"{key.path}: {key.kind} {key.kid}, {_day(key.used_from)} – {_day(key.used_until)}")
    click.echo(
        f"Khóa riêng {key.private} đã mã hóa. Giữ mật khẩu ở nơi khác; gửi chứng thư cho các nước trước ngày dùng."
    )
    click.echo(
        f"{key.private} is encrypted. Keep the passphrase elsewhere; send the certificate out before its use begins."
    )
