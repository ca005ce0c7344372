"""Tags with their aliases, and sections."""

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest

from articles.models import Alias, Section, Tag
from articles.tagging import fold


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
    formset = AliasFormSet
    readonly_fields = ("folded",)
    extra = 1


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):
    list_display = ("__str__", "label", "slug", "is_active", "created_at")
    list_filter = ("is_active", "created_at")
    search_fields = ("name", "label", "aliases__folded")
    search_help_text = "name, label or alias; any case"
    ordering = ("name",)
    prepopulated_fields = {"slug": ("name",)}
    readonly_fields = ("created_at", "followers")
    inlines = (AliasInline,)

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
    list_display = ("phrase", "folded", "tag")
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
