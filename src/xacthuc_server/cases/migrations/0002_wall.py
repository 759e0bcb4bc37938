"""The wall around personal data."""

from django.db import migrations

from xacthuc_server.accounts import wall


class Migration(migrations.Migration):
    """Who sees which rows, as accounts.wall says it."""

    dependencies = [("cases", "0001_initial"), ("accounts", "0002_acting")]
    operations = [
        wall.raise_wall(
            "cases_case",
            f"{wall.OF_BOTH} OR owner_id = acting_organisation() OR raised_to_id = acting_organisation()",
        ),
        wall.raise_wall("cases_review", "owner_id = acting_organisation()"),
    ]
