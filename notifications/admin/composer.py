"""Writing an alert: its form, and what stands beside it while it is written."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language_info

from articles.models import Story
from notifications.drafting import begin_draft, told_before
from notifications.estimates import estimate
from notifications.models import Alert, Device
from notifications.releasing import editors_hold
from notifications.tracing import read_id
from notifications.wording import BODY_BYTES, TITLE_BYTES

LIMITS = {"title": TITLE_BYTES, "body": BODY_BYTES}
MOCKUPS = {"iphone": "iPhone", "android": "Android", "web": "Browser"}
RECENT = timedelta(hours=24)


class AlertForm(forms.ModelForm):
    """A draft, in its own language and those that the product speaks."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        variants = self.initial.get("variants") or self.instance.variants
        if "title" in self.fields:
            self.measure()
        for code, name in settings.LANGUAGES if "language" in self.fields else ():
            words = variants.get(code, {})
            for part, limit in LIMITS.items():
                self.fields[f"{part}_{code}"] = forms.CharField(
                    label=f"{part.capitalize()}, {name}",
                    required=False,
                    max_length=limit,
                    initial=words.get(part, ""),
                    widget=make_widget(part, code),
                )

    def measure(self) -> None:
        """Let the page show how much room is left, in bytes as the platforms count."""
        for part in LIMITS:
            self.fields[part].widget = make_widget(part, "")

    def languages(self) -> list[tuple[str, str, Any, Any]]:
        """Code, name and the two fields of each language."""
        return [
            (code, name, self[f"title_{code}"], self[f"body_{code}"])
            for code, name in settings.LANGUAGES
            if f"title_{code}" in self.fields
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for field, text in list(cleaned.items()):
            limit = LIMITS.get(field.partition("_")[0])
            over = len(str(text).encode()) - limit if limit and text else 0
            if over > 0:
                self.add_error(field, f"Phones would cut it: {over} bytes too long.")
        for code, _ in settings.LANGUAGES:
            if cleaned.get(f"body_{code}") and not cleaned.get(f"title_{code}"):
                self.add_error(f"title_{code}", "A text needs a title.")
        return cleaned

    def clean_expires_at(self) -> Any:
        expires_at = self.cleaned_data["expires_at"]
        if self.instance.state == Alert.State.DRAFT and expires_at <= timezone.now():
            raise forms.ValidationError("Nobody would hear it: choose a later time.")
        return expires_at

    def save(self, commit: bool = True) -> Alert:  # noqa: FBT001, FBT002 - Django's signature
        if "language" in self.fields:
            self.instance.variants = self.read_variants()
        alert: Alert = super().save(commit)
        return alert

    def read_variants(self) -> dict[str, dict[str, str]]:
        """The words in other languages; their picture and link are kept, or the alert's own."""
        data, before = self.cleaned_data, self.initial.get("variants") or self.instance.variants
        own = {"image_url": data["image_url"], "link": data["link"]}
        return {
            code: {
                **own,
                **before.get(code, {}),
                "title": data[f"title_{code}"],
                "body": data[f"body_{code}"],
            }
            for code, _ in settings.LANGUAGES
            if code != data["language"] and data[f"title_{code}"]
        }


def make_widget(part: str, language: str) -> forms.Widget:
    attrs = {"data-bytes": LIMITS[part], "data-part": part, "rows": 2 if part == "title" else 4}
    if language:
        is_bidi = get_language_info(language)["bidi"]
        attrs |= {"lang": language, "dir": "rtl" if is_bidi else "ltr", "data-language": language}
    return forms.Textarea(attrs)


def find_story(request: HttpRequest) -> Story | None:
    story_id = read_id(request.GET.get("story", ""))
    return Story.objects.select_related("lead").filter(pk=story_id).first() if story_id else None


def begin(request: HttpRequest) -> dict[str, Any]:
    """What a new alert begins with, from the story that the editor came from."""
    story = find_story(request)
    return begin_draft(story) if story else {}


def surroundings(story: Story | None) -> dict[str, Any]:
    """What the composer's page shows beside the form."""
    return {
        "told": told_before(story) if story else None,
        "desk_count": Device.objects.live().filter(is_desk=True).count(),
        "mockups": [
            (phone, name, theme) for theme in ("light", "dark") for phone, name in MOCKUPS.items()
        ],
        "second_person": settings.ALERT_SECOND_PERSON,
        "hold": editors_hold(is_breaking=False).total_seconds(),
        "hold_breaking": editors_hold(is_breaking=True).total_seconds(),
    }


def foresee(request: HttpRequest) -> dict[str, Any]:
    """Who would hear the alert as it is written so far, and what was much like it."""
    now = timezone.now()
    tags = [tag_id for tag_id in map(read_id, request.GET.getlist("tags")) if tag_id]
    title = request.GET.get("title", "")[:TITLE_BYTES]
    at = parse_at(request)
    return {
        "estimate": estimate_of(tags, at or now, request),
        "at": at,
        "alike": Alert.objects.like(title, now - RECENT)[:5] if title else [],
        "second_person": settings.ALERT_SECOND_PERSON,
    }


def estimate_of(tags: list[UUID], at: Any, request: HttpRequest) -> Any:
    is_breaking = request.GET.get("is_breaking") == "true"
    return estimate(tags, at, is_breaking=is_breaking) if tags else None


def parse_at(request: HttpRequest) -> Any:
    """The time that is set for it, if there is one yet."""
    try:
        at = parse_datetime(request.GET.get("at", "").strip())
    except ValueError:
        return None
    return timezone.make_aware(at) if at and timezone.is_naive(at) else at
