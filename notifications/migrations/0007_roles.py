"""Groups for the people of the desk. A superuser may change them afterwards: this runs once."""

from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations

ALL = ("view", "add", "change", "delete")
ROLES = {
    "Curator": {
        "articles": {
            "article": ("view", "change"),
            "articletext": ("view", "delete"),
            "articletag": ALL,
            "revision": ("view",),
            "story": ("view", "change"),
            "storypair": ("view",),
            "correction": ("view",),
            "tag": ALL,
            "alias": ALL,
            "section": ("view", "add", "change"),
            "suggestion": ("view",),
            "publisherkeyword": ("view", "change"),
            "retagging": ("view",),
            "publisher": ("view",),
            "feed": ("view",),
        },
        "notifications": {"alert": ("view",)},
    },
    "Alert editor": {
        "articles": {
            **dict.fromkeys(("article", "story", "tag", "publisher", "section"), ("view",)),
        },
        "notifications": {
            "alert": (*ALL, "send"),
            **dict.fromkeys(("batch", "failure", "device"), ("view",)),
        },
    },
    "Publisher manager": {
        "articles": {
            "publisher": ALL,
            "feed": ALL,
            "section": ("view", "add", "change"),
            "publisherkeyword": ("view", "change"),
            **dict.fromkeys(("article", "articletext", "revision", "story", "tag"), ("view",)),
        },
        "notifications": {},
    },
}


def make_roles(apps, schema_editor):
    for label in ("articles", "notifications", "admin"):
        make_permissions(apps, label)
    Group, Permission = (apps.get_model("auth", name) for name in ("Group", "Permission"))
    for name, powers in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        for label, models in powers.items():
            names = [f"{verb}_{model}" for model, verbs in models.items() for verb in verbs]
            found = Permission.objects.filter(content_type__app_label=label, codename__in=names)
            group.permissions.add(*found)
    auditor, _ = Group.objects.get_or_create(name="Auditor")
    ours = Permission.objects.filter(content_type__app_label__in=["articles", "notifications", "admin"])
    auditor.permissions.add(*ours.filter(codename__startswith="view_"))


def make_permissions(apps, label):
    """Now, where Django makes them only after the last migration."""
    config = apps.get_app_config(label)
    before = getattr(config, "models_module", None)  # a migration's stand-in has none
    config.models_module = before or True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = before


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0006_the_desk'),
        ('articles', '0007_the_desk'),
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [migrations.RunPython(make_roles, migrations.RunPython.noop)]
