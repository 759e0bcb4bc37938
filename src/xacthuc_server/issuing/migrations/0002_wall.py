"""The wall around personal data."""

from django.db import migrations

from xacthuc_server.accounts import wall


class Migration(migrations.Migration):
    """Who sees which rows, as accounts.wall says it."""

    dependencies = [("issuing", "0001_initial"), ("accounts", "0002_acting")]
    operations = [
        wall.raise_wall("issuing_certificate", wall.OF_BOTH),
        wall.raise_wall("issuing_signing", wall.OF_ORGANISATION),
        wall.raise_wall("issuing_signedlist", wall.OF_BOTH),
    ]
