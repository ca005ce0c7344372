"""The page of a tag."""

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from articles.models import Article, Tag
from articles.pages.headers import FRESH_SECONDS, guard, public_page
from articles.pages.paging import cut_page
from articles.pages.structure import item_list
from articles.share_card import draw_card
from articles.tagging import fold

RELATED = 8
CARD_FRESH = 60 * FRESH_SECONDS


@public_page
def show_tag(request: HttpRequest, lang: str, name: str) -> HttpResponse:
    """The tag's articles; another spelling of its name leads to the one it has."""
    tag = find_tag(name)
    if tag is None:
        near = Tag.objects.near(name)
        return render(request, "articles/no_tag.html", {"name": name, "tags": near}, status=404)
    if tag.name != name:
        return redirect("tag", lang, tag.name, permanent=True)
    shown = cut_page(request, Article.objects.tagged(tag))
    if not request.GET.get("before"):
        pinned = list(Article.objects.pinned(tag).with_card().newest_first())
        shown["articles"] = pinned + [each for each in shown["articles"] if each not in pinned]
    related = Tag.objects.related_to(tag)[:RELATED]
    title = gettext("Latest news with #%(tag)s") % {"tag": tag.name}
    context = {
        "tag": tag,
        "label": tag.label_in([lang]),
        "related": related,
        "facts": item_list(title, shown["articles"], lang),
        **shown,
    }
    return render(request, "articles/tag.html", context)


@require_safe
@guard
def show_card(_: HttpRequest, lang: str, name: str) -> HttpResponse:  # noqa: ARG001 - read by the guard
    """The picture that goes with a shared link to the tag's page."""
    tag = find_tag(name)
    if tag is None:
        raise Http404
    response = HttpResponse(draw_card(tag.name, gettext("The news by subject")), "image/png")
    patch_cache_control(response, public=True, max_age=CARD_FRESH)
    return response


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
