"""A page that begins to leave before it is made."""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import translation

Context = Mapping[str, Any]


class Page(StreamingHttpResponse):
    """What every page begins with leaves at once, so that browsers fetch the styles meanwhile.

    `make` gives the template's context; `then` is called with the whole page. A view answers so
    when it knows that there is something to show: the status has left by the time `make` is called.
    What `make` raises cuts the answer off, and a cut answer is incomplete to browsers and caches
    (RFC 9112, section 8).
    """

    def __init__(self, request: HttpRequest, template: str, make: Callable[[], Context]) -> None:
        self.then: Callable[[HttpResponse], None] = lambda _: None
        super().__init__(self.make_pieces(request, template, make, translation.get_language()))

    def make_pieces(
        self, request: HttpRequest, template: str, make: Callable[[], Context], language: str
    ) -> Iterator[str]:
        opening = make_opening(language)
        yield opening
        # Never across a yield: between two pieces the thread may speak another language.
        with translation.override(language):
            page = render_to_string(template, dict(make()), request).lstrip()
        self.then(HttpResponse(page))
        yield page.removeprefix(opening)

    @property
    def content(self) -> bytes:  # type: ignore[override]  # Django's raises
        """The whole page, for who does not read it piece by piece."""
        whole = self.getvalue()
        self.streaming_content = [whole]
        return whole


@lru_cache
def make_opening(language: str) -> str:
    """What stands above the title, whatever the page."""
    with translation.override(language):
        page = render_to_string("articles/base.html", request=HttpRequest())
    return page.lstrip().partition("<title>")[0]
