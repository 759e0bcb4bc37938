"""Issue certificates by hand: for the people of a run, with a key in any form in which issuers keep one."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xacthuc.cli_certificates import read_moment
from xacthuc.cli_keys import ask_passphrase
from xacthuc.cli_paths import FILE, FOLDER

if TYPE_CHECKING:
    from xacthuc.certificates.signer import SignerKey

MOST_SECRET_BYTES = 64 << 10  # of the file with the secret; more is no secret of ours


@click.command()
@click.argument("out", type=FOLDER)
@click.option("--to", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The Parquet file to write.")
@click.option("--keys", type=FOLDER, help="A folder of `xacthuc keys`: signs with the signer then in use.")
@click.option("--key", type=FILE, help="Or a private key (PEM, mode 0600), with --certificate.")
@click.option("--token", metavar="LABEL", help="Or a PKCS#11 token, with --driver, --label and --certificate.")
@click.option("--driver", type=FILE, help="The library of the token's maker (.so).")
@click.option("--label", help="What the key is called in the token.")
@click.option("--certificate", type=FILE, help="The signing certificate of --key or --token (PEM or DER).")
@click.option("--passphrase", type=FILE, help="File (mode 0600) with the passphrase of the key; else asked for.")
@click.option("--pin", type=FILE, help="File (mode 0600) with the PIN of the token; else asked for.")
@click.option("--secret", required=True, type=FILE, help="At least 32 random bytes: identifiers follow from them.")
@click.option("--issuer", default="Bộ Y tế", show_default=True, help="Issuer as printed.")
@click.option("--issued", metavar="MOMENT", help="When they begin (2022-06-01T00:00:00Z); now if not given.")
@click.option("--days", type=click.IntRange(1, 366), default=365, show_default=True, help="How long they last.")
@click.option("--threads", type=click.IntRange(1, 256), default=2, show_default=True, help="Processes that issue.")
@click.option("--memory", type=click.FloatRange(0.5), default=4.0, show_default=True, help="Memory budget in GB.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def certify(out: Path, *, to: Path, issued: str | None, days: int, as_json: bool, **means: Any) -> None:
    """Issue certificates for the people in OUT, a folder that `verify --history` wrote.

    After a stop, run the same command again: it goes on, and issues each certificate once.
    """
    from xacthuc.runs.certificate_batch import BatchOrder, issue_batch
    from xacthuc.runs.progress import Progress, list_steps

    now = datetime.now(UTC)
    moment = read_moment(issued) if issued else None
    order = BatchOrder(
        out=out,
        to=to,
        key=_find_key(means, at=moment or now),
        name=means["issuer"],
        secret=_read_secret(means["secret"]),
        lasting=timedelta(days=days),
        issued=moment,
        threads=means["threads"],
        memory_gb=means["memory"],
    )
    with Progress(quiet=as_json, steps=len(list_steps()["certify"])) as progress:
        done = issue_batch(order, now=now, report=progress.step)
    told = {"certificates": str(to), "issued": done.issued, "refused": done.refused, "codes": done.codes}
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(f"Đã cấp {done.issued:,} chứng nhận, không cấp {done.refused:,}: {to}")
        click.echo(f"{done.issued:,} certificates issued, {done.refused:,} rows without one: {to}")
        for code, count in sorted(done.codes.items()):
            click.echo(f"  {code} {count:,}")


def _find_key(means: dict[str, Any], *, at: datetime) -> SignerKey:
    """Give the one key that was named, in whichever form. Raises VerifyRefused, KeysRefused."""
    from xacthuc.runs.refusals import VerifyRefused

    named = [name for name in ("keys", "key", "token") if means[name]]
    if len(named) != 1:
        raise VerifyRefused("issue_key_choice")
    needed = {"keys": (), "key": ("certificate",), "token": ("driver", "label", "certificate")}[named[0]]
    for name in needed:
        if not means[name]:
            raise VerifyRefused("run_usage_missing", f"--{name}")
    return {"keys": _find_key_in_use, "key": _find_key_file, "token": _find_token_key}[named[0]](means, at)


def _find_key_in_use(means: dict[str, Any], at: datetime) -> SignerKey:
    from xacthuc.certificates.issuer_keys import find_key, list_keys

    found = find_key(list_keys(means["keys"]), kind="signer", at=at)
    return _find_key_file(means | {"key": found.private, "certificate": found.path}, at)


def _find_key_file(means: dict[str, Any], _: datetime) -> SignerKey:
    from xacthuc.certificates.signer import FileKey, is_locked

    passphrase = ask_passphrase(means["passphrase"], new=False) if is_locked(means["key"]) else None
    return FileKey(means["key"], _read_certificate(means["certificate"]), passphrase)


def _find_token_key(means: dict[str, Any], _: datetime) -> SignerKey:
    from xacthuc.certificates.issuer_keys import read_pin
    from xacthuc.certificates.pkcs11 import TokenKey

    pin = read_pin(means["pin"]) if means["pin"] else click.prompt("PIN", hide_input=True)
    certificate = _read_certificate(means["certificate"])
    return TokenKey(means["driver"], means["token"], means["label"], pin, certificate)


def _read_certificate(path: Path) -> bytes:
    """Give a signing certificate in DER. Raises VerifyRefused."""
    from xacthuc.certificates.keys import CERTIFICATE_BYTES, CertificateUnusable, read_certificate
    from xacthuc.runs.refusals import VerifyRefused

    with path.open("rb") as stream:
        data = stream.read(2 * CERTIFICATE_BYTES)
    try:
        if data.lstrip().startswith(b"-----"):
            data = base64.b64decode(b"".join(data.split(b"-----")[2].split()))
        read_certificate(data)
    except (CertificateUnusable, ValueError, IndexError):
        raise VerifyRefused("issue_certificate_unusable", path) from None
    return data


def _read_secret(path: Path) -> bytes:
    from xacthuc.certificates.uvci import SECRET_BYTES
    from xacthuc.runs.refusals import VerifyRefused

    with path.open("rb") as stream:
        secret = stream.read(MOST_SECRET_BYTES)
    if len(secret) < SECRET_BYTES or path.stat().st_mode & 0o077:
        raise VerifyRefused("issue_secret_unusable", path)
    return secret
