"""The register node beside the platform: on this machine it stands for the one at the police data centre.

The two know one another by keys alone: the node's public key and the two that the platform asks with, as health and as
the police, lie in register/ of the platform's folder. A node elsewhere is named by XACTHUC_NODE, its keys put there.
"""

from __future__ import annotations

import shutil
import socket
import sys
from pathlib import Path

from xacthuc.exchange.keys import make_private_key, read_private_key
from xacthuc_register.folder import ROLES, NodeFolder

SIDES = ROLES  # as whom the platform asks: health sees codes, the police see candidates too


def introduce(data: Path) -> NodeFolder:
    """Make the node and the platform known to one another, once; gives the node's folder."""
    node = NodeFolder(data / "node")
    keys = data / "register"
    keys.mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(node.public, keys / "node.pem")
    known = {(partner.role, partner.name) for partner in node.list_partners().values()}
    for side in SIDES:
        path = keys / f"{side}.pem"
        key = read_private_key(path) if path.exists() else make_private_key(path)
        if (side, "platform") not in known:
            node.take_partner("platform", role=side, key=key.public_key())
    return node


def has_register(node: NodeFolder) -> bool:
    """Tell whether the node has the index of a register."""
    return node.index.is_dir() and any(node.index.iterdir())


def make_command(node: NodeFolder, *, port: int, register: Path | None) -> list[str]:
    """Give the words that start the node."""
    words = [sys.executable, "-m", "xacthuc_register", "--data", str(node.path), "--port", str(port)]
    return [*words, "--register", str(register.absolute())] if register else words


def find_port() -> int:
    """Find a port of this machine that is free now."""
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])
