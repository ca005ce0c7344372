"""What the desk's templates can say beyond Django's own words."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone

from articles.diagnosis import ago, span

register = template.Library()
MINUTE = timedelta(minutes=1)


@register.filter
def passed(moment: datetime | None) -> str:
    """How long ago it was."""
    return ago(timezone.now() - moment) if moment else "never"


@register.filter
def length_of(length: timedelta | None) -> str:
    """A length of time, in seconds where it is short."""
    if length is None:
        return ""
    return f"{length.total_seconds():.0f} s" if length < 2 * MINUTE else span(length)


@register.filter
def percent(share: float) -> str:
    return f"{share:.0%}"
