"""Who may send files in, and see what became of them."""

from __future__ import annotations

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.units.posts import NotAllowed, can


def check_can_upload(by: Acting) -> None:
    """Raise NotAllowed unless records may be sent in, for an organisation."""
    if by.organisation_id is None or not can(by, "upload"):
        raise NotAllowed("not_allowed")


def can_see_upload(by: Acting, organisation_id: int) -> bool:
    """Tell whether somebody sees a file: who sent it in, and nobody else; it holds more than the records of a place."""
    return by.organisation_id == organisation_id and can(by, "upload")
