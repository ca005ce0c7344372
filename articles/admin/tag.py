"""Tags with their aliases, and sections."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from articles import corrections, retagging
from articles.admin.rows import MachineRows, TargetForm, correct, editor_of, list_articles
from articles.models import Alias, Retagging, Section, Tag
from articles.tagging import fold
from articles.tasks import retag

COUNTING = (
    "New articles are tagged like this within 5 seconds. "
    'What would change in <a href="{}">those of the last 96 hours</a> is being counted.'
)


class AliasFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        """Two phrases that differ in case, dashes or accents are one alias; dots alone are none."""
        super().clean()
        known: dict[str, str] = {}
        for form in self.forms:
            phrase = form.cleaned_data.get("phrase", "") if form.is_valid() else ""
            if not phrase or form.cleaned_data.get("DELETE"):
                continue
            folded = fold(phrase)
            if not folded:
                raise ValidationError(f"“{phrase}” holds no word.")
            if folded in known:
                raise ValidationError(f"“{phrase}” is the same alias as “{known[folded]}”.")
            known[folded] = phrase


def find_target(request: HttpRequest) -> Tag | None:
    """The tag that the editor named as an action's target; says so where there is none."""
    name = request.POST.get("target", "").strip().removeprefix("#")
    tag = Tag.objects.filter(name__iexact=name).first()
    if tag is None:
        messages.error(request, f"There is no tag #{name}: name one as the target.")
    return tag


class AliasInline(admin.TabularInline):
    model = Alias
    fk_name = "tag"
    autocomplete_fields = ("needs",)
    formset = AliasFormSet
    readonly_fields = ("folded",)
    extra = 1


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    action_form = TargetForm
    actions = ("merge",)
    list_display = (
        *("__str__", "label", "kind", "is_active", "may_alert", "expected_alerts_per_day"),
        "merged_into",
    )
    list_filter = ("is_active", "may_alert", "kind", "created_at")
    list_select_related = ("merged_into",)
    autocomplete_fields = ("parent",)
    search_fields = ("name", "label", "aliases__folded")
    search_help_text = "name, label or alias; any case"
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = (
        *("created_at", "followers", "expected_alerts_per_day", "merged_into", "related"),
    )
    inlines = (AliasInline,)

    def save_related(
        self,
        request: HttpRequest,
        form: forms.ModelForm,
        formsets: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Changed aliases hold for new articles at once; for those of the last days an editor sees
        first what would change.
        """
        super().save_related(request, form, formsets, change)
        if any(formset.has_changed() for formset in formsets):
            asked = retagging.begin(form.instance, editor_of(request), timezone.now())
            transaction.on_commit(lambda: retag.delay(asked.pk))
            url = reverse("admin:articles_retagging_change", args=[asked.pk])
            self.message_user(request, format_html(COUNTING, url))

    @admin.action(description="Merge into the target tag", permissions=["change"])
    def merge(self, request: HttpRequest, tags: QuerySet[Tag]) -> None:
        target = find_target(request)
        if target is None:
            return
        for tag in tags:
            work = partial(corrections.merge_tags, tag, target)
            correct(request, f"{tag} is part of {target} now.", work)

    @admin.display(description="often together with")
    def related(self, tag: Tag) -> str:
        return ", ".join(map(str, Tag.objects.related_to(tag)[:10])) or "nothing"

    @admin.display(description="followers")
    def followers(self, tag: Tag) -> int:
        """Counted on the tag's own page only: in the list it would be a count for every row."""
        return tag.follows.current().count()

    def has_delete_permission(self, request: HttpRequest, obj: Tag | None = None) -> bool:
        """Only one that nobody and nothing refers to; for others there is `is_active`."""
        is_unused = obj is not None and not (obj.articles.exists() or obj.follows.exists())
        return is_unused and super().has_delete_permission(request, obj)


@admin.register(Alias)
class AliasAdmin(admin.ModelAdmin):
    list_display = ("phrase", "folded", "tag", "language", "is_blocked")
    list_select_related = ("tag",)
    search_fields = ("phrase", "folded", "tag__name")
    ordering = ("folded",)
    autocomplete_fields = ("tag",)
    readonly_fields = ("folded",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002 - Django's signature
        """Aliases are added on their tag's page, where two that are alike are noticed."""
        return False

    def has_change_permission(
        self,
        request: HttpRequest,  # noqa: ARG002 - Django's signature
        obj: Alias | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        return False


@admin.register(Retagging)
class RetaggingAdmin(MachineRows):
    """What aliases of a tag change in the articles of the last 96 hours."""

    list_display = ("tag", "state", "progress", "gain", "loss", "asked_by", "asked_at")
    list_filter = ("state", "asked_at")
    list_select_related = ("tag", "asked_by")
    search_fields = ("tag__name",)
    ordering = ("-asked_at",)
    fields = ("tag", "state", "progress", "since", "gaining", "losing", "asked_by", "asked_at")
    readonly_fields = fields
    actions = ("apply",)

    @admin.display(description="looked at")
    def progress(self, row: Retagging) -> SafeString:
        text = f"{row.article_count} of {row.total_count} articles"
        bar = '<progress value="{}" max="{}"></progress> {}'
        return format_html(bar, row.article_count, max(row.total_count, 1), text)

    @admin.display(description="gain the tag")
    def gain(self, row: Retagging) -> int:
        return len(row.gained)

    @admin.display(description="lose it")
    def loss(self, row: Retagging) -> int:
        return len(row.lost)

    @admin.display(description="gain the tag")
    def gaining(self, row: Retagging) -> SafeString | str:
        return list_articles(row.gained)

    @admin.display(description="lose it")
    def losing(self, row: Retagging) -> SafeString | str:
        return list_articles(row.lost)

    @admin.action(description="Do it: nobody is alerted by it", permissions=["decide"])
    def apply(self, request: HttpRequest, rows: QuerySet[Retagging]) -> None:
        begun = [row for row in rows if retagging.apply(row)]
        for row in begun:
            transaction.on_commit(partial(retag.delay, row.pk))
        messages.info(request, f"{len(begun)} begun; others are not counted yet, or done.")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("articles.change_tag")


@admin.register(Section)
class SectionAdmin(admin.ModelAdmin):
    list_display = ("name", "slug")
    search_fields = ("name",)
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}

    def has_delete_permission(self, request: HttpRequest, obj: Section | None = None) -> bool:
        """Only an empty one: else every article of the section would have to be rewritten."""
        is_unused = obj is not None and not obj.articles.exists()
        return is_unused and super().has_delete_permission(request, obj)
