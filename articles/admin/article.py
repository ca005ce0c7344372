"""Articles with their tags and texts."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from articles import bulk, corrections, moderation
from articles.admin import inbox
from articles.admin.history import Versioned, is_going_back
from articles.admin.long_action import begin_long
from articles.admin.paging import MOST, BigTable
from articles.admin.rows import (
    HTTPS,
    TargetForm,
    correct,
    editor_of,
    find_story,
    find_target,
    read_target,
)
from articles.models import Article, ArticleTag, ArticleText, LongAction, Revision, Section, Tag
from articles.searching import index_articles

Kind = LongAction.Kind
AT_ONCE = 200  # articles that are changed while the editor waits


class ArticleForm(forms.ModelForm):
    """Of a short text the language may be unknown: its title can be corrected all the same."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "language" in self.fields:  # who may only look has no fields
            self.fields["language"].required = False


class TagByHandForm(forms.ModelForm):
    """A tag that an editor puts on an article carries no mentions and the article's own time.

    It alerts nobody unless that is chosen. One that is there is exchanged by taking it away, which
    is remembered, and putting on another: a row keeps its tag, whose mentions it tells.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "tag" in self.fields and self.instance.pk:
            self.fields["tag"].disabled = True
        elif "rule" in self.fields:
            self.fields["rule"].initial = ArticleTag.Rule.PAGE

    def save(self, commit: bool = True) -> ArticleTag:  # noqa: FBT001, FBT002 - Django's signature
        row: ArticleTag = self.instance
        row.published_at = row.article.published_at
        if row.mention_count is None:
            row.mention_count = 0
        saved: ArticleTag = super().save(commit)
        return saved


class TagsFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """The constraint of the database would say so too late."""
        super().clean()
        seen = set()
        for form in self.forms:
            tag = form.cleaned_data.get("tag") if form.is_valid() else None
            if tag is None or form in self.deleted_forms:
                continue
            if tag.pk in seen:
                form.add_error("tag", f"The article has #{tag.name} already.")
            seen.add(tag.pk)


class ArticleTagInline(admin.TabularInline):
    model = ArticleTag
    form = TagByHandForm
    formset = TagsFormSet
    fields = ("tag", "rule", "is_pinned", "mention_count", "reasons")
    readonly_fields = ("mention_count", "reasons")
    autocomplete_fields = ("tag",)
    verbose_name_plural = "Tags: one that you delete does not come back"
    extra = 0

    @admin.display(description="why")
    def reasons(self, row: ArticleTag) -> SafeString | str:
        """Each mention and where it stood; nothing for a tag that an editor put there."""
        return format_html_join(", ", "“{}” in the {}", row.why) or "put there by an editor"


class RevisionInline(admin.TabularInline):
    """What the publisher said before an edit."""

    model = Revision
    fields = ("replaced_at", "title", "summary")
    readonly_fields = fields
    ordering = ("-replaced_at",)
    classes = ("collapse",)
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


class ArticleTextInline(admin.StackedInline):
    """The body, to be read or, for a takedown, deleted; not edited: this HTML has been cleaned."""

    model = ArticleText
    fields = ("stored_at", "html")
    readonly_fields = fields
    classes = ("collapse",)
    max_num = 1

    def has_add_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:  # noqa: ARG002 - Django's signature
        return False


@admin.register(Article)
class ArticleAdmin(Versioned, BigTable):
    form = ArticleForm
    formfield_overrides = HTTPS
    list_display = (
        "title",
        "publisher",
        "section",
        "tag_names",
        "published_at",
        "review",
        "is_hidden",
        "on_site",
    )
    list_filter = ("review", "is_hidden", "is_locked", "is_backlog", "section", "published_at")
    change_form_template = "admin/articles/article/change_form.html"
    change_list_template = "admin/articles/article/change_list.html"
    list_select_related = ("publisher", "section")
    search_fields = ("title", "publisher__name")
    # By key, which grows with time: an order by a date would sort the whole table.
    ordering = ("-pk",)
    autocomplete_fields = ("section",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    *("title", "summary", "image_url", "section", "language"),
                    ("is_hidden", "is_locked"),
                )
            },
        ),
        (
            "As published",
            {
                "fields": ("publisher", "feed", "url", "authors", "published_at"),
                "classes": ("collapse",),
            },
        ),
        (
            "What became of it",
            {
                "classes": ("collapse",),
                "fields": (
                    *(
                        "review",
                        "story",
                        "state",
                        "page",
                        "is_paywalled",
                        "is_backlog",
                        "first_seen_at",
                    ),
                    *("changed_at", "edit_count", "removed_at", "keywords", "key"),
                ),
            },
        ),
    )
    readonly_fields = (
        "review",
        "publisher",
        "feed",
        "url",
        "authors",
        "published_at",
        "story",
        "state",
        "is_backlog",
        "first_seen_at",
        "changed_at",
        "key",
        "page",
        "is_paywalled",
        "edit_count",
        "removed_at",
        "keywords",
    )
    inlines = (ArticleTagInline, ArticleTextInline, RevisionInline)
    action_form = TargetForm
    actions = (
        *("approve", "reject", "hide", "show", "to_section", "put_tag", "move", "split"),
        *("restore", "take_down"),
    )

    def get_urls(self) -> list[URLPattern]:
        inbox_view = self.admin_site.admin_view(self.inbox)
        return [path("inbox/", inbox_view, name="articles_article_inbox"), *super().get_urls()]

    def inbox(self, request: HttpRequest) -> HttpResponse:
        """What waits for the desk, to be read and decided with a few keys."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            chosen = inbox.read_chosen(request)
            act = self.inbox_acts.get(request.POST.get("act", ""))
            if act and chosen:
                act(self, request, chosen)
            elif not chosen:
                messages.error(request, "Choose at least one article.")
            return redirect(request.get_full_path())
        context = {
            **self.admin_site.each_context(request),
            "title": "Inbox",
            "opts": self.opts,
            **inbox.describe(request),
        }
        return render(request, "admin/articles/article/inbox.html", context)

    def save_model(
        self,
        request: HttpRequest,
        obj: Article,
        form: forms.ModelForm,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """What an editor writes otherwise is locked against the feed, and the original is kept."""
        if not is_going_back(request):  # to a version, which has its own lock and original
            moderation.keep_original(obj, form.changed_data, Article.objects.get(pk=obj.pk))
        super().save_model(request, obj, form, change)
        index_articles([obj.pk])

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        articles: QuerySet[Article] = super().get_queryset(request)
        return articles.defer("summary", "authors").prefetch_related("tags")

    @admin.display(description="tags")
    def tag_names(self, article: Article) -> str:
        return " ".join(f"#{tag.name}" for tag in article.tags.all())

    def save_formset(
        self,
        request: HttpRequest,
        form: forms.ModelForm,
        formset: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """A tag that an editor takes away does not come back."""
        if formset.model is ArticleTag:
            for row in (each.instance for each in formset.deleted_forms if each.instance.pk):
                work = partial(corrections.untag, row.article, row.tag)
                correct(request, f"{row.tag} does not come back.", work)
        super().save_formset(request, form, formset, change)

    @admin.display(description="page")
    def on_site(self, article: Article) -> SafeString:
        return format_html('<a href="{}">open</a>', self.get_view_on_site_url(article))

    def decide(
        self,
        request: HttpRequest,
        articles: QuerySet[Article],
        kind: Kind,
        target: Section | Tag | None = None,
    ) -> None:
        """At once where they are few; else as a long action, whose page shows how far it is."""
        ids = list(articles.values_list("pk", flat=True)[: MOST + 1])
        done = bulk.DONE[kind].format(target)
        if len(ids) > MOST:
            messages.error(request, f"These are more than {MOST:,}: filter the list first.")
        elif len(ids) > AT_ONCE:
            title = f"{len(ids):,} articles {done}"
            key = str(target.pk) if target else ""
            begin_long(request, kind, title, [str(pk) for pk in ids], key)
        else:
            count = bulk.decide(kind, articles, editor_of(request), target)
            messages.success(request, f"{count} {done}.")

    @admin.action(description="Approve: show it, and let it alert", permissions=["change"])
    def approve(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        self.decide(request, articles, Kind.APPROVE)

    @admin.action(description="Reject: it stays hidden", permissions=["change"])
    def reject(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        self.decide(request, articles, Kind.REJECT)

    @admin.action(description="Move to the target section", permissions=["change"])
    def to_section(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        name = read_target(request)
        section = Section.objects.filter(name__iexact=name).first()
        if section is None:
            is_missing = (
                f"There is no section “{name}”." if name else "Name a section as the target."
            )
            messages.error(request, is_missing)
            return
        self.decide(request, articles, Kind.SECTION, section)

    @admin.action(description="Tag with the target tag", permissions=["change"])
    def put_tag(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        tag = find_target(request)
        if tag:
            self.decide(request, articles, Kind.TAG, tag)

    inbox_acts = {"approve": approve, "reject": reject, "section": to_section, "tag": put_tag}

    @admin.action(description="Hide from readers", permissions=["change"])
    def hide(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        self.decide(request, articles, Kind.HIDE)

    @admin.action(description="Show to readers again", permissions=["change"])
    def show(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        self.decide(request, articles, Kind.SHOW)

    @admin.action(description="Move to the target story (its id)", permissions=["change"])
    def move(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        target = find_story(request.POST.get("target", ""))
        if target is None:
            messages.error(request, "Give the id of a story as the target.")
            return
        work = partial(corrections.move, list(articles), target)
        correct(request, f"{len(articles)} moved to “{target}”.", work)

    @admin.action(description="Split off: a story of their own", permissions=["change"])
    def split(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        work = partial(corrections.move, list(articles), None)
        correct(request, f"{len(articles)} tell a story of their own now.", work)

    @admin.action(description="Back to the publisher's words, unlocked", permissions=["change"])
    def restore(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        self.decide(request, articles, Kind.RESTORE)

    @admin.action(description="Take down for good, as its publisher asks", permissions=["change"])
    def take_down(self, request: HttpRequest, articles: QuerySet[Article]) -> None:
        self.decide(request, articles, Kind.TAKE_DOWN)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        return False

    def has_delete_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Article | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        """Never: the next fetch would bring it back. Hiding keeps it away."""
        return False
