"""The page of a tag."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from articles.models import Article, Tag
from articles.pages.headers import public_page
from articles.pages.views import cut_page
from articles.tagging import fold

RELATED = 5


@public_page
def show_tag(request: HttpRequest, lang: str, name: str) -> HttpResponse:
    """The tag's articles; another spelling of its name leads to the one it has."""
    tag = find_tag(name)
    if tag is None:
        near = Tag.objects.near(name)
        return render(
            request, "articles/no_tag.html", {"lang": lang, "name": name, "tags": near}, status=404
        )
    if tag.name != name:
        return redirect("tag", lang, tag.name, permanent=True)
    shown = cut_page(request, Article.objects.tagged(tag))
    related = Tag.objects.related_to(tag)[:RELATED]
    context = {"lang": lang, "tag": tag, "related": related, **shown}
    return render(request, "articles/tag.html", context)


def find_tag(name: str) -> Tag | None:
    """The tag of exactly this name, else one whose name differs in case, hyphens or spaces; or what
    it was merged into.
    """
    name = name.replace("\x00", "")  # PostgreSQL refuses it in any text
    glued = fold(name).replace(" ", "")
    spellings = Q(name__iexact=name) | Q(slug=name.lower())
    if glued:
        spellings |= Q(name__iexact=glued) | Q(slug=glued)
    found = Tag.objects.filter(spellings).select_related("merged_into")
    tag = min(found, key=lambda tag: (tag.name != name, tag.name), default=None)
    return (tag.merged_into or tag) if tag else None
