from __future__ import annotations

import hashlib
from datetime import date, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import models
from django.db.models import Q

from articles.language import base_language
from articles.models import Reader, Session
from articles.models.identifier import Shard, make_id

DORMANT_AFTER = timedelta(days=30)
GONE_AFTER = timedelta(days=270)


def digest_address(address: str) -> bytes:
    """16 bytes that stand for an address in indexes, failures and logs."""
    return hashlib.sha256(address.encode()).digest()[:16]


class DeviceQuerySet(models.QuerySet["Device"]):
    def live(self) -> DeviceQuerySet:
        return self.filter(state=Device.State.ACTIVE)

    def age(self, today: date) -> tuple[int, int]:
        """Give up devices not seen for 270 days, when FCM has expired their tokens, and let those
        rest that were not seen for 30: how many of each.

        Source: https://firebase.google.com/docs/cloud-messaging/manage-tokens
        """
        unseen = self.exclude(state=Device.State.GONE).filter(seen_on__lt=today - GONE_AFTER)
        gone = unseen.update(state=Device.State.GONE, gone_reason="not seen for 270 days")
        resting = self.live().filter(seen_on__lt=today - DORMANT_AFTER)
        return gone, resting.update(state=Device.State.DORMANT)

    def mark_gone(self, used: list[tuple[UUID, bytes]], reason: str) -> int:
        """Give up devices, but only those that still hold the address that was used.

        An app may have sent a new address between our reading and the provider's word.
        """
        same = [Q(pk=device_id, address_digest=digest) for device_id, digest in used]
        found = self.exclude(state=Device.State.GONE).filter(reduce(or_, same, Q(pk__in=[])))
        return found.update(state=Device.State.GONE, gone_reason=reason)


class Device(models.Model):
    """One installed copy of the app, or one browser, that can receive pushes."""

    class State(models.TextChoices):
        ACTIVE = "active", "active"
        DORMANT = "dormant", "not seen for a month"
        GONE = "gone", "gone"

    class Platform(models.TextChoices):
        ANDROID = "android", "Android"
        IOS = "ios", "iOS"
        WEB = "web", "browser"

    class AddressKind(models.TextChoices):
        FCM_TOKEN = "fcm_token", "FCM registration token"
        FCM_FID = "fcm_fid", "Firebase installation id"
        WEB_PUSH = "web_push", "Web Push subscription"

    id = models.UUIDField(primary_key=True, default=make_id, editable=False)
    reader = models.ForeignKey(Reader, models.CASCADE, related_name="devices")
    session = models.OneToOneField(Session, models.CASCADE, related_name="device")
    platform = models.CharField(max_length=7, choices=Platform)
    app_version = models.CharField(max_length=32, blank=True)
    locale = models.CharField(max_length=35, blank=True)
    zone = models.CharField(max_length=64, default="UTC", help_text="IANA name: Asia/Yerevan")
    address_kind = models.CharField(max_length=9, choices=AddressKind)
    address = models.CharField(max_length=4096)
    address_keys = models.CharField(
        max_length=200, blank=True, help_text="of a Web Push subscription: p256dh.auth, base64url"
    )
    address_digest = models.BinaryField(max_length=16, editable=False)
    state = models.CharField(max_length=7, choices=State, default=State.ACTIVE)
    is_desk = models.BooleanField(
        "of the desk", default=False, help_text="gets test alerts, and a synthetic one each hour"
    )
    gone_reason = models.CharField(max_length=40, blank=True, editable=False)
    seen_on = models.DateField(auto_now=True)
    created_at = models.DateTimeField(auto_now_add=True)
    shard = models.GeneratedField(
        expression=Shard("reader_id"), output_field=models.IntegerField(), db_persist=True
    )

    objects = DeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "address_digest",
                name="address_on_one_device",
                condition=~Q(state="gone"),
            )
        ]
        indexes = [
            models.Index("seen_on", name="device_by_seen", condition=~Q(state="gone")),
            models.Index(fields=["shard", "reader"], name="device_by_shard"),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.pk}"

    def save(self, *args: object, **options: object) -> None:
        self.address_digest = digest_address(self.address)
        super().save(*args, **options)  # type: ignore[arg-type]  # passed through as Django gave it

    def language(self) -> str:
        return base_language(self.locale)
