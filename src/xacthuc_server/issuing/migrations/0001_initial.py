"""The tables, as the models have them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Made by makemigrations."""


    initial = True

    dependencies = [
        ('people', '0002_wall'),
        ('units', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uvci', models.CharField(max_length=80, unique=True)),
                ('place', models.BigIntegerField()),
                ('text', models.TextField()),
                ('told', models.CharField(max_length=64)),
                ('kid', models.CharField(max_length=24)),
                ('evidence', models.CharField(max_length=12)),
                ('issued_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_why', models.CharField(blank=True, max_length=60)),
                ('listed_at', models.DateTimeField(null=True)),
                ('dose', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='people.dose')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.organisation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='people.person')),
                ('replaces', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replaced_by', to='issuing.certificate')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('listed_at', None), ('revoked_at__isnull', False)), fields=['revoked_at'], name='certificate_unlisted'), models.Index(condition=models.Q(('revoked_at', None)), fields=['expires_at'], name='certificate_ends')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('dose',), name='certificate_once')],
            },
        ),
        migrations.CreateModel(
            name='SignedList',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.BigIntegerField()),
                ('number', models.IntegerField()),
                ('signed_at', models.DateTimeField()),
                ('by', models.CharField(max_length=64)),
                ('count', models.IntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('lines', models.TextField()),
                ('signature', models.TextField()),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'number'), name='list_once')],
            },
        ),
        migrations.CreateModel(
            name='Signing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('post', models.BigIntegerField(null=True)),
                ('by', models.CharField(max_length=64)),
                ('ordered_at', models.DateTimeField()),
                ('doses', models.JSONField()),
                ('signed', models.IntegerField(default=0)),
                ('refused', models.IntegerField(default=0)),
                ('done', models.IntegerField(default=0)),
                ('finished_at', models.DateTimeField(null=True)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='units.organisation')),
            ],
            options={
                'indexes': [models.Index(fields=['organisation', '-ordered_at'], name='issuing_sig_organis_df83fe_idx')],
            },
        ),
    ]
