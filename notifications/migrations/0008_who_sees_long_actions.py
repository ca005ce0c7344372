"""Curators and publisher managers see how far their long actions are; auditors see everything."""

from django.db import migrations

ROLES = ("Curator", "Publisher manager", "Auditor")


def let_see(apps, schema_editor):
    Group, Permission = (apps.get_model("auth", name) for name in ("Group", "Permission"))
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="articles", model="longaction"
    )
    view, _ = Permission.objects.get_or_create(
        content_type=kind, codename="view_longaction", defaults={"name": "Can view long action"}
    )
    for group in Group.objects.filter(name__in=ROLES):
        group.permissions.add(view)


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0007_roles'),
        ('articles', '0011_long_actions'),
    ]

    operations = [migrations.RunPython(let_see, migrations.RunPython.noop)]
