"""What every page's template knows."""

from django.conf import settings
from django.http import HttpRequest


def product(_: HttpRequest) -> dict[str, str]:
    """The product's addresses, and the language of a page whose view names none, as of a 404."""
    return {
        "site_url": settings.SITE_URL,
        "app_store_url": settings.APP_STORE_URL,
        "play_store_url": settings.PLAY_STORE_URL,
        "lang": settings.LANGUAGE_CODE,
    }
