"""The database's own wall: what a transaction does not see, whatever the application asks for."""

from __future__ import annotations

import pytest

# Tables without a person in them, each for a reason that was thought about. All others are walled in.
OPEN = {
    "account_emailaddress": "of allauth; never filled",
    "account_emailconfirmation": "of allauth; never filled",
    "accounts_user": "staff, not citizens",
    "api_apikey": "digests of secrets; found before anybody acts",
    "audit_event": "ids and codes",
    "audit_seal": "digests",
    "audit_unsealed": "ids",
    "auth_group": "of Django; never filled",
    "auth_group_permissions": "of Django; never filled",
    "auth_permission": "of Django",
    "django_content_type": "of Django",
    "django_migrations": "of Django",
    "django_session": "of staff",
    "mfa_authenticator": "of staff",
    "people_standing": "since when the register node is away",
    "pghistory_context": "ids",
    "procrastinate_events": "of jobs, which have ids for arguments",
    "procrastinate_jobs": "of jobs, which have ids for arguments",
    "procrastinate_periodic_defers": "of jobs",
    "procrastinate_workers": "of jobs",
    "site_cache": "counts of failed logins",
    "units_organisation": "public",
    "units_post": "staff",
    "units_unit": "public",
    "usersessions_usersession": "of staff",
}


def ask(statement: str) -> list[tuple[object, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_the_application_owns_nothing_and_cannot_look_past_the_wall() -> None:
    role = "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    assert ask(role) == [(False, False, False, False)]
    assert ask("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = current_user") == [(0,)]


def test_every_table_with_a_person_in_it_is_walled_in() -> None:
    tables = dict(
        ask(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
    )
    assert {name for name, walled in tables.items() if not walled} == set(OPEN)


@pytest.mark.parametrize("table", ["audit_event", "audit_seal"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_audit_is_only_added_to(table: str, verb: str) -> None:
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError), transaction.atomic():
        ask(verb.format(table))
