import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from articles import corrections
from articles.models import ArticleTag, Tag
from tests import make
from tests.articles.pages.test_views import read
from tests.make import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("NagornoKarabakh", "nagorno-karabakh"),
        ("NagornoKarabakh", "NAGORNOKARABAKH"),
        ("NagornoKarabakh", "Nagorno%20Karabakh"),
        ("NagornoKarabakh", "%23NagornoKarabakh"),
        ("NagornoKarabakh", "Nagorno%00Karabakh"),
        ("Cote_d_Ivoire", "cote_d_ivoire"),
        ("Türkiye", "türkiye"),
    ],
)
def test_another_spelling_of_a_tag_leads_to_its_own(
    client: Client, name: str, spelled: str
) -> None:
    make.tag(name)

    answer = client.get(f"/en/hashtag/{spelled}", follow=True)

    assert [status for _, status in answer.redirect_chain] == [301]
    assert f'<bdi class="hashtag">#{name}</bdi>' in answer.content.decode()


def test_the_exact_name_wins_over_a_similar_one(client: Client) -> None:
    for name in ("Cote", "COTE"):
        Tag.objects.create(name=name, slug=f"{name}-1", label=f"label of {name}")

    page = read(client, "/en/hashtag/Cote")

    assert "label of Cote" in page


def test_an_unknown_tag_offers_the_near_ones(client: Client) -> None:
    make.tag("NagornoKarabakh", "Nagorno-Karabakh")
    make.tag("Orchards")

    page = read(client, "/en/hashtag/NagornoKarabak", status=404)

    assert 'href="/en/hashtag/NagornoKarabakh"' in page
    assert "Orchards" not in page
    assert 'content="noindex"' in page


@pytest.mark.parametrize("name", ["%00", "%20", "---", "%3Cscript%3E", "x" * 500])
def test_a_name_that_can_be_no_tag_is_simply_unknown(client: Client, name: str) -> None:
    page = read(client, f"/en/hashtag/{name}", status=404)

    assert "<script>" not in page


def test_a_merged_tag_leads_to_the_one_it_is_part_of(client: Client) -> None:
    old, new = make.tag("Artsakh"), make.tag("NagornoKarabakh")
    article = make.article(tags=[old])
    corrections.merge_tags(old, new, None, NOON)

    answer = client.get("/en/hashtag/Artsakh")

    assert (answer.status_code, answer["Location"]) == (301, "/en/hashtag/NagornoKarabakh")
    assert article.title in read(client, "/en/hashtag/NagornoKarabakh")
    page = read(client, article.get_absolute_url())
    assert "#NagornoKarabakh" in page
    assert "#Artsakh" not in page


def test_a_tag_page_names_related_tags(client: Client) -> None:
    railways, tunnels, once = make.tag("Railways"), make.tag("Tunnels"), make.tag("Once")
    make.article(tags=[railways, tunnels, once])
    make.article(tags=[railways, tunnels])

    page = read(client, "/en/hashtag/Railways")

    assert "#Tunnels" in page
    assert "#Once" not in page


def test_a_shared_link_has_a_card_with_the_name(client: Client) -> None:
    tag = make.tag("Railways")
    bare, shown = make.article(), make.article(tags=[tag], image_url="https://i.example/1.jpg")
    tagged = make.article(tags=[tag])

    def card_of(path: str) -> str:
        [found] = re.findall(r'property="og:image"\s+content="([^"]+)"', read(client, path))
        return str(found).removeprefix(settings.SITE_URL)

    assert card_of("/ar/hashtag/Railways") == "/ar/hashtag/Railways/card.png"
    assert card_of(tagged.get_absolute_url()) == "/en/hashtag/Railways/card.png"
    assert card_of(shown.get_absolute_url()).startswith("/picture/share/")
    assert card_of(bare.get_absolute_url()) == "/static/articles/share.png"
    assert card_of(f"/en/story/{bare.story_id}") == "/static/articles/share.png"


def test_a_card_is_a_picture_that_caches_keep(client: Client) -> None:
    make.tag("Railways")

    answer = client.get("/en/hashtag/railways/card.png")

    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert client.get("/en/hashtag/Nothing/card.png").status_code == 404


def test_the_same_page_is_named_in_the_other_languages(client: Client) -> None:
    make.tag("Railways")

    page = read(client, "/ru/hashtag/Railways")

    found = re.findall(r'hreflang="([\w-]+)"\s+href="http[^"]+/(\w+)/hashtag/Railways"', page)
    assert dict(found) == {
        **{code: code for code, _ in settings.LANGUAGES},
        "x-default": "en",
    }


def test_a_label_is_in_the_language_of_the_page(client: Client) -> None:
    tag = make.tag("Railways")
    tag.labels = {"ru": "Железные дороги"}
    tag.save()

    assert "Железные дороги" in read(client, "/ru/hashtag/Railways")
    assert "Железные дороги" not in read(client, "/tr/hashtag/Railways")


def test_what_is_pinned_stands_at_the_top_once(client: Client) -> None:
    tag = make.tag("Railways")
    for number in range(3):
        make.article(f"Told {number}", tags=[tag], published_at=NOON + timedelta(hours=number))
    ArticleTag.objects.filter(article__title="Told 0").update(is_pinned=True)

    titles = re.findall(
        r"Told \d", re.sub(r"<title>.*?</title>", "", read(client, "/en/hashtag/Railways"))
    )

    order = list(dict.fromkeys(titles))
    assert order == ["Told 0", "Told 2", "Told 1"]
