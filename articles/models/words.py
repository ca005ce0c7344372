from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from articles.models.article import Article


class ArticleWords(models.Model):
    """The words of an article as a search finds them: stemmed as its language asks. It stands
    apart, so that reading articles does not read them.
    """

    article = models.OneToOneField(Article, models.CASCADE, primary_key=True, related_name="words")
    published_at = models.DateTimeField(help_text="the article's, copied for the index")
    vector = SearchVectorField()

    class Meta:
        indexes = [
            GinIndex(fields=["vector"], name="words_vector"),
            models.Index(fields=["-published_at", "-article"], name="words_newest"),
        ]

    def __str__(self) -> str:
        return f"words of {self.article_id}"
