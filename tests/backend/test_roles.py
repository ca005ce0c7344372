"""Who may what: the groups that a migration makes, as a table."""

import pytest
from django.contrib.auth.models import Group
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from articles.models import Article, Feed, Publisher, Reader, Session, Story, StoryPair, Tag
from notifications.models import Alert, Device
from tests import make
from tests.desk import address, make_staff

pytestmark = pytest.mark.django_db

ROLES = ("Curator", "Alert editor", "Publisher manager", "Auditor")
# What each role may, in the order of ROLES: nothing, look, change, or also add.
MAY: dict[type[Model], tuple[str, str, str, str]] = {
    Article: ("change", "look", "look", "look"),
    Story: ("change", "look", "look", "look"),
    StoryPair: ("look", "", "", "look"),
    Tag: ("add", "look", "look", "look"),
    Publisher: ("look", "look", "add", "look"),
    Feed: ("look", "", "add", "look"),
    Alert: ("look", "add", "", "look"),
    Device: ("", "look", "", "look"),
    Reader: ("", "", "", "look"),
    Session: ("", "", "", "look"),
    Group: ("", "", "", ""),
}


def find_powers(client: Client, model: type[Model]) -> str:
    if client.get(address(model, "changelist")).status_code == 403:
        return ""
    if client.get(address(model, "add")).status_code == 200:
        return "add"
    listed = {
        m["model"]: m
        for a in client.get(reverse("admin:index")).context["app_list"]
        for m in a["models"]
    }
    return "change" if listed[model]["perms"]["change"] else "look"


@pytest.mark.parametrize("role", ROLES)
def test_every_role_may_what_the_table_says(role: str) -> None:
    client = make_staff(role)

    found = {model: find_powers(client, model) for model in MAY}

    assert found == {model: powers[ROLES.index(role)] for model, powers in MAY.items()}


@pytest.mark.parametrize(("role", "may"), [(role, role == "Alert editor") for role in ROLES])
def test_alerts_are_sent_by_alert_editors_alone(role: str, may: bool) -> None:  # noqa: FBT001 - a column of the table
    make_staff(role)

    assert Reader.objects.get(is_staff=True).has_perm("notifications.send_alert") is may


@pytest.mark.parametrize("role", ROLES)
def test_no_role_hands_out_powers(role: str) -> None:
    client, boss = make_staff(role), make.reader("boss@example.org")

    answer = client.post(address(Reader, "change", boss.pk), {"is_superuser": "on"})

    assert answer.status_code == 403
