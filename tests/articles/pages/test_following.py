import pytest
from django.test import Client

from articles import corrections
from articles.models import Follow
from tests import make
from tests.articles.pages.test_views import read, titles
from tests.make import NOON

pytestmark = pytest.mark.django_db

HERE = {"Sec-Fetch-Site": "same-origin"}


def follow(client: Client, name: str, **form: str) -> str:
    answer = client.post("/en/my/follow", {"tag": name, **form}, headers=HERE)
    assert answer.status_code == 302
    return answer["Location"]


def test_my_tags_show_what_is_followed_and_its_news(client: Client) -> None:
    railways = make.tag("Railways")
    railways.expected_alerts_per_day = 0.5
    railways.save()
    make.article("Bridge", tags=[railways])
    make.article("Elsewhere", tags=[make.tag("Tunnels")])

    assert follow(client, "railways") == "/en/my/tags"
    page = read(client, "/en/my/tags")

    assert titles(page) == ["Bridge"]
    assert "about 4 alerts a week" in page
    assert "#Tunnels" not in page


def test_a_merged_tag_is_followed_as_what_it_became(client: Client) -> None:
    old, new = make.tag("Artsakh"), make.tag("Karabakh")
    corrections.merge_tags(old, new, None, NOON)

    follow(client, "Artsakh")

    assert Follow.objects.get().tag == new


def test_what_a_reader_mutes_is_no_tag_of_theirs(client: Client) -> None:
    make.tag("Railways")
    follow(client, "Railways")
    Follow.objects.update(level=Follow.Level.MUTE)

    assert "#Railways" not in read(client, "/en/my/tags")


def test_unfollowing_ends_it_and_is_no_error_twice(client: Client) -> None:
    make.tag("Railways")
    follow(client, "Railways")

    for _ in range(2):
        answer = client.post("/en/my/unfollow", {"tag": "Railways"}, headers=HERE)
        assert answer["Location"] == "/en/my/tags"

    assert not Follow.objects.current().exists()


@pytest.mark.parametrize("path", ["/en/my/follow", "/en/my/unfollow"])
def test_a_tag_that_is_not_there_cannot_be_followed(client: Client, path: str) -> None:
    assert client.post(path, {"tag": "Nothing"}, headers=HERE).status_code == 404
    assert client.post(path, headers=HERE).status_code == 404
    assert client.get(path).status_code == 405


@pytest.mark.parametrize(
    ("wish", "target"),
    [
        ("/ru/hashtag/Railways", "/ru/hashtag/Railways"),
        ("https://elsewhere.example/", "/en/my/tags"),
        ("//elsewhere.example/", "/en/my/tags"),
        ("javascript:alert(1)", "/en/my/tags"),
    ],
)
def test_a_form_leads_on_to_pages_of_ours_only(client: Client, wish: str, target: str) -> None:
    make.tag("Railways")

    assert follow(client, "Railways", next=wish) == target
