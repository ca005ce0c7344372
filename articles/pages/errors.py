"""What a reader sees where there is nothing to see."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from articles.pages.headers import Answer, guard


def not_found(request: HttpRequest, exception: Exception) -> Answer:  # noqa: ARG001 - Django's signature
    """In the language of the address, as far as it has one."""
    begin = request.path.split("/")[1]
    known = dict(settings.LANGUAGES)
    lang = begin if begin in known else settings.LANGUAGE_CODE
    return say_not_found(request, lang=lang)


@guard
def say_not_found(request: HttpRequest, lang: str) -> HttpResponse:  # noqa: ARG001 - read by the guard
    return render(request, "404.html", status=404)
