"""The wall around answers; keys are found before anybody acts, and have nobody's data."""

from django.db import migrations

from xacthuc_server.accounts import wall


class Migration(migrations.Migration):
    """See src/xacthuc_server/accounts/wall.py."""

    dependencies = [("api", "0001_initial"), ("accounts", "0002_acting")]
    operations = [wall.raise_wall("api_kept", wall.OF_ORGANISATION)]
