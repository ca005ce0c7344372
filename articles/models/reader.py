from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from functools import cache
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from articles.models.identifier import Shard, came_through_field, changed_in_field, make_id
from articles.models.statement import ask
from articles.models.tag import Tag


class ReaderManager(BaseUserManager["Reader"]):
    def create_anonymous(self) -> Reader:
        """A reader who gave neither name nor address; an app's first start makes one."""
        reader = self.model()
        reader.set_unusable_password()
        reader.save()
        return reader

    def create_superuser(self, email: str, password: str) -> Reader:
        reader = self.model(email=self.normalize_email(email), is_staff=True, is_superuser=True)
        reader.set_password(password)
        reader.save()
        return reader


class Reader(AbstractBaseUser, PermissionsMixin):
    """A person who uses the app; staff are readers with `is_staff`."""

    id = models.UUIDField(primary_key=True, default=make_id, editable=False)
    email = models.EmailField(unique=True, null=True, blank=True)
    account = models.CharField(
        max_length=128,
        unique=True,
        null=True,
        blank=True,
        editable=False,
        help_text="who signed in, as the provider of sign-ins says; empty: anonymous",
    )
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ReaderManager()

    USERNAME_FIELD = "email"

    def __str__(self) -> str:
        return self.email or f"reader {self.pk}"


# The living session that a secret opens, and its reader.
OPENED = """
    articles_session s JOIN articles_reader r ON r.id = s.reader_id
    WHERE s.secret_hash = %(secret)s AND s.revoked_at IS NULL AND r.is_active
"""


class SessionQuerySet(models.QuerySet["Session"]):
    def open(self, reader: Reader, label: str) -> tuple[Session, str]:
        """A new session and its bearer secret, which is stored nowhere but in the answer."""
        secret = secrets.token_urlsafe(32)
        return self.create(reader=reader, label=label, secret_hash=hash_secret(secret)), secret

    def find(self, secret: str) -> Session | None:
        """The living session that a bearer secret opens, with its reader. Every request asks, so
        it is asked without Django's way of building a statement, which takes ten times as long.
        """
        for row in ask(find_statement(), {"secret": hash_secret(secret)}):
            own = columns_of(Session)
            session = Session.from_db(self.db, own, row[: len(own)])
            session.reader = Reader.from_db(self.db, columns_of(Reader), row[len(own) :])
            return session
        return None


@cache
def columns_of(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - Django's documented Meta API


@cache
def find_statement() -> str:
    shown = [f"s.{name}" for name in columns_of(Session)]
    shown += [f"r.{name}" for name in columns_of(Reader)]
    return f"SELECT {', '.join(shown)} FROM {OPENED}"  # noqa: S608 - names of columns


def hash_secret(secret: str) -> bytes:
    """SHA-256: 256 random bits need no slow hash, unlike passwords."""
    return hashlib.sha256(secret.encode()).digest()


class Session(models.Model):
    """One sign-in of a reader on an app or browser, proved by a bearer secret."""

    id = models.UUIDField(primary_key=True, default=make_id, editable=False)
    reader = models.ForeignKey(Reader, models.CASCADE, related_name="sessions")
    label = models.CharField(max_length=80, blank=True, help_text="which app or browser")
    secret_hash = models.BinaryField(max_length=32, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    seen_on = models.DateField(auto_now_add=True, help_text="a date: at most one write a day")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [
            # Audiences ask of each device whether its session has ended; few have.
            models.Index("id", name="session_ended", condition=Q(revoked_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.label or 'session'} of {self.reader_id}"

    def revoke(self, now: datetime) -> None:
        """End the session. Its device is silent from then on: audiences skip ended sessions."""
        self.revoked_at = now
        self.save(update_fields=["revoked_at"])


# In the order of their ids, so that two of a reader's phones do not wait for each other.
BEGIN = """
    INSERT INTO articles_follow AS f (reader_id, tag_id, level, followed_at)
    SELECT %(reader)s, wanted.tag_id, wanted.level, %(now)s
    FROM unnest(%(tags)s::uuid[], %(levels)s::text[]) AS wanted(tag_id, level)
    ORDER BY wanted.tag_id
    ON CONFLICT (reader_id, tag_id) DO UPDATE SET
        level = excluded.level,
        ended_at = NULL,
        followed_at = CASE WHEN f.ended_at IS NULL THEN f.followed_at ELSE excluded.followed_at END,
        came_through = CASE WHEN f.ended_at IS NULL THEN f.came_through END
    WHERE f.level <> excluded.level OR f.ended_at IS NOT NULL
"""


class FollowQuerySet(models.QuerySet["Follow"]):
    def current(self) -> FollowQuerySet:
        return self.filter(ended_at__isnull=True)

    def shown_to(self, reader_id: UUID) -> FollowQuerySet:
        """A reader's own, without those of tags that were merged into others."""
        mine = self.current().filter(reader_id=reader_id, tag__merged_into=None)
        return mine.select_related("tag")

    def begin(self, reader_id: UUID, tag: Tag, level: str, now: datetime) -> Follow:
        """Follow a tag at a level. Beginning again after an end starts a new `followed_at`."""
        self.begin_all(reader_id, {tag.pk: level}, now)
        return self.select_related("tag").get(reader_id=reader_id, tag=tag)

    def begin_all(self, reader_id: UUID, levels: dict[UUID, str], now: datetime) -> None:
        """Follow many tags, each at its level, in one statement."""
        values = {"tags": list(levels), "levels": list(levels.values())}
        ask(BEGIN, {**values, "reader": reader_id, "now": now})

    def end(self, reader_id: UUID, tag: Tag, now: datetime) -> int:
        """Follow a tag no more, nor what was merged into it."""
        same = Q(tag=tag) | Q(tag__merged_into=tag)
        return self.current().filter(same, reader_id=reader_id).update(ended_at=now)


class Follow(models.Model):
    """A reader's wish to hear about a tag. An ended one stays: other apps must learn of the end."""

    class Level(models.TextChoices):
        ALL = "all", "every story"
        TOP = "top", "the most important stories"
        DIGEST = "digest", "once a day, together"
        MUTE = "mute", "never, whatever else is followed"

    reader = models.ForeignKey(Reader, models.CASCADE, related_name="follows", db_index=False)
    tag = models.ForeignKey(Tag, models.CASCADE, related_name="follows")
    level = models.CharField(max_length=6, choices=Level, default=Level.ALL)
    followed_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    shard = models.GeneratedField(
        expression=Shard("reader_id"), output_field=models.IntegerField(), db_persist=True
    )
    came_through = came_through_field()
    changed_in = changed_in_field()

    objects = FollowQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint("reader", "tag", name="follow_once_per_tag")]
        indexes = [
            models.Index(
                fields=["tag", "shard", "reader"],
                include=["level", "followed_at"],
                name="follow_audience",
                condition=Q(ended_at__isnull=True),
            ),
            models.Index(
                fields=["tag", "shard", "reader"],
                name="follow_muted",
                condition=Q(ended_at__isnull=True, level="mute"),
            ),
            models.Index(
                fields=["reader", "tag"],
                include=["level"],
                name="follow_of_reader",
                condition=Q(ended_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reader_id} follows {self.tag_id}"
