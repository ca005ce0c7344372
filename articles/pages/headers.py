"""What the pages tell browsers and caches, and in which language they speak."""

from collections.abc import Callable, Mapping
from functools import wraps
from hashlib import sha256
from secrets import token_urlsafe
from time import monotonic
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from articles.pages.page import Page

P = ParamSpec("P")
Answer = HttpResponse | Page
View = Callable[Concatenate[HttpRequest, P], Answer]

# Everything comes from here. A script runs if it carries the answer's own nonce, so nothing that a
# publisher wrote can run, nor any other file of ours that it might name.
CONTENT_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
STAND_IN = token_urlsafe(16)  # for the nonce, until an answer leaves: nobody outside can know it
FRESH_SECONDS = 60  # a new article is on every page a minute later at most


def public_page(view: View[P]) -> View[P]:
    """GET and HEAD only; the same for everybody, so shared caches may keep it for a minute.

    So does this process for PAGE_SECONDS: when an alert goes out, thousands open one page. Answers
    that are not 200 or a permanent redirect are not for caches: an article may come back.
    """

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **options: P.kwargs) -> Answer:
        language, kept = language_of(options), caches["pages"]
        key = sha256(request.get_full_path().encode()).hexdigest()
        response, made_at = kept.get(key, (None, monotonic()))
        if response is None:
            response = speak(view, language)(request, *args, **options)
            if isinstance(response, Page):
                response.then = lambda whole: kept.set(key, (whole, made_at))
            elif response.status_code in {200, 301}:
                kept.set(key, (response, made_at))
        if response.status_code in {200, 301}:
            left = FRESH_SECONDS - int(monotonic() - made_at)
            patch_cache_control(response, public=True, max_age=max(left, 0))
        return seal(response, language)

    return require_safe(answer)


def private_page(view: View[P]) -> View[P]:
    """One reader's own; caches keep nothing of it. Its forms come from our own pages."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **options: P.kwargs) -> Answer:
        if request.method == "POST" and not is_from_here(request):
            return HttpResponse("This form belongs to another site.", status=403)
        response = guard(view)(request, *args, **options)
        patch_cache_control(response, private=True, no_store=True)
        return response

    # The pages with the forms are the same for everybody, so they can hold no token of a reader.
    return csrf_exempt(require_http_methods(["GET", "HEAD", "POST"])(answer))


def own_form(view: View[P]) -> View[P]:
    """Where a form on our own pages leads."""
    return csrf_exempt(require_POST(private_page(view)))


def guard(view: View[P]) -> View[P]:
    """In the language of the address, under a policy that lets in nothing foreign."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **options: P.kwargs) -> Answer:
        language = language_of(options)
        return seal(speak(view, language)(request, *args, **options), language)

    return answer


def language_of(options: Mapping[str, object]) -> str:
    return str(options.get("lang", settings.LANGUAGE_CODE))


def speak(view: View[P], language: str) -> View[P]:
    def answer(request: HttpRequest, /, *args: P.args, **options: P.kwargs) -> Answer:
        request.nonce = STAND_IN  # type: ignore[attr-defined]  # the templates' to read
        with translation.override(language):
            return view(request, *args, **options)

    return answer


def seal(response: Answer, language: str) -> Answer:
    """With a nonce that no other answer has, and the policy that names it."""
    nonce = token_urlsafe(16)

    def put_in(content: bytes) -> bytes:
        return content.replace(STAND_IN.encode(), nonce.encode())

    if isinstance(response, Page):
        response.streaming_content = map(put_in, response)
    else:
        response.content = put_in(response.content)
    response["Content-Security-Policy"] = CONTENT_POLICY.format(nonce=nonce)
    response["Content-Language"] = language
    return response


def is_from_here(request: HttpRequest) -> bool:
    """Whether one of our own pages sent it, by the browser's word, which no script can change.

    Sec-Fetch-Site is what all browsers of today send; older ones send the Origin of every POST.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(request.headers.get("Origin", ""))
    return origin.netloc == request.get_host()
