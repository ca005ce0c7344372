"""Every page there is, and news to fill them, for tests that look at all of them."""

from datetime import timedelta

from django.utils import timezone

from articles.models import Story, Trend
from tests import make

PAGES = [
    *("/", "/hashtag/Railways", "/hashtag/Railway", "/hashtag/Empty", "/nowhere"),
    *("/section/politics", "/publisher/hill-courier", "/search", "/search?q=bridge", "/trending"),
    *("/about", "/offline", "/saved", "/my/tags", "/my/alerts", "/my/settings"),
    *("/article/ARTICLE", "/story/STORY"),
]
TEXT = "<h2>Why</h2><p>A <a href='https://hill.example/'>text</a>.</p><ul><li>One</li></ul>"


def make_news() -> dict[str, str]:
    """News of all kinds; the ids that stand for the words in PAGES."""
    railways, story = make.tag("Railways"), make.story()
    make.tag("Empty")
    for name, language, title in (
        ("Hill Courier", "en", "A bridge opens"),
        ("Lake Tribune", "ar", "يفتح الجسر"),
    ):
        article = make.article(
            title,
            by=make.publisher(name),
            tags=[railways, make.tag()],
            section=make.section(),
            of_story=story,
            summary=f"{title}. {title}.",
            language=language,
            text_html=TEXT,
        )
    Story.objects.filter(pk=story.pk).refresh()
    now = timezone.now() - timedelta(minutes=5)
    facts = {"usual_count": 0, "rise": 4, "counted_at": now}
    Trend.objects.create(tag=railways, span=Trend.Span.DAY, story_count=4, **facts)
    return {"ARTICLE": str(article.pk), "STORY": str(story.pk)}


def fill(path: str, places: dict[str, str]) -> str:
    for word, value in places.items():
        path = path.replace(word, value)
    return path
