"""Who acts in a request: the post that was chosen, told to the database before anything is asked."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from xacthuc_server.accounts.acting import NOBODY, act_as
from xacthuc_server.accounts.models import User
from xacthuc_server.units.posts import list_posts, take_post

CHOSEN = "post"  # in the session


class ActingMiddleware:
    """Opens the request's transaction with who acts. A request without a post sees no person."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        """Take what answers."""
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer inside the transaction."""
        request.acting, request.posts = NOBODY, []
        user = request.user
        if isinstance(user, User):
            request.posts = posts = list(list_posts(user, on=timezone.localdate()))
            chosen = next(
                (post for post in posts if post.id == request.session.get(CHOSEN)), posts[0] if posts else None
            )
            if chosen is not None:
                request.acting, request.post = take_post(chosen), chosen
        with act_as(request.acting):
            return self.answer(request)
