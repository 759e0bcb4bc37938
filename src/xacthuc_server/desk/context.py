"""What every page knows: who acts, in which post, and what else they might act as."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def show_acting(request: HttpRequest) -> dict[str, Any]:
    """Give who acts to the templates."""
    return {
        "acting": getattr(request, "acting", None),
        "post": getattr(request, "post", None),
        "posts": getattr(request, "posts", []),
    }
