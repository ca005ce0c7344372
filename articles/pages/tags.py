"""The page of a tag."""

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from articles.models import Article, Tag
from articles.pages.headers import FRESH_SECONDS, Answer, guard, public_page
from articles.pages.page import Context, Page
from articles.pages.paging import cut_page, find_start
from articles.pages.structure import item_list
from articles.share_card import draw_card
from articles.tagging import fold

RELATED = 8
CARD_FRESH = 60 * FRESH_SECONDS


@public_page
def show_tag(request: HttpRequest, lang: str, name: str) -> Answer:
    """The tag's articles; another spelling of its name leads to the one it has."""
    pk = Tag.objects.find_id(name)
    if pk is None:
        return lead_on(request, lang, name)
    start = find_start(request)

    def describe() -> Context:
        tag = Tag.objects.get(pk=pk)
        shown = cut_page(Article.objects.tagged(tag), start)
        if not start:
            pinned = list(Article.objects.pinned(tag).with_card().newest_first())
            shown["articles"] = pinned + [each for each in shown["articles"] if each not in pinned]
        title = gettext("Latest news with #%(tag)s") % {"tag": tag.name}
        return {
            "tag": tag,
            "label": tag.label_in([lang]),
            "related": Tag.objects.related_to(tag)[:RELATED],
            "facts": item_list(title, shown["articles"], lang),
            **shown,
        }

    return Page(request, "articles/tag.html", describe)


def lead_on(request: HttpRequest, lang: str, name: str) -> HttpResponse:
    """From a name that no tag has to the one that is meant, or to those that are near."""
    if tag := find_tag(name):
        return redirect("tag", lang, tag.name, permanent=True)
    near = Tag.objects.near(name)
    return render(request, "articles/no_tag.html", {"name": name, "tags": near}, status=404)


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
    tags = Tag.objects.select_related("merged_into")
    found = tags.filter(name=name).first() or find_near(tags, name)
    return (found.merged_into or found) if found else None


def find_near(tags: QuerySet[Tag], name: str) -> Tag | None:
    glued = fold(name).replace(" ", "")
    spellings = Q(name__iexact=name) | Q(slug=name.lower())
    if glued:
        spellings |= Q(name__iexact=glued) | Q(slug=glued)
    return tags.filter(spellings).order_by("name").first()
