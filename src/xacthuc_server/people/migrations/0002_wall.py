"""The wall around personal data."""

from django.db import migrations

from xacthuc_server.accounts import wall


class Migration(migrations.Migration):
    """See src/xacthuc_server/accounts/wall.py."""

    dependencies = [("people", "0001_initial"), ("accounts", "0002_acting")]
    operations = [
        wall.raise_wall("people_person", wall.OF_BOTH),
        wall.raise_wall("people_dose", wall.OF_BOTH),
        wall.raise_wall("people_personevent", wall.OF_BOTH),
        wall.raise_wall("people_doseevent", wall.OF_BOTH),
    ]
