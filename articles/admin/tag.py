"""Tags with their aliases and their names in other languages."""

from functools import partial
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html

from articles import corrections, retagging, tag_merging
from articles.admin.foresight import try_text
from articles.admin.history import Versioned
from articles.admin.labels import LABELS, LabelledForm
from articles.admin.long_action import begin_long
from articles.admin.paging import BigTable
from articles.admin.rows import TargetForm, correct, editor_of, find_target
from articles.models import Alias, LongAction, Tag
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


class AliasInline(admin.TabularInline):
    model = Alias
    fk_name = "tag"
    autocomplete_fields = ("needs",)
    formset = AliasFormSet
    readonly_fields = ("folded",)
    extra = 1


@admin.register(Tag)
class TagAdmin(Versioned, BigTable):
    form = LabelledForm
    change_form_template = "admin/articles/tag/change_form.html"
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
    readonly_fields = (*("followers", "expected_alerts_per_day", "merged_into", "related"),)
    inlines = (AliasInline,)
    fieldsets = (
        (None, {"fields": (("name", "slug"), "label", "kind", "parent")}),
        ("In other languages", {"fields": (tuple(LABELS),), "classes": ("collapse",)}),
        ("Used for", {"fields": ("is_active", "may_alert")}),
        (
            "What it does",
            {"fields": ("followers", "expected_alerts_per_day", "related", "merged_into")},
        ),
    )

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

    def get_urls(self) -> list[URLPattern]:
        own = self.admin_site.admin_view
        return [
            path("try", own(self.try_text), name="articles_tag_try"),
            path("<uuid:pk>/merge", own(self.preview_merge), name="articles_tag_merge"),
            *super().get_urls(),
        ]

    def try_text(self, request: HttpRequest) -> HttpResponse:
        """Which tags a pasted text would get, and why."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return render(request, "admin/articles/tag/_tried.html", try_text(request.POST))

    def preview_merge(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """What merging would bring; with the button that does it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        tag = get_object_or_404(Tag, pk=pk)
        if request.method == "POST":
            self.merge(request, Tag.objects.filter(pk=pk))
            return redirect("admin:articles_tag_change", pk)
        name = request.GET.get("target", "").strip().removeprefix("#")
        into = Tag.objects.filter(name__iexact=name).exclude(pk=pk).first() if name else None
        context = {
            **self.admin_site.each_context(request),
            "title": f"Merge {tag}",
            "opts": self.opts,
            "tag": tag,
            "name": name,
            "into": into,
            "foreseen": tag_merging.foresee(tag, into) if into else None,
            "near": Tag.objects.near(name) if name and not into else [],
        }
        return render(request, "admin/articles/tag/merge.html", context)

    @admin.action(description="Merge into the target tag", permissions=["change"])
    def merge(self, request: HttpRequest, tags: QuerySet[Tag]) -> None:
        target = find_target(request)
        if target is None:
            return
        for tag in tags:
            if tag_merging.is_large(tag):
                kind, title = LongAction.Kind.MERGE_TAGS, f"Merge {tag} into {target}"
                begin_long(request, kind, title, [str(tag.pk)], str(target.pk))
            else:
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
class AliasAdmin(Versioned, BigTable):
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
