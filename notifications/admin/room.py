"""What the page of an alert shows and offers once it is more than a draft."""

from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from articles.charts import Bar, draw_rows
from articles.models import Reader
from notifications import control
from notifications.funnel import make_funnel
from notifications.models import Alert, Variant
from notifications.tracing import trace
from notifications.wording import make_title

HELD_BACK = {"cap": "had enough today", "gap": "had one just now", "deviceless": "no device"}
ENDED = (Alert.State.SENT, Alert.State.CANCELLED, Alert.State.EXPIRED, Alert.State.FAILED)


def draw_funnel(funnel: dict[str, Any]) -> SafeString:
    """From readers whom it could concern to those who opened it."""
    readers, messages, reactions = (funnel[k] for k in ("readers", "messages", "reactions"))
    seconds = funnel["seconds"]
    bars = [
        Bar("follow its tags", readers.get("targeted", 0)),
        Bar("may hear it", readers.get("eligible", 0)),
        Bar("asleep when it went", readers.get("asleep", 0), "rest"),
        *(Bar(text, funnel["held_back"].get(key, 0), "rest") for key, text in HELD_BACK.items()),
        Bar("handed over", messages["accepted"], "good-bar"),
        Bar("refused", messages["failed"], "bad-bar"),
        Bar("unclear", messages["ambiguous"], "rest"),
        Bar("reported as shown", reactions["received"], "sun"),
        Bar("opened", reactions["opened"], "sun"),
        Bar("turned alerts off", reactions["turned_off"], "bad-bar"),
    ]
    title = "What it did"
    if seconds["p50"] is not None:
        title += f", {seconds['p50']:.1f} s to the phone"
    return mark_safe(draw_rows(bars, title))  # noqa: S308 - the drawing escapes its texts


def describe(alert: Alert, *, may_send: bool) -> dict[str, Any]:
    """What the live part of the page is made of."""
    funnel = make_funnel(alert)
    waiting = list(alert.batches.unfinished().values_list("release_at", flat=True))
    now = timezone.now()
    next_at = min(waiting, default=now)
    return {
        "alert": alert,
        "may_send": may_send,
        "chart": draw_funnel(funnel),
        "funnel": funnel,
        "told_count": alert.told_count(),
        "batch_count": alert.batches.count(),
        "waiting_count": len(waiting),
        "next_at": next_at if next_at > now else None,
        "is_over": alert.state in ENDED,
        "can_follow_up": alert.planned_at is not None
        and alert.story_id is not None
        and alert.kind not in {Alert.Kind.DIGEST, Alert.Kind.RETRACTION},
    }


def act(alert: Alert, name: str, form: Any, editor: Reader | None) -> str:
    """Do what a button of the page says; what came of it. Raises ControlError."""
    now, by = timezone.now(), str(editor)
    match name:
        case "pause":
            done = control.pause(alert, by)
        case "resume":
            done = control.resume(alert, now)
        case "cancel":
            done = control.cancel(alert, by)
        case "update" | "correction":
            kind = Alert.Kind(name)
            made = control.follow_up(alert, kind, read_words(alert, form), editor, now)
            goes_at = f"{made.release_at or now:%H:%M:%S} UTC"
            return f"{made.get_kind_display()} goes to those who had it, at {goes_at}"
        case "retraction":
            control.follow_up(alert, Alert.Kind.RETRACTION, alert.own(), editor, now)
            had = f"{count:,} phones" if (count := alert.told_count()) != 1 else "1 phone"
            return f"taken back; {had} had it"
        case _:
            raise control.ControlError("nobody knows how to do that")
    return f"{done}; {alert.told_count():,} already sent"


def read_words(alert: Alert, form: Any) -> Variant:
    title = make_title(form.get("new_title", ""))
    if not title:
        raise control.ControlError("what it follows with needs a title")
    own = alert.own()
    return Variant(own.language, title, form.get("new_body", "")[:600], own.image_url, own.link)


def trace_context(alert: Alert, who: str) -> dict[str, Any]:
    who = who.strip()
    return {"who": who, "trace": trace(alert, who, timezone.now()) if who else None}
