"""Who acts in a request, as ActingMiddleware has found it."""

from __future__ import annotations

from django.http import HttpRequest

from xacthuc_server.accounts.acting import Acting


def get_acting(request: HttpRequest) -> Acting:
    """Give who acts; nobody in particular where nobody is logged in."""
    acting: Acting = request.acting  # set by ActingMiddleware
    return acting


def get_post_id(request: HttpRequest) -> int:
    """Give the number of the post that is acted in; 0 where there is none, which no permission goes with."""
    post = getattr(request, "post", None)
    return int(post.id) if post is not None else 0
