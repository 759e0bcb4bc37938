"""The writers of signatures and certificates, by their names."""

from __future__ import annotations

from xacthuc_server.issuing.certifying import issue_certificates, record_certificates
from xacthuc_server.issuing.lists import order_list, record_list, sign_list
from xacthuc_server.issuing.publishing import note_published, publish_lists
from xacthuc_server.issuing.signing import order_signing, record_part, sign_doses

__all__ = [
    "issue_certificates",
    "note_published",
    "order_list",
    "order_signing",
    "publish_lists",
    "record_certificates",
    "record_list",
    "record_part",
    "sign_doses",
    "sign_list",
]
