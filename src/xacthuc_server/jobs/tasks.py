"""The tasks, by name: actions put them into the queue by their names, and know no more of this module."""

from __future__ import annotations

from xacthuc_server.jobs import issuing, settling

__all__ = ["issuing", "settling"]
