from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from articles import corrections, long_actions, retagging
from articles.models import (
    Alias,
    Article,
    ArticleText,
    Correction,
    Feed,
    Follow,
    LongAction,
    Publisher,
    PublisherKeyword,
    Reader,
    Retagging,
    Section,
    Session,
    Story,
    StoryPair,
    Suggestion,
    Tag,
)
from tests import make
from tests.desk import address, count_queries, no_rows, run_action, sign_in

PASSWORD = "a-staff-password-for-tests"

pytestmark = pytest.mark.django_db


def make_article() -> Article:
    article = make.article(tags=[make.tag(), make.tag()])
    ArticleText.objects.create(article=article, html="<p>Cleaned.</p>")
    return article


def make_told_story() -> Story:
    return make.story_of(make_article())


def make_pair() -> StoryPair:
    stories = {"story": make_told_story(), "other": make_told_story()}
    return StoryPair.objects.create(likeness=0.14, **stories)


def make_editor_row() -> Reader:
    return make.reader(f"editor{Reader.objects.count()}@example.org")


def make_section() -> Section:
    return make.section(f"Section {Section.objects.count()}")


ROWS: dict[type[Model], Callable[[], Model]] = {
    Publisher: lambda: make.feed().publisher,
    Feed: lambda: make.feed(section=make_section(), error="HTTP 500"),
    Article: make_article,
    Story: make_told_story,
    Tag: make.tag,
    Alias: lambda: Alias.objects.get(tag=make.tag()),
    Section: make_section,
    Reader: lambda: make.reader(f"reader{Reader.objects.count()}@example.org"),
    Session: lambda: make.session()[0],
    Follow: lambda: make.follow(make.reader(), make.tag()),
    Correction: lambda: corrections.lock(make_told_story(), make_editor_row(), make.NOON),
    StoryPair: make_pair,
    Suggestion: lambda: make.suggestion(examples=[make_article().pk], tag=make.tag()),
    PublisherKeyword: lambda: make.keyword(tag=make.tag()),
    LongAction: lambda: long_actions.begin(
        LongAction.Kind.HIDE, "Hide", ["1"], make_editor_row(), make.NOON
    ),
    Retagging: lambda: retagging.begin(make.tag(), make_editor_row(), make.NOON),
}
MADE_BY_HAND = [Publisher, Feed, Tag, Section, Reader, Follow]


@pytest.mark.parametrize("model", ROWS)
def test_a_list_costs_the_same_few_queries_however_long_it_is(
    editor: Client, model: type[Model]
) -> None:
    url = address(model, "changelist")
    for _ in range(5):
        ROWS[model]()
    editor.get(url)

    few = count_queries(editor, url)
    for _ in range(20):
        ROWS[model]()
    many = count_queries(editor, url)

    assert many == few < 15


@pytest.mark.parametrize("model", ROWS)
def test_a_row_of_every_kind_can_be_opened(editor: Client, model: type[Model]) -> None:
    row = ROWS[model]()

    answer = editor.get(address(model, "change", row.pk))

    assert answer.status_code == 200
    assert "DatabaseDefault" not in answer.content.decode()


@pytest.mark.parametrize("model", ROWS)
def test_only_what_people_make_can_be_added(editor: Client, model: type[Model]) -> None:
    answer = editor.get(address(model, "add"))

    assert answer.status_code == (200 if model in MADE_BY_HAND else 403)


@pytest.mark.parametrize("model", ROWS)
def test_every_list_can_be_searched(editor: Client, model: type[Model]) -> None:
    ROWS[model]()

    answer = editor.get(address(model, "changelist"), {"q": "nothing-is-called-this"})

    assert answer.status_code == 200
    assert "0 results" in answer.content.decode()


def test_readers_are_found_by_address_and_by_id(editor: Client) -> None:
    known, nameless = make.reader("ani@example.org"), make.reader()
    url = address(Reader, "changelist")

    by_address = editor.get(url, {"q": "ani@"}).content.decode()
    by_id = editor.get(url, {"q": str(nameless.pk)}).content.decode()

    assert address(Reader, "change", known.pk) in by_address
    assert address(Reader, "change", nameless.pk) not in by_address
    assert address(Reader, "change", nameless.pk) in by_id


def test_tags_are_offered_by_their_aliases(editor: Client) -> None:
    tag = make.tag("NagornoKarabakh", "Artsakh")

    offered = editor.get(
        reverse("admin:autocomplete"),
        {"term": "artsakh", "app_label": "articles", "model_name": "follow", "field_name": "tag"},
    ).json()["results"]

    assert offered == [{"id": str(tag.pk), "text": "#NagornoKarabakh"}]


def test_a_tag_is_made_with_its_aliases(editor: Client) -> None:
    answer = post_tag(editor, "Nagorno-Karabakh", "Artsakh")

    tag = Tag.objects.get(name="NagornoKarabakh")
    assert answer == 302
    assert {alias.folded for alias in tag.aliases.all()} == {"nagorno karabakh", "artsakh"}


@pytest.mark.parametrize(
    "phrases", [("Baku", "BAKU"), ("Nagorno-Karabakh", "nagorno karabakh"), ("—",)]
)
def test_aliases_that_are_alike_or_wordless_are_refused(
    editor: Client, phrases: tuple[str, ...]
) -> None:
    answer = post_tag(editor, *phrases)

    assert answer == 200
    assert not Tag.objects.exists()


def post_tag(client: Client, *phrases: str) -> int:
    inline = {f"aliases-{n}-phrase": phrase for n, phrase in enumerate(phrases)}
    facts = {
        "name": "NagornoKarabakh",
        "slug": "nagornokarabakh",
        "label": "Nagorno-Karabakh",
        "kind": "place",
        "labels": "{}",
    }
    forms = {"aliases-TOTAL_FORMS": str(len(phrases)), "aliases-INITIAL_FORMS": "0"}
    return client.post(
        address(Tag, "add"), {**facts, **forms, **inline, "is_active": "on"}
    ).status_code


def test_a_tag_with_followers_stays_and_a_fresh_one_goes(editor: Client) -> None:
    followed, fresh = make.tag(), make.tag()
    make.follow(make.reader(), followed)

    kept = editor.post(address(Tag, "delete", followed.pk), {"post": "yes"})
    gone = editor.post(address(Tag, "delete", fresh.pk), {"post": "yes"})

    assert (kept.status_code, gone.status_code) == (403, 302)
    assert list(Tag.objects.all()) == [followed]


def test_the_lead_of_a_story_is_one_of_its_articles(editor: Client) -> None:
    story, stranger = make.story(), make.article()
    own = make.article(of_story=story)
    url = address(Story, "change", story.pk)
    forms = no_rows("corrections")

    refused = editor.post(url, {"lead": str(stranger.pk), **forms})
    taken = editor.post(url, {"lead": str(own.pk), **forms})

    assert (refused.status_code, taken.status_code) == (200, 302)


def test_a_session_shows_eight_digits_of_its_digest(editor: Client) -> None:
    session, secret = make.session()
    digest = bytes(session.secret_hash).hex()

    pages = [
        editor.get(address(Session, "changelist")).content.decode(),
        editor.get(address(Session, "change", session.pk)).content.decode(),
    ]

    for page in pages:
        assert digest[:8] in page
        assert digest[:9] not in page
        assert secret not in page


def test_revoked_sessions_open_nothing(editor: Client) -> None:
    session, secret = make.session()

    run_action(editor, "revoke", session)

    assert Session.objects.find(secret) is None


def test_staff_are_made_with_an_address_and_a_password(editor: Client) -> None:
    answer = editor.post(
        address(Reader, "add"),
        {
            "email": "new@example.org",
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
            "is_staff": "on",
        },
    )

    made = Reader.objects.get(email="new@example.org")
    assert answer.status_code == 302
    assert made.is_staff
    assert made.check_password(PASSWORD)


@pytest.mark.parametrize("email", ["", "editor@example.org"])
def test_staff_need_an_address_of_their_own(editor: Client, email: str) -> None:
    passwords = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}

    answer = editor.post(address(Reader, "add"), {"email": email, **passwords})

    assert answer.status_code == 200
    assert Reader.objects.count() == 1


def test_a_readers_page_saves_without_an_address(editor: Client) -> None:
    nameless, another = make.reader(), make.reader()

    answers = [
        editor.post(address(Reader, "change", reader.pk), {"email": "", "is_active": "on"})
        for reader in (nameless, another)
    ]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Reader.objects.filter(email__isnull=True).count() == 2


def test_staff_who_are_no_superusers_hand_out_no_powers() -> None:
    boss = Reader.objects.create_superuser("boss@example.org", PASSWORD)
    clerk = Reader.objects.create(email="clerk@example.org", is_staff=True)
    clerk.user_permissions.set(permissions("view_reader", "change_reader"))
    reader = make.reader("reader@example.org")
    client = sign_in(clerk)

    form = {
        "email": "reader@example.org",
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
    }
    client.post(address(Reader, "change", reader.pk), form)
    others = client.get(reverse("admin:auth_user_password_change", args=[boss.pk]))

    reader.refresh_from_db()
    assert not reader.is_staff
    assert not reader.is_superuser
    assert others.status_code == 403


def permissions(*names: str) -> list[Permission]:
    return list(Permission.objects.filter(codename__in=names))


def test_the_front_page_carries_our_name(editor: Client) -> None:
    assert "Daily8 newsroom" in editor.get(reverse("admin:index")).content.decode()


def test_guessing_at_the_login_is_shut_out_after_ten_tries() -> None:
    Reader.objects.create_superuser("editor@example.org", PASSWORD)
    client, login = Client(), reverse("admin:login")
    guess = {"username": "editor@example.org", "password": "a guess"}

    answers = [client.post(login, guess).status_code for _ in range(10)]
    right = client.post(login, {**guess, "password": PASSWORD})

    assert answers == [200] * 9 + [429]
    assert right.status_code == 429
