import pytest
from django.apps import apps
from django.db.models import ForeignKey

from articles.accounts import sign_in
from articles.exporting import export_reader
from articles.models import Reader
from notifications.models import Device, Preference, Reaction
from tests import make
from tests.told import plan

pytestmark = pytest.mark.django_db

# What becomes of each row of a reader who signs in and was known before. Whoever adds a table that
# belongs to a reader decides it here.
MOVES = {
    "articles.Follow.reader",
    "articles.Mute.reader",
    "articles.Reading.reader",
    "articles.Session.reader",
    "notifications.Device.reader",
    "notifications.Preference.reader",
}
OF_EDITORS = {
    "admin.LogEntry.user",
    "articles.Correction.made_by",
    "articles.Correction.undone_by",
    *(
        f"articles.Historical{name}.history_user"
        for name in ("Alias", "Article", "Feed", "Publisher", "Section", "Tag")
    ),
    "articles.Reader_groups.reader",
    "articles.Reader_user_permissions.reader",
    "articles.LongAction.asked_by",
    "articles.Retagging.asked_by",
    "notifications.Alert.asked_by",
    "notifications.Alert.editor",
    "otp_totp.TOTPDevice.user",
}


def test_it_is_decided_for_every_table_what_becomes_of_it_when_readers_merge() -> None:
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.related_model is Reader
    }

    assert found == MOVES | OF_EDITORS


def test_devices_go_along_and_the_known_readers_preferences_stay() -> None:
    known, new, other = (make.device() for _ in range(3))
    Reader.objects.filter(pk=known.reader_id).update(account="anahit")
    make.preference(known.reader, cap=3)
    make.preference(new.reader, cap=9)
    Preference.objects.filter(reader=other.reader_id).delete()

    sign_in(new.session, "anahit")

    assert set(Device.objects.filter(reader=known.reader_id)) == {known, new}
    assert Device.objects.get(pk=other.pk).reader_id == other.reader_id
    assert Preference.objects.get().daily_cap == 3


def test_preferences_go_along_where_the_known_reader_has_none() -> None:
    known, new = make.session()[0], make.device()
    Reader.objects.filter(pk=known.reader_id).update(account="anahit")
    make.preference(new.reader, cap=9)

    sign_in(new.session, "anahit")

    assert Preference.objects.get().reader_id == known.reader_id


def test_devices_and_preferences_are_in_the_export() -> None:
    device = make.device()
    make.device()

    exported = export_reader(device.reader_id, make.NOON)

    assert [each["id"] for each in exported["devices"]] == [device.pk]
    assert [each["zone"] for each in exported["preferences"]] == ["UTC"]


def test_what_apps_reported_is_in_the_export() -> None:
    device = make.device()
    alert = plan(make.tag())
    Reaction.objects.create(alert=alert, device=device, kind="opened", happened_at=make.NOON)

    exported = export_reader(device.reader_id, make.NOON)

    assert [(each["alert"], each["kind"]) for each in exported["reactions"]] == [
        (alert.pk, "opened")
    ]
