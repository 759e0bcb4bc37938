"""The tables, as the models have them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Made by makemigrations."""

    initial = True

    dependencies = [
        ("people", "0002_wall"),
        ("units", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("place", models.BigIntegerField()),
                ("cause", models.CharField(max_length=60)),
                ("alike", models.CharField(max_length=200)),
                ("state", models.CharField(max_length=12)),
                ("opened_at", models.DateTimeField()),
                ("deadline", models.DateTimeField()),
                ("raised", models.SmallIntegerField(default=0)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(blank=True, max_length=64)),
                ("outcome", models.CharField(blank=True, max_length=40)),
                ("version", models.IntegerField(default=0)),
                (
                    "dose",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="people.dose"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="units.organisation"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="units.organisation"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="people.person"
                    ),
                ),
                (
                    "raised_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="raised_cases",
                        to="units.organisation",
                    ),
                ),
                (
                    "returns_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="units.organisation",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["owner", "state", "deadline"], name="cases_case_owner_i_133fae_idx"),
                    models.Index(fields=["owner", "alike"], name="cases_case_owner_i_f1c2f5_idx"),
                    models.Index(condition=models.Q(("closed_at", None)), fields=["deadline"], name="case_due"),
                    models.Index(
                        condition=models.Q(("closed_at", None)), fields=["raised_to", "deadline"], name="case_raised"
                    ),
                    models.Index(fields=["person", "kind"], name="cases_case_person__8dd435_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("kind", "person", "dose"),
                        name="case_once",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=12)),
                ("alike", models.CharField(max_length=200)),
                ("choice", models.CharField(max_length=40)),
                ("cases", models.JSONField()),
                ("sample", models.JSONField()),
                ("looked", models.JSONField(default=list)),
                ("drawn_at", models.DateTimeField()),
                ("drawn_by", models.CharField(max_length=64)),
                ("signed_at", models.DateTimeField(null=True)),
                ("signed_by", models.CharField(blank=True, max_length=64)),
                ("settled", models.IntegerField(default=0)),
                ("refused", models.IntegerField(default=0)),
                ("done", models.IntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("version", models.IntegerField(default=0)),
                ("owner", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="units.organisation")),
            ],
            options={
                "indexes": [models.Index(fields=["owner", "-drawn_at"], name="cases_revie_owner_i_758411_idx")],
            },
        ),
    ]
