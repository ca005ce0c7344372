"""What makes the site an app without a store: the manifest, the service worker, what is shown
offline; and the page that leads to the stores.
"""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from articles.pages.headers import guard, public_page

MANIFEST = "application/manifest+json"


@public_page
def about(request: HttpRequest, lang: str) -> HttpResponse:  # noqa: ARG001 - read by the decorator
    return render(request, "articles/about.html")


@public_page
def offline(request: HttpRequest, lang: str) -> HttpResponse:  # noqa: ARG001 - as above
    return render(request, "articles/offline.html")


@public_page
def saved(request: HttpRequest, lang: str) -> HttpResponse:  # noqa: ARG001 - as above
    """The same for everybody: what was saved is in the browser."""
    return render(request, "articles/saved.html")


@public_page
def manifest(_: HttpRequest, lang: str) -> JsonResponse:
    home = reverse("home", args=[lang])
    facts: dict[str, Any] = {
        "id": "/",
        "name": gettext("Daily8 – the news by subject"),
        "short_name": "Daily8",
        "description": gettext(
            "Many publishers on the subjects you follow, and one alert a story."
        ),
        "lang": lang,
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
        "start_url": home,
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f5f7",
        "theme_color": "#ffc530",
        "categories": ["news"],
        "icons": [
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("icon-maskable-512.png", "512x512", "maskable"),
        ],
        "shortcuts": [
            {"name": gettext("My tags"), "url": reverse("my_tags", args=[lang])},
            {"name": gettext("Rising"), "url": reverse("trending", args=[lang])},
        ],
    }
    return JsonResponse(facts, content_type=MANIFEST)


def icon(name: str, sizes: str, purpose: str) -> dict[str, str]:
    source = static(f"articles/{name}")
    return {"src": source, "sizes": sizes, "type": "image/png", "purpose": purpose}


@require_safe
@guard
def service_worker(request: HttpRequest) -> HttpResponse:
    """At the root, since it may serve what is below it only. Browsers look for a new one."""
    written = json.dumps(worker_facts())
    context = {"facts": mark_safe(written)}  # noqa: S308 - JSON of our own words
    response = render(request, "articles/sw.js", context, content_type="text/javascript")
    patch_cache_control(response, no_cache=True)
    return response


def worker_facts() -> dict[str, Any]:
    codes = [code for code, _ in settings.LANGUAGES]
    files = ("daily8.css", "cards.css", "reading.css", "icons.svg", "logo.svg", "card.svg")
    shell = [
        *(reverse(name, args=[code]) for name in ("offline", "saved") for code in codes),
        *(static(f"articles/{name}") for name in (*files, "saved.js", "browser.js")),
    ]
    words = {}
    for code in codes:
        with translation.override(code):
            words[code] = {"open": gettext("Open"), "less": gettext("Less like this")}
    return {
        "version": hashlib.sha256(repr(shell).encode()).hexdigest()[:12],
        "shell": shell,
        "pages": [f"/{code}/" for code in codes],
        "assets": settings.STATIC_URL,
        "isHashed": not settings.DEBUG,
        "icon": static("articles/icon-192.png"),
        "badge": static("articles/icon-badge.png"),
        "words": words,
    }
