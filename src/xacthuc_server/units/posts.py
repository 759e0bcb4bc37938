"""From an account to somebody who acts: the posts that are held today, and the one that was chosen."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.accounts.models import User
from xacthuc_server.units.models import Post
from xacthuc_server.units.roles import ROLES


class NotAllowed(Exception):
    """Somebody may not do this at all; `code` is a key of the texts."""

    def __init__(self, code: str) -> None:
        """Take the code."""
        super().__init__(code)
        self.code = code


def list_posts(user: User, *, on: date) -> QuerySet[Post]:
    """List the posts that somebody holds on a day, oldest first."""
    held = Post.objects.filter(user=user, valid_from__lte=on).filter(Q(valid_to=None) | Q(valid_to__gte=on))
    return held.select_related("organisation__unit").order_by("id")


def take_post(post: Post) -> Acting:
    """Act in a post: over the territory of its organisation's unit."""
    organisation = post.organisation
    return Acting(
        who=str(post.user_id),
        role=post.role,
        authority=organisation.authority,
        organisation_id=organisation.id,
        lower=organisation.unit.lower,
        upper=organisation.unit.upper,
    )


def can(by: Acting, permission: str) -> bool:
    """Tell whether a role may do this at all."""
    role = ROLES.get(by.role)
    return role is not None and permission in role.may


def check_can(by: Acting, permission: str) -> None:
    """Raise NotAllowed where a role may not do this at all."""
    if not can(by, permission):
        raise NotAllowed("not_allowed")
