"""Verb: a reader signs in and is the same on every phone, or leaves for good."""

from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from articles.models import Reader, Session
from articles.signals import readers_changed, readers_merging

# What the account has stays as it is; what only the anonymous reader has is added.
MOVES = (
    "UPDATE articles_session SET reader_id = %(into)s WHERE reader_id = %(reader)s",
    """
    INSERT INTO articles_follow (reader_id, tag_id, level, followed_at)
    SELECT %(into)s, tag_id, level, followed_at FROM articles_follow
    WHERE reader_id = %(reader)s AND ended_at IS NULL
    ON CONFLICT (reader_id, tag_id) DO UPDATE
    SET level = excluded.level, followed_at = excluded.followed_at, ended_at = NULL,
        came_through = NULL
    WHERE articles_follow.ended_at IS NOT NULL
    """,
    """
    INSERT INTO articles_mute (reader_id, publisher_id, muted_at)
    SELECT %(into)s, publisher_id, muted_at FROM articles_mute
    WHERE reader_id = %(reader)s AND ended_at IS NULL
    ON CONFLICT (reader_id, publisher_id) DO UPDATE
    SET muted_at = excluded.muted_at, ended_at = NULL WHERE articles_mute.ended_at IS NOT NULL
    """,
    """
    INSERT INTO articles_reading AS mine (reader_id, article_id, read_at, saved_at)
    SELECT %(into)s, article_id, read_at, saved_at FROM articles_reading
    WHERE reader_id = %(reader)s
    ON CONFLICT (reader_id, article_id) DO UPDATE
    SET read_at = coalesce(mine.read_at, excluded.read_at),
        saved_at = coalesce(mine.saved_at, excluded.saved_at)
    """,
)


class AccountError(Exception):
    """The sign-in or the deletion is refused; the text says why."""


def sign_in(session: Session, account: str) -> Reader:
    """Link a session's reader to an account. Where the account has a reader already, the session
    becomes that reader's, with all that the anonymous one had. Raises AccountError.
    """
    try:
        with transaction.atomic():
            return link(session, account)
    except IntegrityError:  # another phone was the first to bring this account
        with transaction.atomic():
            return link(session, account)


def link(session: Session, account: str) -> Reader:
    concerned = Reader.objects.filter(Q(pk=session.reader_id) | Q(account=account))
    # Locked in one order: two phones that sign in at once cannot deadlock.
    readers = list(concerned.order_by("pk").select_for_update())
    mine = next(reader for reader in readers if reader.pk == session.reader_id)
    known = next((reader for reader in readers if reader.account == account), None)
    if known == mine:
        return mine
    if mine.account:
        raise AccountError("This session is signed in as somebody else: open another one.")
    if mine.is_staff or (known and not known.is_active):
        raise AccountError("This account cannot be used in apps.")
    if known:
        merge(mine, known)
        return known
    mine.account = account
    mine.save(update_fields=["account"])
    return mine


def merge(reader: Reader, into: Reader) -> None:
    """Make a reader part of another. Inside the caller's transaction."""
    with connection.cursor() as cursor:
        for statement in MOVES:
            cursor.execute(statement, {"reader": reader.pk, "into": into.pk})
    readers_merging.send(sender=None, reader_id=reader.pk, into_id=into.pk)
    ids = [reader.pk, into.pk]
    reader.delete()
    announce(ids)


def delete_reader(reader: Reader) -> None:
    """Forget a reader and all that is theirs. Raises AccountError."""
    if reader.is_staff:
        raise AccountError("An editor's account is closed by an administrator.")
    with transaction.atomic():
        ids = [reader.pk]
        reader.delete()
        announce(ids)


def announce(reader_ids: list[UUID]) -> None:
    transaction.on_commit(lambda: readers_changed.send_robust(sender=None, reader_ids=reader_ids))
