"""Verb: let hubs send us what feeds publish, and believe only what they sign.

Source: https://www.w3.org/TR/websub/, a subscriber. A hub is asked when a feed names it, and
again before the lease ends; polling goes on as a net, at full pace while the hub is silent.
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings

from articles.feeds.fetch import FORM, Fetched, FetchError, post
from articles.feeds.hub import find_hub
from articles.models import Feed, HubSubscription
from articles.outbound import Guard

logger = logging.getLogger(__name__)

LEASE = timedelta(days=5)
RETRY = timedelta(hours=1)
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=30)
SIGNATURES = ("sha1", "sha256", "sha384", "sha512")  # section 7.1, "recognized algorithms"


def follow_hub(feed: Feed, answer: Fetched, now: datetime) -> HubSubscription | None:
    """Note the hub that an answer names; the subscription where it is new and to be asked for."""
    hub = find_hub(answer.link, answer.body, answer.content_type, answer.url)
    guard = Guard(allow_private=settings.OUTBOUND_ALLOW)
    if hub is None or not guard.allows(hub.url) or max(len(hub.url), len(hub.topic_url)) > 1000:  # noqa: PLR2004 - columns
        return None
    subscription, is_new = HubSubscription.objects.get_or_create(
        feed=feed,
        defaults={
            "hub_url": hub.url,
            "topic_url": hub.topic_url,
            "secret": secrets.token_urlsafe(32),
            "renew_at": now,
        },
    )
    if (subscription.hub_url, subscription.topic_url) == (hub.url, hub.topic_url):
        return subscription if is_new else None
    subscription.hub_url, subscription.topic_url = hub.url, hub.topic_url
    subscription.state, subscription.renew_at = HubSubscription.State.ASKED, now
    subscription.save()
    return subscription


def subscribe(subscription_id: UUID, now: datetime) -> None:
    """Ask the hub, or ask again for a longer lease. Its answer only says that it will think of it;
    it comes back with `confirm`.
    """
    subscription = HubSubscription.objects.filter(pk=subscription_id).first()
    if subscription is None:
        return
    subscription.asked_at, subscription.renew_at = now, now + RETRY
    subscription.error = ask_hub(subscription)
    subscription.save(update_fields=["asked_at", "renew_at", "error"])
    logger.info(
        "hub asked", extra={"feed": subscription.feed_id, "error": subscription.error or None}
    )


def ask_hub(subscription: HubSubscription) -> str:
    """Why the hub did not accept; nothing where it did."""
    form = {
        "hub.callback": callback_url(subscription),
        "hub.mode": "subscribe",
        "hub.topic": subscription.topic_url,
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
        "hub.secret": subscription.secret,
    }
    guard = Guard(allow_private=settings.OUTBOUND_ALLOW)
    try:
        status = post(guard, subscription.hub_url, urlencode(form).encode(), FORM)
    except FetchError as error:
        return error.reason
    return "" if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES else f"http_status {status}"


def callback_url(subscription: HubSubscription) -> str:
    """Unguessable, so nobody but the hub knows where to deliver."""
    return f"{settings.SITE_URL}/websub/{subscription.pk}"


def confirm(subscription_id: UUID, asked: Mapping[str, str], now: datetime) -> str | None:
    """The challenge to be echoed, "" for a denial taken note of, None for what we did not ask."""
    subscription = HubSubscription.objects.filter(pk=subscription_id).first()
    if subscription is None or asked.get("hub.topic") != subscription.topic_url:
        return None
    mode = asked.get("hub.mode")
    if mode == "denied":
        subscription.state = HubSubscription.State.DENIED
        subscription.error = asked.get("hub.reason", "")[:200]
        subscription.renew_at = now + LONGEST
        subscription.save(update_fields=["state", "error", "renew_at"])
        return ""
    challenge = asked.get("hub.challenge", "")
    if mode != "subscribe" or not challenge:
        return None
    lease = read_lease(asked.get("hub.lease_seconds", ""))
    subscription.state, subscription.error = HubSubscription.State.ACTIVE, ""
    subscription.renew_at, subscription.missed_count = now + lease * 0.8, 0
    subscription.save(update_fields=["state", "error", "renew_at", "missed_count"])
    return challenge


def read_lease(seconds: str) -> timedelta:
    """What the hub grants, within reason; some grant nothing in words and mean what was asked."""
    is_number = seconds.isascii() and seconds.isdigit()
    lease = timedelta(seconds=int(seconds[:9])) if is_number else LEASE
    return max(SHORTEST, min(lease, LONGEST))


def is_signed(subscription: HubSubscription, signature: str, body: bytes) -> bool:
    """Whether a delivery carries the hub's signature of it (section 7.1)."""
    method, _, digest = signature.strip().partition("=")
    if method.lower() not in SIGNATURES:
        return False
    made = hmac.new(subscription.secret.encode(), body, getattr(hashlib, method.lower()))
    return hmac.compare_digest(made.hexdigest(), digest.lower())


def note_delivery(subscription: HubSubscription, now: datetime) -> None:
    subscription.delivered_at, subscription.missed_count = now, 0
    subscription.save(update_fields=["delivered_at", "missed_count"])


def note_missed(subscription: HubSubscription) -> None:
    """Polling found what the hub should have sent: poll at full pace until it sends again."""
    subscription.missed_count += 1
    subscription.save(update_fields=["missed_count"])
