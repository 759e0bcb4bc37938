"""Accounts of people who work with the platform. Citizens have none."""

from __future__ import annotations

import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Makes accounts."""

    def get_by_natural_key(self, username: str | None) -> User:
        """Find an account by its login, in small letters."""
        return self.get(login=(username or "").lower())


class User(AbstractBaseUser):
    """Somebody who works here. What they may do follows from their posts, not from the account."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    login = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=80)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=2, default="vi")
    made_at = models.DateTimeField()

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS = ("name",)
    objects = UserManager()

    def __str__(self) -> str:
        """Show the login; the name is personal."""
        return self.login

    def get_full_name(self) -> str:
        """Give the name for the page's head."""
        return self.name
