"""The second wall: what the database itself lets a transaction see, whatever the filters of the application say.

Policies compare with =, < and >= only: other operators are not leakproof, and PostgreSQL would read every row before
it might use an index. No setting, no rows.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import migrations

APP_ROLE = "xacthuc_app"

SETTINGS = """
CREATE FUNCTION acting_lower() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT NULLIF(current_setting('xacthuc.lower', true), '')::bigint $$;
CREATE FUNCTION acting_upper() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT NULLIF(current_setting('xacthuc.upper', true), '')::bigint $$;
CREATE FUNCTION acting_organisation() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT NULLIF(current_setting('xacthuc.organisation', true), '')::bigint $$;
CREATE FUNCTION acting_who() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT NULLIF(current_setting('xacthuc.who', true), '') $$;
"""
DROP_SETTINGS = "".join(f"DROP FUNCTION acting_{name}();" for name in ("lower", "upper", "organisation", "who"))

OF_PLACE = "place >= acting_lower() AND place < acting_upper()"
OF_ORGANISATION = "organisation_id = acting_organisation()"
OF_BOTH = f"({OF_PLACE}) OR {OF_ORGANISATION}"
OF_ANYBODY = "acting_who() IS NOT NULL"


def raise_wall(table: str, seen: str, *, written: str | None = None) -> migrations.RunSQL:
    """Give the operation that walls a table in: `seen` says which rows are there, `written` which may be left."""
    return migrations.RunSQL(
        f"""ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY wall ON {table} USING ({seen}) WITH CHECK ({written or seen});""",
        f"DROP POLICY wall ON {table}; ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


def write_grants(tables: Sequence[str], *, append_only: Sequence[str]) -> list[str]:
    """Give the statements by which the application's role gets at the tables: it owns none, and empties none."""
    rights = {table: "SELECT, INSERT" if table in append_only else "SELECT, INSERT, UPDATE, DELETE" for table in tables}
    return [
        f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}",
        *(f'GRANT {right} ON "{table}" TO {APP_ROLE}' for table, right in rights.items()),
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}",
    ]
