"""The functions by which policies read who acts."""

from django.db import migrations

from xacthuc_server.accounts.wall import DROP_SETTINGS, SETTINGS


class Migration(migrations.Migration):
    """No setting, no rows."""

    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(SETTINGS, DROP_SETTINGS)]
