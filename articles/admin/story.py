"""Stories: which articles tell of one event, and which of them leads."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from articles.models import Article, Story

ARTICLES = (
    Article.objects.filter(story=OuterRef("pk")).order_by().values("story").annotate(n=Count("pk"))
)


class StoryForm(forms.ModelForm):
    def clean_lead(self) -> Article | None:
        lead: Article | None = self.cleaned_data["lead"]
        if lead and lead.story_id != self.instance.pk:
            raise ValidationError("The lead is one of the story's own articles.")
        return lead


class ArticleInline(admin.TabularInline):
    """The story's articles, to be looked at: grouping moves them, and alerts go with it."""

    model = Article
    fields = ("title", "publisher", "published_at", "is_hidden")
    readonly_fields = fields
    ordering = ("published_at",)
    show_change_link = True
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        return super().get_queryset(request).select_related("publisher")

    def has_add_permission(self, request: HttpRequest, obj: Story | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


@admin.register(Story)
class StoryAdmin(admin.ModelAdmin):
    form = StoryForm
    list_display = ("__str__", "language", "article_count", "last_published_at", "is_merged")
    list_filter = (("merged_into", admin.EmptyFieldListFilter), "last_published_at")
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    search_fields = ("lead__title",)
    ordering = ("-last_published_at",)
    autocomplete_fields = ("lead",)
    fields = (
        "lead",
        "language",
        "first_published_at",
        "last_published_at",
        "merged_into",
        "created_at",
    )
    readonly_fields = fields[1:]
    inlines = (ArticleInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Story]:
        """With what a story's name and its counts need; autocomplete asks here, too."""
        stories: QuerySet[Story] = super().get_queryset(request)
        return stories.select_related("lead").annotate(
            article_count=Coalesce(Subquery(ARTICLES.values("n")), 0)
        )

    @admin.display(description="articles")
    def article_count(self, story: Any) -> int:
        count: int = story.article_count
        return count

    @admin.display(description="merged", boolean=True)
    def is_merged(self, story: Story) -> bool:
        return story.merged_into_id is not None

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Story | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        """Never: with the story would go the memory of who has been told."""
        return False
