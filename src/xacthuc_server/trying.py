"""Fill a site with a district to try it on: `python -m xacthuc_server.trying FOLDER ADDRESS`, in its environment.

FOLDER is what `xacthuc demo` made. Its clerks' workbooks are sent in as a station sends them, the register is asked,
and the site signs what both authorities have settled; all by the same actions as from the pages. What is there already
changes nothing: filling a site twice is filling it once.
"""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path

import django

WAIT_SECONDS = 240.0  # nine workbooks with two thousand doses take some thirty on two quiet cores
FILES = ("*.xlsx", "*.xls", "*.csv")
NOT_LISTS = ("register.csv", "rows.csv", "truth.csv")  # of `xacthuc demo`: what is known of the lists


def main(folder: Path, address: str) -> None:
    """Fill the site, and say who can log in and what to try."""
    django.setup()
    from django.utils import timezone

    from xacthuc_server.demonstration import COMMUNE, make_cast

    make_cast(commune=COMMUNE, now=timezone.now())
    _send(folder / "workbooks")
    _wait()
    _sign()
    _wait()
    _introduce(address)


def _introduce(address: str) -> None:
    from xacthuc_server.demonstration import CAST, PASSWORD, SECRET
    from xacthuc_server.texts import say

    print()
    for language in ("vi", "en"):
        print(say("trying_staff", language=language, name=address))
    for member in CAST:
        roles = " · ".join(say(f"role_{member.role}", language=language) for language in ("vi", "en"))
        print(f"  {member.login:<10} {roles}")
    for language in ("vi", "en"):
        print(say("trying_password", language=language, password=PASSWORD, secret=SECRET))
    for language in ("vi", "en"):
        print(say("trying_insecure", language=language))


def _send(folder: Path) -> None:
    from django.utils import timezone

    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.demonstration import act_for
    from xacthuc_server.uploads.actions import receive_upload

    by, _ = act_for("coso")
    for path in sorted(path for pattern in FILES for path in folder.glob(pattern) if path.name not in NOT_LISTS):
        with act_as(by):
            receive_upload(by=by, now=timezone.now(), name=path.name, content=io.BytesIO(path.read_bytes()))


def _wait() -> None:
    """Wait until no job is left, or until enough is enough: what is left goes on while the site stands."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    until = time.monotonic() + WAIT_SECONDS
    while ProcrastinateJob.objects.filter(status__in=("todo", "doing")).exists() and time.monotonic() < until:
        time.sleep(0.5)


def _sign() -> None:
    """Let the head of the site sign what may be signed, as from the page, with the second factor just given."""
    from django.utils import timezone

    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.demonstration import act_for
    from xacthuc_server.issuing.policies import can_sign
    from xacthuc_server.issuing.signing import LARGEST, order_signing
    from xacthuc_server.people.models import Dose

    by, post = act_for("coso")
    with act_as(by):
        own = Dose.objects.filter(organisation_id=by.organisation_id, signed_at=None).select_related("person")
        ready = [(dose.id, dose.version) for dose in own.order_by("id") if can_sign(dose)][:LARGEST]
        if ready:
            now = timezone.now()
            order_signing(ready, post=post.id, factor_at=now, by=by, now=now)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
