"""Why a feed is quiet, in one sentence for editors. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

REASONS = {
    "refused_address": "its address leads to a private network and is never asked",
    "timeout": "its server did not answer in time",
    "too_large": "its document is larger than 10 MB",
    "too_many_redirects": "its server sends us in a circle",
    "bot_wall": "its server shows robots a challenge: ask the publisher to let us in",
    "http_status 401": "its server wants a password",
    "http_status 403": "its server forbids us to read it: ask the publisher to let us in",
    "http_status 404": "there is nothing at its address (404)",
    "http_status 410": "its publisher has removed it for good (410)",
    "http_status 429": "its server finds that we ask too often",
}
SILENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a feed. Times in UTC."""

    state: str
    is_publisher_active: bool
    error: str
    error_count: int
    failing_since: datetime | None
    fetched_at: datetime | None
    changed_at: datetime | None
    due_at: datetime
    is_leased: bool
    is_index: bool = False


def explain(facts: Facts, now: datetime) -> str:  # noqa: PLR0911 - a list of reasons
    """The first reason that holds."""
    if not facts.is_publisher_active:
        return "Its publisher is switched off."
    if facts.state == "paused":
        return "An editor has paused it."
    if facts.state == "ended":
        return f"It has ended: {reason(facts.error)}." if facts.error else "It has ended."
    if facts.error:
        times = "once" if facts.error_count == 1 else f"{facts.error_count} times in a row"
        since, why = facts.failing_since or now, reason(facts.error)
        return (
            f"{why[0].upper()}{why[1:]}; {times} since {since:%d %b %H:%M}."
            f" The next try is {wait(facts.due_at - now)}."
        )
    if facts.fetched_at is None:
        return "It is being fetched for the first time." if facts.is_leased else "It is new."
    if facts.is_index:
        read = ago(now - facts.fetched_at)
        return f"It lists other sitemaps, which are feeds of their own; read {read}."
    if facts.changed_at is None:
        return "It was read without trouble, and had nothing new yet."
    quiet = now - facts.changed_at
    if quiet > SILENT:
        return f"It is read without trouble; its publisher wrote nothing new for {quiet.days} days."
    return f"All is well: news {ago(quiet)}, next look {wait(facts.due_at - now)}."


def reason(error: str) -> str:
    if error in REASONS:
        return REASONS[error]
    if error.startswith("http_status 5"):
        return f"its server is in trouble ({error.rpartition(' ')[2]})"
    if error.startswith("connection"):
        return f"its server cannot be reached ({error.partition(': ')[2]})"
    if error.startswith("not a feed"):
        return f"what it sends is {error}"
    return f"there is trouble: {error}"


def wait(left: timedelta) -> str:
    return "due now" if left <= timedelta(0) else f"in {span(left)}"


def ago(passed: timedelta) -> str:
    return f"{span(passed)} ago"


def span(length: timedelta) -> str:
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return "less than a minute"
    if minutes < 120:  # noqa: PLR2004 - minutes
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} days"
