"""What several walks begin with."""

from django.utils import timezone

from articles.models import Article, StoryPair
from tests import make
from tests.notifications.transports.samples import ADDRESS
from tests.told import follower


def make_told() -> Article:
    """An article about #Railways, of which nobody was alerted."""
    tag = make.tag("Railways")
    follower(tag, ADDRESS)
    return make.article(
        "Bridge closed", tags=[tag], summary="Trains stop.", published_at=timezone.now()
    )


def make_pair(**texts: str) -> StoryPair:
    story, other = (
        make.story_of(make.article(title, text_html=f"<p>{text}</p>"))
        for title, text in texts.items()
    )
    return StoryPair.objects.create(story=story, other=other, likeness=0.14)
