from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from articles.accounts import AccountError, delete_reader, sign_in
from articles.models import Follow, Mute, Reader, Reading, Session
from articles.signals import readers_changed
from tests import make

pytestmark = pytest.mark.django_db


@contextmanager
def heard() -> Iterator[list[list[UUID]]]:
    told: list[list[UUID]] = []

    def hear(reader_ids: list[UUID], **_: Any) -> None:
        told.append(reader_ids)

    readers_changed.connect(hear)
    try:
        yield told
    finally:
        readers_changed.disconnect(hear)


def open_session(account: str | None = None) -> Session:
    reader = make.reader()
    Reader.objects.filter(pk=reader.pk).update(account=account)
    return make.session(reader)[0]


def test_the_first_phone_links_its_reader_and_may_repeat_it() -> None:
    session = open_session()

    readers = [sign_in(session, "anahit") for _ in range(2)]

    assert [reader.pk for reader in readers] == [session.reader_id] * 2
    assert Reader.objects.get().account == "anahit"


def test_a_new_phone_becomes_the_known_readers_with_all_it_had(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    old, new = open_session("anahit"), open_session()
    old_reader, new_reader = old.reader, new.reader
    both, mine, theirs, ended = (make.tag() for _ in range(4))
    make.follow(old_reader, both, Follow.Level.TOP)
    make.follow(new_reader, both, Follow.Level.MUTE)
    make.follow(old_reader, theirs)
    make.follow(new_reader, mine, Follow.Level.DIGEST)
    make.follow(old_reader, ended)
    Follow.objects.filter(reader=old_reader, tag=ended).update(ended_at=make.NOON)
    make.follow(new_reader, ended)
    article, publisher = make.article(), make.publisher()
    Reading.objects.note(old_reader.pk, [article.pk], saved_at=make.NOON)
    Reading.objects.note(new_reader.pk, [article.pk], read_at=make.NOON)
    Mute.objects.begin(new_reader.pk, publisher, make.NOON)

    with heard() as told, django_capture_on_commit_callbacks(execute=True):
        reader = sign_in(new, "anahit")

    assert reader == Reader.objects.get() == old_reader
    assert set(Session.objects.values_list("reader", flat=True)) == {old_reader.pk}
    follows = Follow.objects.current().filter(reader=reader).values_list("tag", "level")
    assert dict(follows) == {
        both.pk: "top",
        theirs.pk: "all",
        mine.pk: "digest",
        ended.pk: "all",
    }
    reading = Reading.objects.get()
    assert (reading.read_at, reading.saved_at) == (make.NOON, make.NOON)
    assert Mute.objects.current().get().reader == reader
    assert told == [[new_reader.pk, old_reader.pk]]


def test_a_session_of_one_account_does_not_take_another() -> None:
    session = open_session("anahit")

    with pytest.raises(AccountError):
        sign_in(session, "bagrat")

    assert Reader.objects.get().account == "anahit"


def test_a_closed_account_and_an_editor_do_not_merge() -> None:
    closed, editor = open_session("closed"), open_session()
    Reader.objects.filter(pk=closed.reader_id).update(is_active=False)
    Reader.objects.filter(pk=editor.reader_id).update(is_staff=True)

    for session, account in ((open_session(), "closed"), (editor, "anahit")):
        with pytest.raises(AccountError):
            sign_in(session, account)

    assert Reader.objects.count() == 3


def test_a_reader_who_leaves_leaves_nothing(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    session = open_session("anahit")
    reader = session.reader
    pk = reader.pk
    make.follow(reader, make.tag())
    Reading.objects.note(pk, [make.article().pk], saved_at=make.NOON)
    Mute.objects.begin(pk, make.publisher(), make.NOON)
    make.device(reader)

    with heard() as told, django_capture_on_commit_callbacks(execute=True):
        delete_reader(reader)

    assert told == [[pk]]
    left = [
        field
        for field in Reader._meta.related_objects
        if field.related_model._base_manager.filter(**{field.field.name: pk}).exists()
    ]
    assert left == []
    assert not Reader.objects.exists()


def test_an_editor_is_not_deleted_from_an_app() -> None:
    reader = make.reader()
    reader.is_staff = True

    with pytest.raises(AccountError):
        delete_reader(reader)


@pytest.mark.django_db(transaction=True)
def test_phones_that_sign_in_at_once_are_one_reader_afterwards() -> None:
    sessions = [open_session() for _ in range(4)]

    def bring(session: Session) -> None:
        try:
            sign_in(session, "anahit")
        finally:
            connection.close()

    with ThreadPoolExecutor(len(sessions)) as pool:
        list(pool.map(bring, sessions))

    assert Reader.objects.get().account == "anahit"
    assert Session.objects.filter(reader__account="anahit").count() == 4
