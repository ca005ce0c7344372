"""A reader's alerts, and when they may come. Thin: the API's own questions and verbs."""

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from articles.models import Follow, Tag
from articles.pages import browser
from articles.pages.headers import private_page
from notifications.models import Alert, Preference, QuietProfile
from notifications.pages.forms import PreferenceForm
from notifications.registration import find_profile, set_preference

SHOWN = [Alert.State.SENDING, Alert.State.SENT, Alert.State.PAUSED, Alert.State.EXPIRED]
NEWEST = 50
KEY_FRESH = 300


@require_safe
def push_key(_: HttpRequest) -> HttpResponse:
    """What a browser subscribes with (RFC 8292); empty where this server sends no Web Push."""
    response = JsonResponse({"key": find_public_key()})
    patch_cache_control(response, public=True, max_age=KEY_FRESH)
    return response


def find_public_key() -> str:
    try:
        public_key = import_string("notifications.transports.webpush.public_key")
    except ImportError:
        return ""
    return str(public_key())


@private_page
def inbox(request: HttpRequest, lang: str) -> HttpResponse:  # noqa: ARG001 - read by the decorator
    """The alerts about what this browser's reader follows, the newest first."""
    session = browser.find_session(request)
    notices = []
    if session:
        reader_id = session.reader_id
        mine = Preference.objects.filter(reader_id=reader_id)
        languages = mine.values_list("languages", flat=True).first() or []
        followed = Follow.objects.current().filter(reader_id=reader_id).values("tag")
        why = Prefetch("tags", Tag.objects.filter(pk__in=followed).order_by("name"))
        heard = Alert.objects.for_reader(reader_id).in_languages(languages).filter(state__in=SHOWN)
        newest = heard.prefetch_related(why).order_by("-created_at", "-pk")[:NEWEST]
        notices = [(alert, alert.told_in(languages)) for alert in newest]
    return render(request, "notifications/inbox.html", {"notices": notices})


@private_page
def settings_page(request: HttpRequest, lang: str) -> HttpResponse:
    """Quiet hours and the daily cap."""
    session = browser.find_session(request)
    if session is None:
        return render(request, "notifications/settings.html", {"form": None})
    mine = Preference.objects.filter(reader_id=session.reader_id).select_related("quiet_profile")
    old = mine.first() or Preference(
        quiet_profile=QuietProfile(
            zone="UTC", start=Preference.QUIET_START, end=Preference.QUIET_END
        )
    )
    if request.method != "POST":
        profile = old.quiet_profile
        first = {"quiet_start": profile.start, "quiet_end": profile.end, "zone": profile.zone}
        form = PreferenceForm(initial=first | {"daily_cap": old.daily_cap})
        return show_settings(request, form)
    form = PreferenceForm(request.POST)
    if not form.is_valid():
        return show_settings(request, form)
    wish = form.cleaned_data
    profile = find_profile(wish["zone"], wish["quiet_start"], wish["quiet_end"])
    set_preference(session.reader_id, profile, wish["daily_cap"], old.languages, timezone.now())
    return redirect(f"{request.path}?kept=yes", lang)


def show_settings(request: HttpRequest, form: PreferenceForm) -> HttpResponse:
    is_kept = "kept" in request.GET
    return render(request, "notifications/settings.html", {"form": form, "is_kept": is_kept})
