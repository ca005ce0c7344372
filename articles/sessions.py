"""Verb: an app signs in as a new reader, and is seen again day by day."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from articles.models import Reader, Session


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session and its bearer secret, which is stored nowhere but here."""

    session: Session
    secret: str


def open_session(label: str) -> Opened:
    """A session of a new, anonymous reader."""
    with transaction.atomic():
        return Opened(*Session.objects.open(Reader.objects.create_anonymous(), label))


def touch(session: Session, today: date) -> None:
    """Note that a session is in use. The first call of a day writes, the others cost nothing."""
    if session.seen_on < today:
        session.seen_on = today
        session.save(update_fields=["seen_on"])
