import pytest
from django.test import Client

from articles.models import Alias, Suggestion, Tag
from tests import make
from tests.desk import address, run_action

pytestmark = pytest.mark.django_db


def test_a_suggestion_becomes_a_tag(editor: Client) -> None:
    page = run_action(editor, "accept", make.suggestion("Lake Sevan"))

    assert "#LakeSevan" in page
    assert Tag.objects.get().label == "Lake Sevan"


def test_a_suggestion_becomes_an_alias_of_the_tag_that_is_named(editor: Client) -> None:
    tag = make.tag("Sevan")

    run_action(editor, "accept_for", make.suggestion("Lake Sevan"), target="#sevan")

    assert Alias.objects.get(folded="lake sevan").tag == tag


def test_a_target_that_is_no_tag_is_said(editor: Client) -> None:
    page = run_action(editor, "accept_for", make.suggestion("Lake Sevan"), target="#Nothing")

    assert "There is no tag #Nothing" in page
    assert Suggestion.objects.get().state == Suggestion.State.OPEN


def test_a_suggestion_is_dismissed(editor: Client) -> None:
    run_action(editor, "dismiss", make.suggestion("Monday"))

    assert Suggestion.objects.get().state == Suggestion.State.DISMISSED


def test_the_list_shows_what_is_to_be_decided_unless_asked(editor: Client) -> None:
    make.suggestion("Lake Arpi")
    make.suggestion("Lake Sevan", state=Suggestion.State.DISMISSED)
    url = address(Suggestion, "changelist")

    asked: tuple[dict[str, str], ...] = ({}, {"state": "dismissed"}, {"state": "all"})
    pages = [editor.get(url, query).content.decode() for query in asked]

    assert ["Lake Arpi" in page for page in pages] == [True, False, True]
    assert ["Lake Sevan" in page for page in pages] == [False, True, True]
