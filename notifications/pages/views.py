"""A reader's alerts, and when they may come. Thin: the API's own questions and verbs."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from articles.pages import browser
from articles.pages.headers import private_page
from notifications.inbox import alerts_for, see_inbox, stand_with
from notifications.models import Preference, QuietProfile
from notifications.pages.forms import PreferenceForm
from notifications.preferences import set_preference
from notifications.standing import Standing
from notifications.transports.webpush import public_key

NEWEST = 50
KEY_FRESH = 300


@require_safe
def push_key(_: HttpRequest) -> HttpResponse:
    """What a browser subscribes with (RFC 8292); empty where this server sends no Web Push."""
    response = JsonResponse({"key": public_key()})
    patch_cache_control(response, public=True, max_age=KEY_FRESH)
    return response


@private_page
def inbox(request: HttpRequest, lang: str) -> HttpResponse:  # noqa: ARG001 - read by the decorator
    """The alerts about what this browser's reader follows, the newest first."""
    session = browser.find_session(request)
    if session is None:
        return render(request, "notifications/inbox.html", {"notices": []})
    now = timezone.now()
    languages = find_preference(session.reader_id).languages
    alerts = list(alerts_for(session.reader_id, languages)[:NEWEST])
    stands = stand_with(session.reader_id, alerts, now)
    see_inbox(session.reader_id, now)
    notices = [(alert, alert.told_in(languages), stands.get(alert.pk)) for alert in alerts]
    return render(request, "notifications/inbox.html", {"notices": notices, "Standing": Standing})


@private_page
def settings_page(request: HttpRequest, lang: str) -> HttpResponse:  # noqa: ARG001 - as above
    """Quiet hours, cap, gap and digest."""
    session = browser.find_session(request)
    if session is None:
        return render(request, "notifications/settings.html", {"form": None})
    preference = find_preference(session.reader_id)
    if request.method != "POST":
        return show_settings(request, PreferenceForm.showing(preference))
    form = PreferenceForm(request.POST)
    if not form.is_valid():
        return show_settings(request, form)
    set_preference(session.reader_id, form.make_wish(preference.languages), timezone.now())
    return redirect(f"{request.path}?kept=yes")


def find_preference(reader_id: UUID) -> Preference:
    """The reader's, or what counts until the reader says something."""
    mine = Preference.objects.filter(reader_id=reader_id).select_related("quiet_profile")
    return mine.first() or Preference(
        quiet_profile=QuietProfile(
            zone="UTC",
            start=Preference.QUIET_START,
            end=Preference.QUIET_END,
            digest_at=Preference.DIGEST_AT,
        )
    )


def show_settings(request: HttpRequest, form: PreferenceForm) -> HttpResponse:
    is_kept = "kept" in request.GET
    return render(request, "notifications/settings.html", {"form": form, "is_kept": is_kept})
