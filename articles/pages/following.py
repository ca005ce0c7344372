"""A reader's own tags: follow, unfollow, and the feed of what is followed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from articles.models import Article, Follow
from articles.pages import browser
from articles.pages.headers import own_form, private_page
from articles.pages.paging import cut_page, find_start
from articles.pages.tags import find_tag


@private_page
def my_tags(request: HttpRequest, lang: str) -> HttpResponse:  # noqa: ARG001 - read by the decorator
    """What the reader of this browser follows, and its latest news."""
    session = browser.find_session(request)
    if session is None:
        return render(request, "articles/my_tags.html", {"follows": [], "articles": []})
    mine = Follow.objects.current().filter(reader_id=session.reader_id, tag__merged_into=None)
    follows = mine.exclude(level=Follow.Level.MUTE).select_related("tag").order_by("tag__name")
    shown = cut_page(Article.objects.for_reader(session.reader_id), find_start(request))
    return render(request, "articles/my_tags.html", {"follows": follows, **shown})


@own_form
def follow(request: HttpRequest, lang: str) -> HttpResponse:
    """One tap: a reader without a name is made where this browser has none."""
    tag = find_tag(request.POST.get("tag", ""))
    if tag is None:
        raise Http404
    try:
        session, secret = browser.begin_session(request)
    except browser.FloodError:
        return render(request, "articles/too_many.html", status=429)
    Follow.objects.begin(session.reader_id, tag, Follow.Level.ALL, timezone.now())
    return browser.keep(redirect(next_page(request, lang)), secret)


@own_form
def unfollow(request: HttpRequest, lang: str) -> HttpResponse:
    tag = find_tag(request.POST.get("tag", ""))
    session = browser.find_session(request)
    if tag is None:
        raise Http404
    if session:
        Follow.objects.end(session.reader_id, tag, timezone.now())
    return redirect(next_page(request, lang))


@own_form
def begin(request: HttpRequest, lang: str) -> HttpResponse:  # noqa: ARG001 - read by the decorator
    """For a script that is about to use the API: this browser becomes a reader."""
    try:
        _, secret = browser.begin_session(request)
    except browser.FloodError:
        return HttpResponse(status=429)
    return browser.keep(HttpResponse(status=204), secret)


def next_page(request: HttpRequest, lang: str) -> str:
    """Where the form said to go on, if that is a page of ours."""
    wish = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wish, allowed_hosts=None)
    return wish if wish and is_ours else reverse("my_tags", args=[lang])
