"""What every page's template knows."""

from django.conf import settings
from django.http import HttpRequest


def product(_: HttpRequest) -> dict[str, str]:
    return {
        "site_url": settings.SITE_URL,
        "app_store_url": settings.APP_STORE_URL,
        "play_store_url": settings.PLAY_STORE_URL,
    }
