"""In which state a dose is signed and certified. Who may do it stands in permissions.py."""

from __future__ import annotations

from xacthuc_server.people.models import Dose


def is_settled(dose: Dose) -> bool:
    """Tell whether health has nothing open about a dose: it is plausible, or the site stands by it."""
    return dose.withdrawn_at is None and (dose.vaccination == "PLAUSIBLE" or dose.settled_at is not None)


def can_sign(dose: Dose) -> bool:
    """Tell whether a dose is to be signed: settled, and not signed yet."""
    return is_settled(dose) and dose.signed_at is None
