"""The desk, walked by those who may."""

from collections.abc import Callable

import pytest
from django.conf import settings

from tests.browser.conftest import Visiting
from tests.browsing import DESK, Visitor
from tests.desk import make_staff

Enter = Callable[..., Visitor]
ROLES = ("Curator", "Alert editor", "Publisher manager", "Auditor")


@pytest.fixture
def enter(visiting: Visiting) -> Enter:
    """Sits somebody with a role down at the desk."""

    def enter(role: str, name: str = "", **options: object) -> Visitor:
        secret = make_staff(role, name).cookies[settings.SESSION_COOKIE_NAME].value
        visitor = visiting(viewport=DESK, **options)
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": secret, "url": visitor.site}
        visitor.context.add_cookies([cookie])  # type: ignore[list-item]  # a cookie as Playwright wants it
        return visitor

    return enter
