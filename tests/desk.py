"""An editor at the admin's desk."""

from importlib import import_module

from django.apps import apps
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from articles.models import Reader

NO_ROWS = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"}


def make_editor() -> Client:
    """Without a password, since hashing one takes longer than most tests."""
    staff = Reader(email="editor@example.org", is_staff=True, is_superuser=True)
    staff.set_unusable_password()
    staff.save()
    return sign_in(staff)


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def no_rows(*inlines: str) -> dict[str, str]:
    """What a form sends of inlines in which nothing stands."""
    return {f"{inline}-{name}": value for inline in inlines for name, value in NO_ROWS.items()}


def sign_in(staff: Reader) -> Client:
    client = Client()
    client.force_login(staff, "django.contrib.auth.backends.ModelBackend")
    return client


def count_queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def run_action(client: Client, name: str, *rows: Model, target: object = "") -> str:
    """The page after a list action."""
    chosen = [str(row.pk) for row in rows]
    answer = client.post(
        address(type(rows[0]), "changelist"),
        {"action": name, "_selected_action": chosen, "target": str(target)},
        follow=True,
    )
    assert answer.status_code == 200
    return answer.content.decode()


def make_staff(role: str, name: str = "") -> Client:
    """One of the desk, who may what the role may; a second one of a role needs a name."""
    if not Group.objects.exists():  # a test that needs real transactions has emptied all tables
        import_module("notifications.migrations.0007_roles").make_roles(apps, None)
        import_module("notifications.migrations.0008_who_sees_long_actions").let_see(apps, None)
    staff = Reader(email=f"{name or role.lower().replace(' ', '-')}@example.org", is_staff=True)
    staff.set_unusable_password()
    staff.save()
    staff.groups.add(Group.objects.get(name=role))
    return sign_in(staff)
