import pytest
from django.test import Client

from articles.models import Article, ArticleTag, ArticleText
from articles.takedown import take_down
from notifications import alerts
from notifications.models import Alert
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db


def sending_alert(article: Article) -> Alert:
    return Alert.objects.create(
        story=article.story,
        state=Alert.State.SENDING,
        title=article.title,
        link="https://news.example/1",
        published_at=NOON,
        expires_at=NOON,
    )


def test_nothing_is_left_to_see(client: Client) -> None:
    tag = make.tag("Lakes")
    article = make.article("Ferry opens", tags=[tag], text_html="<p>Soon.</p>", image_url="x")
    other = make.article("Bridge opens", tags=[tag])

    assert take_down([article.pk], NOON) == 1

    article.refresh_from_db()
    assert (article.title, article.summary, article.image_url) == ("", "", "")
    assert not ArticleText.objects.exists()
    assert list(ArticleTag.objects.values_list("article", flat=True)) == [other.pk]
    assert client.get(f"/en/article/{article.pk}").status_code == 404
    assert "Ferry" not in client.get("/en/hashtag/Lakes").content.decode()


def test_twice_is_once() -> None:
    article = make.article()

    assert [take_down([article.pk], NOON), take_down([article.pk], NOON)] == [1, 0]


def test_an_alert_that_is_under_way_stops() -> None:
    article = make.article()
    alert = sending_alert(article)
    take_down([article.pk], NOON)
    assert article.story

    alerts.plan_alerts([article.story.pk], NOON)

    alert.refresh_from_db()
    assert alert.state == Alert.State.CANCELLED


def test_an_alert_of_a_story_that_others_tell_goes_on() -> None:
    article = make.article()
    make.article(of_story=article.story)
    alert = sending_alert(article)
    take_down([article.pk], NOON)
    assert article.story

    alerts.plan_alerts([article.story.pk], NOON)

    alert.refresh_from_db()
    assert alert.state == Alert.State.SENDING
    assert Article.objects.shown().count() == 1
