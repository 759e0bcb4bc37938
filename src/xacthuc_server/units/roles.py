"""The roles, and what each may do at all. In which state stands in `src/xacthuc_server/cases/policies.py`.

A permission is a word of PERMISSIONS; a role has some of them, over the territory of its organisation's unit.
"""

from __future__ import annotations

from dataclasses import dataclass

PERMISSIONS = {
    "upload": "take in lists and single doses",
    "see_people": "see people and doses of the territory, or of one's own organisation",
    "settle_vaccination": "settle what health answers for",
    "settle_identity": "settle what the police answer for, with the register's candidates",
    "settle_passport": "settle a foreigner's identity by passport",
    "review_class": "settle a whole class after a sample",
    "hand_over": "give a case to another owner",
    "sign_doses": "sign doses for the site that gave them",
    "sign_list": "sign a commune's list",
    "issue": "issue and revoke certificates",
    "oversee": "see figures and cases of the units below",
    "audit": "read and export the audit",
    "administer": "give posts",
}


@dataclass(frozen=True)
class Role:
    """A role: the kinds of organisation it exists in, and its permissions."""

    name: str
    kinds: tuple[str, ...]
    may: frozenset[str]


def _role(name: str, kinds: str, may: str) -> Role:
    wanted = frozenset(may.split())
    assert wanted <= PERMISSIONS.keys(), name
    return Role(name, tuple(kinds.split()), wanted)


POLICE_ABOVE = "police_district police_department police_ministry"

ROLES = {
    role.name: role
    for role in (
        _role("clerk", "station site", "upload see_people settle_vaccination review_class hand_over"),
        _role(
            "site_head",
            "station site",
            "upload see_people settle_vaccination settle_passport review_class hand_over sign_doses",
        ),
        _role("officer", "commune_police army", "see_people settle_identity hand_over"),
        _role("police_chief", "commune_police army", "see_people settle_identity review_class hand_over oversee"),
        _role("chair", "people_committee", "see_people sign_list oversee"),
        _role(
            "supervisor",
            "centre department ministry police_district police_department police_ministry",
            "oversee hand_over",
        ),
        _role("issuer", "ministry", "issue oversee"),
        _role("auditor", "ministry police_ministry operator", "audit"),
        _role("administrator", "operator", "administer"),
        _role("sender", "site station", "upload"),  # a hospital's system, by an API key
    )
}
