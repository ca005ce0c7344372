"""Verb: before an alert's first message: is it one that the provider takes, and will those who tap
it see the page as it is now? And the same by hand: a test to the desk.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now

from notifications.models import Alert, Device
from notifications.notices import address, make_notice, name_tags
from notifications.transports.base import Outcome, Transport
from notifications.verdict import judge_outcome

logger = logging.getLogger(__name__)

TEST_LIFE = timedelta(minutes=5)


def preflight(alert: Alert, transport: Transport) -> bool:
    """Whether an alert may go, asked once. Stops it where the provider refuses it for a device of
    the desk; a desk without devices, or whose own phone is off, stops nothing.
    """
    if alert.checked_at:
        return True
    if settings.CDN_PURGE_URL:
        from notifications.purging import purge_pages  # noqa: PLC0415 - an HTTP client of 5 MB

        purge_pages({alert.link, *(variant["link"] for variant in alert.variants.values())})
    device = Device.objects.live().filter(is_desk=True).order_by("pk").first()
    refusal = None
    if device:
        notice = make_notice(alert, alert.own(), TEST_LIFE, name_tags(alert))
        refusal = judge_outcome(transport.check(address(notice, device)))
    going = Alert.objects.filter(pk=alert.pk, state=Alert.State.SENDING)
    if refusal is None:
        going.update(checked_at=Now())
        return True
    state, reason = refusal
    going.update(state=state.value, stop_reason=reason)
    logger.error("alert refused in preflight", extra={"alert": str(alert.pk), "reason": reason})
    return False


def send_test(
    alert: Alert, devices: Iterable[Device], transport: Transport
) -> list[tuple[Device, Outcome]]:
    """Show an alert on some devices now, whatever its state; it counts for nobody."""
    notice = make_notice(alert, alert.own(), TEST_LIFE, name_tags(alert))
    asked = {device.pk: device for device in devices}
    sent = transport.send(address(notice, device) for device in asked.values())
    return [(asked[message.device_id], outcome) for message, outcome in sent]
