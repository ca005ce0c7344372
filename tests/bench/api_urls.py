"""The product's addresses, and beside them a view that does nothing: the limit of any endpoint."""

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path

from backend.urls import urlpatterns as product


def answer_constant(_: HttpRequest, size: int) -> HttpResponse:
    return HttpResponse(b"x" * size, content_type="application/json")


urlpatterns: list[URLPattern | URLResolver] = [
    path("constant/<int:size>", answer_constant),
    *product,
]
