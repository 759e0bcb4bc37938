"""The wall around personal data."""

from django.db import migrations

from xacthuc_server.accounts import wall


class Migration(migrations.Migration):
    """See src/xacthuc_server/accounts/wall.py."""

    dependencies = [("uploads", "0001_initial"), ("accounts", "0002_acting")]
    operations = [
        wall.raise_wall("uploads_upload", wall.OF_BOTH),
        wall.raise_wall("uploads_row", wall.OF_BOTH),
        wall.raise_wall("uploads_cellfinding", wall.OF_BOTH),
        wall.raise_wall("uploads_mend", wall.OF_ORGANISATION),
    ]
