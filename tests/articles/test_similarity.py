import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.similarity import (
    Choice,
    Content,
    Member,
    Rules,
    Window,
    choose_story,
    is_copy,
    make_shingles,
)
from tests.labelled import told_of

TEXT = " ".join(row["body"] for row in told_of("bridge"))


def hold(window: Window[str], name: str, title: str, text: str = "", at: float = 0) -> None:
    content = Content.read(title, text)
    window.add(Member(name, name, at, content, window.make_vector(content)))


def likeness(window: Window[str], title: str, text: str = "", at: float = 0) -> dict[str, float]:
    vector = window.make_vector(Content.read(title, text))
    return {each.story_id: each.likeness for each in window.find_nearest(vector, at)}


def test_the_same_text_is_as_like_as_can_be() -> None:
    window: Window[str] = Window()
    hold(window, "bridge", "Bridge over Arpa falls", TEXT)

    assert likeness(window, "Bridge over Arpa falls", TEXT)["bridge"] > 0.99


def test_texts_without_a_common_word_are_not_alike() -> None:
    window: Window[str] = Window()
    hold(window, "bridge", "Bridge falls")

    assert likeness(window, "Chess championship") == {}


def test_likeness_fades_with_time_and_ends_with_the_window() -> None:
    window: Window[str] = Window()
    hold(window, "bridge", "Bridge over Arpa falls")

    after = [likeness(window, "Bridge over Arpa falls", at=at).get("bridge", 0) for at in (0, 36)]

    assert after[1] / after[0] == pytest.approx(0.6065, abs=0.001)
    assert likeness(window, "Bridge over Arpa falls", at=97) == {}


def test_what_is_too_old_is_let_go_of() -> None:
    window: Window[str] = Window()
    for number in range(600):
        hold(window, str(number), f"Title {number}", at=number)

    assert window.held == 97
    assert len(window.members) < 500


def test_a_window_built_anew_from_what_is_held_decides_the_same() -> None:
    window: Window[str] = Window()
    for number in range(300):
        hold(window, str(number), f"Report {number % 7} from place {number % 11}", at=number)
    again: Window[str] = Window()
    for member in window.members:
        if window.is_held(member.at):
            again.add(member)

    content = Content.read("Report 3 from place 4", "")
    assert window.make_vector(content) == again.make_vector(content)
    vector = window.make_vector(content)
    assert window.find_nearest(vector, 299) == again.find_nearest(vector, 299)


def choose(window: Window[str], title: str, *, is_same_text: bool = False) -> Choice[str]:
    content = Content.read(title, "")
    vector = window.make_vector(content)
    return choose_story(window, content, vector, 0, lambda _: is_same_text)


def test_between_the_thresholds_a_person_decides() -> None:
    window: Window[str] = Window(Rules(threshold=0.9, short_threshold=0.9, few=1))
    hold(window, "bridge", "Bridge over Arpa falls near Jermuk")

    choice = choose(window, "Arpa bridge: what we know")

    assert choice.story_id is None
    assert choice.maybe is not None
    assert choice.maybe.story_id == "bridge"
    assert choose(window, "Arpa bridge: what we know", is_same_text=True) == Choice(
        "bridge", is_copy=True
    )


def test_where_next_to_nothing_is_known_more_likeness_is_needed() -> None:
    """In an empty window every shared word looks rare, and no one is asked."""
    window: Window[str] = Window()
    hold(window, "bridge", "Stone bridge reopens in Nagorno-Karabakh", "Lorries may cross again.")
    title, text = "Nagorno-Karabakh pupils build a radio", "A teacher brought valves."
    content = Content.read(title, text)
    vector = window.make_vector(content)

    assert likeness(window, title, text)["bridge"] > Rules().short_threshold
    assert choose_story(window, content, vector, 0, lambda _: False) == Choice()


def test_nothing_joins_a_closed_story() -> None:
    window: Window[str] = Window()
    hold(window, "bridge", "Bridge over Arpa falls")
    content = Content.read("Bridge over Arpa falls", "")
    vector = window.make_vector(content)

    assert choose_story(window, content, vector, 0, lambda _: True, {"bridge"}) == Choice()


@pytest.mark.parametrize(
    ("edit", "is_same"),
    [
        (lambda text: text + " Read more on our site.", True),
        (lambda text: text[: len(text) // 2], True),
        (lambda text: " ".join(reversed(text.split(". "))), True),
        (lambda text: " ".join(sorted(text.split())), False),
        (lambda text: text[:60], False),
    ],
)
def test_edited_copies_are_known_and_short_scraps_are_not(edit: object, *, is_same: bool) -> None:
    assert callable(edit)
    assert is_copy(make_shingles(TEXT), make_shingles(edit(TEXT))) == is_same


@given(st.text(), st.text(), st.floats(-1e4, 1e4))
def test_any_text_has_a_likeness_from_nought_to_one(title: str, text: str, at: float) -> None:
    window: Window[str] = Window()
    hold(window, "bridge", "Bridge over Arpa falls", TEXT)
    hold(window, "any", title, text, at)

    for each in likeness(window, title, text, at).values():
        assert 0 <= each <= 1.000001


def test_a_text_is_short_by_its_letters() -> None:
    assert Content.read("Bridge falls", "").is_short()
    assert not Content.read("Bridge falls", TEXT).is_short()
    assert dataclasses.replace(Rules(), short_threshold=0.5).threshold_of(
        Content.read("Bridge falls", "")
    ) == pytest.approx(0.5)
