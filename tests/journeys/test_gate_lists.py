"""Lists of one's own at the gate: written from the folders of their authorities, renewed by deltas, never backwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from gate import PHONE, READY, launch, paste, serve, start
from playwright.sync_api import Page

from xacthuc.certificates.claims import read_health_certificate
from xacthuc.certificates.issue import Issuer
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.payload import CountedDose, Holder, build_payload
from xacthuc.certificates.revocation import list_hashes
from xacthuc.certificates.revocation_ledger import Entry
from xacthuc.certificates.signer import FileSigner
from xacthuc.certificates.uvci import make_uvci
from xacthuc.runs.gate_lists import gather_lists
from xacthuc.runs.gate_samples import make_certificate, make_private_key
from xacthuc.runs.revocation_folder import add_revocations, make_revocations, publish
from xacthuc.runs.trust_folder import add_to_trust, make_trust, sign_trust

WEEK = timedelta(days=7)


class Authority(NamedTuple):
    """The folders of an authority, and two certificates that it has issued."""

    trust: Path
    revoked: Path
    texts: tuple[str, str]
    now: datetime  # when the lists were made

    def revoke(self, text: str, *, at: datetime) -> None:
        """Revoke a certificate, and publish that."""
        uvci = read_health_certificate(text).uvci
        hashes = list_hashes(issuer="", uvci=uvci, signature=b"", algorithm="")
        add_revocations(self.revoked, [Entry(hashes["uvci"], "uvci")])
        publish(self.revoked, at=at, life=WEEK)

    def gather(self) -> dict[str, bytes]:
        """Give what phones fetch."""
        return {**gather_lists(self.trust, [self.revoked]), "samples.json": b"[]"}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    now = datetime.now(UTC).replace(microsecond=0)
    key = make_private_key("journey of lists")
    signer = FileSigner(key, certificate=make_certificate(key, country="VN"))
    make_trust(tmp_path / "trust")
    make_revocations(tmp_path / "revoked", name="vn")
    given = tmp_path / "signer.der"
    given.write_bytes(signer.certificate.certificate or b"")
    add_to_trust(tmp_path / "trust", [given], revocation_keys=[tmp_path / "revoked" / "public.pem"])
    sign_trust(tmp_path / "trust", at=now, life=WEEK)
    publish(tmp_path / "revoked", at=now, life=WEEK)
    texts = [issue(signer, name, now=now) for name in ("first", "second")]
    return Authority(tmp_path / "trust", tmp_path / "revoked", (texts[0], texts[1]), now)


def issue(signer: FileSigner, name: str, *, now: datetime) -> str:
    uvci = make_uvci(f"journey {name}", country="VN", secret=bytes(32))
    dose = CountedDose("Vero Cell", 2, 2, (now - timedelta(days=90)).date())
    holder = Holder("Trần", "Văn Bình", "1990-02-01")
    built = build_payload(holder, dose, uvci=uvci, issuer="Bộ Y tế", today=now.date(), evidence="both")
    assert built.payload is not None
    issued = now - timedelta(days=1)
    return Issuer(signer, country="VN", issued=issued, expires=issued + 52 * WEEK).issue(built.payload)


@pytest.fixture
def page() -> Iterator[Page]:
    with start() as playwright, launch(playwright) as browser:
        context = browser.new_context(viewport=PHONE)
        yield context.new_page()


def look(page: Page, text: str) -> str:
    """Give the large word over a certificate."""
    paste(page, text)
    word = page.inner_text("#word")
    page.click("#again")
    return word


def renew(page: Page) -> list[str]:
    """Fetch the lists anew; gives what was asked for."""
    asked: list[str] = []
    page.on("response", lambda answer: asked.append(answer.url.rpartition("/")[2]))
    page.click("#open-settings")
    page.click("#refresh")
    page.wait_for_selector("#refreshed:not(:empty)")
    page.click("#settings-dialog button[type=submit]")
    return asked


def test_a_phone_renews_what_is_revoked_by_deltas(authority: Authority, page: Page) -> None:
    made = authority.gather()
    first, second = authority.texts
    with serve(made) as place:
        page.goto(place)
        page.wait_for_selector(READY)
        assert [look(page, text) for text in authority.texts] == ["CHỨNG NHẬN THẬT"] * 2
        authority.revoke(first, at=authority.now + timedelta(seconds=1))
        authority.revoke(second, at=authority.now + timedelta(seconds=2))
        made.update(authority.gather())
        asked = renew(page)
        assert {"revoked-1-000002.bin", "revoked-1-000003.bin"} <= set(asked)
        assert "revoked-1.bin" not in asked
        assert [look(page, text) for text in authority.texts] == ["ĐÃ THU HỒI"] * 2
        page.reload()
        page.wait_for_selector(READY)
        assert look(page, second) == "ĐÃ THU HỒI"
        assert "vừa xong" in page.inner_text("#standing")


def test_a_delta_that_is_damaged_or_gone_is_replaced_by_the_whole_set(authority: Authority, page: Page) -> None:
    made = authority.gather()
    with serve(made) as place:
        page.goto(place)
        page.wait_for_selector(READY)
        authority.revoke(authority.texts[0], at=authority.now + timedelta(seconds=1))
        made.update(authority.gather())
        made["lists/revoked-1-000002.bin"] = made["lists/revoked-1-000002.bin"][:-1] + b"?"
        assert "revoked-1.bin" in renew(page)
        assert look(page, authority.texts[0]) == "ĐÃ THU HỒI"


def test_lists_that_lead_back_or_are_signed_by_a_stranger_change_nothing(
    authority: Authority, page: Page, tmp_path: Path
) -> None:
    old = authority.gather()
    authority.revoke(authority.texts[0], at=authority.now + timedelta(seconds=1))
    sign_trust(authority.trust, at=authority.now, life=WEEK)
    made = authority.gather()
    with serve(made) as place:
        page.goto(place)
        page.wait_for_selector(READY)
        made.update(old)
        renew(page)
        assert "không được nhận" in page.inner_text("#alarm")
        assert [look(page, text) for text in authority.texts] == ["ĐÃ THU HỒI", "CHỨNG NHẬN THẬT"]
        make_trust(tmp_path / "stranger")
        sign_trust(tmp_path / "stranger", at=authority.now, life=WEEK)
        made["lists/trust.json"] = (tmp_path / "stranger" / "trust.json").read_bytes()
        renew(page)
        assert "không được nhận" in page.inner_text("#alarm")
        assert look(page, authority.texts[1]) == "CHỨNG NHẬN THẬT"


def test_folders_that_hold_no_list_are_refused(authority: Authority, tmp_path: Path) -> None:
    make_trust(tmp_path / "unsigned")
    make_revocations(tmp_path / "unpublished", name="vn")
    for trust, revoked in ((tmp_path / "unsigned", []), (authority.trust, [tmp_path / "unpublished"])):
        with pytest.raises(ListRefused) as refusal:
            gather_lists(trust, revoked)
        assert refusal.value.code == "list_folder_unusable"
