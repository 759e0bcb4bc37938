"""What every page knows: who acts, in which post, what else they might act as, and where they may go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from xacthuc_server.units.posts import can


@dataclass(frozen=True)
class Entry:
    """A page of the menu: its address by name, the code of its text, and the permission that it needs."""

    name: str
    code: str
    permission: str | None = None


# In the order of the menu. A page is put here with its view, so that no link leads nowhere.
MENU = (
    Entry("home", "menu_home"),
    Entry("uploads", "menu_uploads", "upload"),
    Entry("enter", "menu_enter", "upload"),
    Entry("people", "menu_people", "see_people"),
    Entry("waiting", "menu_waiting", "see_people"),
    Entry("work", "menu_work", "hand_over"),
    Entry("classes", "menu_classes", "review_class"),
    Entry("signing", "menu_signing", "sign_doses"),
    Entry("commune_list", "menu_commune_list", "sign_list"),
)


def show_acting(request: HttpRequest) -> dict[str, Any]:
    """Give who acts and the menu to the templates."""
    acting = getattr(request, "acting", None)
    return {
        "acting": acting,
        "post": getattr(request, "post", None),
        "posts": getattr(request, "posts", []),
        "links": [_link(entry, request) for entry in MENU if acting and _may(acting, entry)],
    }


def _may(acting: Any, entry: Entry) -> bool:
    return entry.permission is None or can(acting, entry.permission)


def _link(entry: Entry, request: HttpRequest) -> dict[str, Any]:
    match = request.resolver_match
    return {
        "address": reverse(entry.name),
        "code": entry.code,
        "here": match is not None and match.url_name == entry.name,
    }
