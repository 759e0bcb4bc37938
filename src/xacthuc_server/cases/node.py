"""The register node, opened with the key that the police hold for the platform."""

from __future__ import annotations

from django.conf import settings

from xacthuc.exchange.keys import read_private_key, read_public_key
from xacthuc_register.client import open_partner
from xacthuc_server.cases.register import Register

FOLDER = "register"  # below the platform's data: police.pem, the private key; node.pem, the node's public one


def open_node() -> Register:
    """Give the node as an officer meets it; asks nothing yet."""
    folder = settings.DATA / FOLDER
    return open_partner(settings.NODE, read_private_key(folder / "police.pem"), read_public_key(folder / "node.pem"))
