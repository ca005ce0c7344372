"""What every page's template knows."""

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation


def product(request: HttpRequest) -> dict[str, Any]:
    """The product's addresses, the language that is spoken, and the same page in the others."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    _, _, rest = request.path.removeprefix("/").partition("/")
    return {
        "site_url": settings.SITE_URL,
        "app_store_url": settings.APP_STORE_URL,
        "play_store_url": settings.PLAY_STORE_URL,
        "app_store_id": find(r"/id(\d+)", settings.APP_STORE_URL),
        "play_store_id": find(r"[?&]id=([\w.]+)", settings.PLAY_STORE_URL),
        "lang": language,
        "direction": "rtl" if translation.get_language_bidi() else "ltr",
        "languages": [(code, name, f"/{code}/{rest}") for code, name in settings.LANGUAGES],
    }


def find(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""
