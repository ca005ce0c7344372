"""Who may go where at the desk, and who is offered what."""

import pytest
from django.db.models import Model
from django.utils import timezone

from articles.corrections import lock
from articles.models import (
    Article,
    Correction,
    Feed,
    LongAction,
    Publisher,
    Retagging,
    Section,
    Story,
    StoryPair,
    Suggestion,
    Tag,
)
from articles.retagging import begin
from notifications.models import Alert, Device
from tests import make
from tests.browser.desk.conftest import ROLES, Enter
from tests.browsing import Visitor
from tests.desk import address
from tests.told import follower, plan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CURATOR, EDITOR, MANAGER, AUDITOR = ({role} for role in ROLES)
ALL = set(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_doors_are_open_to_the_roles_that_may(enter: Enter, role: str) -> None:
    tag = make.tag()
    doors = {
        "/admin/": ALL,
        "/admin/articles/storypair/decide/": CURATOR,
        "/admin/articles/article/inbox/": CURATOR,
        "/admin/articles/feed/discover/": MANAGER,
        "/admin/articles/feed/import/": MANAGER,
        "/admin/articles/feed/health/": CURATOR | MANAGER | AUDITOR,
        address(Article, "changelist"): ALL,
        address(Story, "changelist"): ALL,
        address(Correction, "changelist"): CURATOR | AUDITOR,
        address(LongAction, "changelist"): CURATOR | MANAGER | AUDITOR,
        address(Tag, "add"): CURATOR,
        address(Tag, "merge", tag.pk): CURATOR,
        address(Suggestion, "changelist"): CURATOR | AUDITOR,
        address(Retagging, "changelist"): CURATOR | AUDITOR,
        address(Section, "add"): CURATOR | MANAGER,
        address(Publisher, "add"): MANAGER,
        address(Alert, "add"): EDITOR,
        address(Alert, "changelist"): CURATOR | EDITOR | AUDITOR,
        address(Device, "changelist"): EDITOR | AUDITOR,
    }
    visitor = enter(role)

    for door, roles in doors.items():
        answer = visitor.page.goto(visitor.site + door)
        assert answer
        assert (answer.status == 200) == (role in roles), door
    exported = visitor.page.request.get(visitor.site + address(Feed, "export"))
    assert exported.ok == (role in CURATOR | MANAGER | AUDITOR)
    visitor.forget_refusals()


@pytest.mark.parametrize("role", ROLES)
def test_what_is_posted_is_refused_from_the_roles_that_may_not(enter: Enter, role: str) -> None:
    article, tag, feed = make.article(), make.tag(), make.feed()
    alert = plan(tag)
    posted: dict[str, tuple[set[str], dict[str, str]]] = {
        address(Article, "change", article.pk): (CURATOR, {"title": "Another"}),
        address(Article, "inbox"): (CURATOR, {"act": "approve"}),
        address(Story, "change", article.story_id): (CURATOR, {"is_locked": "on"}),
        address(Story, "rearrange", article.story_id): (CURATOR, {"act": "split"}),
        address(Correction, "undo", 1): (CURATOR, {}),
        address(StoryPair, "decide"): (CURATOR, {"answer": "same"}),
        address(Tag, "change", tag.pk): (CURATOR, {"label_hy": "Another"}),
        address(Tag, "merge", tag.pk): (CURATOR, {"target": "Nowhere"}),
        address(Alert, "add"): (EDITOR, {"_send": "yes"}),
        address(Alert, "change", alert.pk): (EDITOR, {"_test": "yes"}),
        address(Alert, "act", alert.pk): (EDITOR, {"act": "pause"}),
        address(Publisher, "change", feed.publisher_id): (MANAGER, {"trust": "approval"}),
        address(Feed, "change", feed.pk): (MANAGER, {"state": "paused"}),
        address(Feed, "health"): (MANAGER, {"act": "fetch_now", "feed": str(feed.pk)}),
        address(Feed, "discover"): (MANAGER, {}),
        address(Feed, "import"): (MANAGER, {}),
    }
    visitor = enter(role)
    visitor.go("/admin/")

    for door, (roles, form) in posted.items():
        assert post(visitor, door, form) == (200 if role in roles else 403), door


def post(visitor: Visitor, door: str, form: dict[str, str]) -> int:
    """The status, with the token of the page: without one everybody would be refused."""
    token = visitor.page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    sent: dict[str, str | float | bool] = {"csrfmiddlewaretoken": token, **form}
    return visitor.page.request.post(visitor.site + door, form=sent).status


@pytest.mark.parametrize("role", ROLES)
def test_roles_are_offered_what_they_may(enter: Enter, role: str) -> None:
    told, tag, feed = make.article(), make.tag(), make.feed()
    follower(tag, "phone")
    article = address(Article, "change", told.pk)
    story = address(Story, "change", told.story_id)
    subject = address(Tag, "change", tag.pk)
    alert = address(Alert, "change", plan(tag).pk)
    publisher = address(Publisher, "change", feed.publisher_id)
    health, save = address(Feed, "health"), "input[name=_save]"
    offered = [
        ("/admin/", "text=Write an alert", EDITOR),
        (article, save, CURATOR),
        (article, "section.original", ALL),
        (story, save, CURATOR),
        (story, "text=Split the ticked ones off", CURATOR),
        (story, "text=Let the ticked one lead", CURATOR),
        (story, "text=Write an alert", EDITOR),
        (subject, save, CURATOR),
        (subject, "text=Merge into another tag", CURATOR),
        (alert, "#live", CURATOR | EDITOR | AUDITOR),
        (alert, "#who", CURATOR | EDITOR | AUDITOR),
        (alert, "#live button:text-is('Pause')", EDITOR),
        (alert, "text=Send as a correction", EDITOR),
        (alert, "text=Take it back from phones", EDITOR),
        (publisher, save, MANAGER),
        (health, ".board", CURATOR | MANAGER | AUDITOR),
        (health, "text=Fetch now", MANAGER),
    ]
    visitor = enter(role)

    for door, part, roles in offered:
        count = visitor.go(door).locator(part).count()
        assert (count > 0) == (role in roles), (door, part)
    visitor.forget_refusals()


@pytest.mark.parametrize("role", ROLES)
def test_lists_have_the_actions_of_a_role(enter: Enter, role: str) -> None:
    tag = make.tag()
    lock(make.story_of(make.article()), None, timezone.now(), is_locked=True)
    plan(tag)
    make.feed()
    make.suggestion()
    begin(tag, None, timezone.now())
    actions: dict[type[Model], tuple[set[str], set[str]]] = {
        Article: (CURATOR, {"hide", "show", "to_section", "put_tag", "move", "split"}),
        Story: (CURATOR, {"merge", "link"}),
        Tag: (CURATOR, {"merge"}),
        Suggestion: (CURATOR, {"accept", "accept_for", "dismiss"}),
        Retagging: (CURATOR, {"apply"}),
        Correction: (CURATOR, {"undo"}),
        Feed: (MANAGER, {"pause", "resume", "fetch_now"}),
        Device: (EDITOR, {"take_to_desk", "release_from_desk"}),
        Alert: (EDITOR, {"send", "test", "pause", "resume", "cancel", "take_back"}),
    }
    visitor = enter(role)

    for model, (roles, names) in actions.items():
        page = visitor.go(address(model, "changelist"))
        options = page.locator("select[name=action] option").all()
        shown = {option.get_attribute("value") for option in options}
        assert names <= shown if role in roles else not names & shown, model
    visitor.forget_refusals()
