"""Who may go where at the desk."""

import pytest

from tests.browser.desk.conftest import ROLES, Enter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("role", ROLES)
def test_doors_are_open_to_the_roles_that_may(enter: Enter, role: str) -> None:
    doors = {
        "/admin/notifications/alert/add/": {"Alert editor"},
        "/admin/articles/storypair/decide/": {"Curator"},
        "/admin/articles/article/inbox/": {"Curator"},
        "/admin/articles/tag/add/": {"Curator"},
        "/admin/articles/feed/discover/": {"Publisher manager"},
        "/admin/articles/feed/health/": {"Curator", "Publisher manager", "Auditor"},
        "/admin/articles/story/": {"Curator", "Alert editor", "Publisher manager", "Auditor"},
    }
    visitor = enter(role)

    for door, roles in doors.items():
        answer = visitor.page.goto(visitor.site + door)
        assert answer
        assert (answer.status == 200) == (role in roles), door
    # A closed door is said to be so on the console as well, and has no icon of ours.
    closed = ("403", "404")
    visitor.troubles = [each for each in visitor.troubles if not any(c in each for c in closed)]
