"""What the endpoints share, those of notifications too."""

import contextlib
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    NotAuthenticated,
    NotFound,
    Throttled,
)
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from articles.api.authentication import read_secret
from articles.api.paging import link_to, read_cursor, read_limit, write_cursor
from articles.api.serializers import ProblemSerializer, languages_of
from articles.cards import NEWEST, CardList, Claim, NobodyError, Place
from articles.models import Follow, Reader, Session, Tag
from articles.models.reader import hash_secret

NOTHING = OpenApiResponse(description="Done; no body.")
BY_ID = OpenApiParameter("id", UUID, OpenApiParameter.PATH)
MINUTE = 60


def problems(*codes: int) -> dict[tuple[int, str], OpenApiResponse]:
    """How the schema describes errors with these status codes."""
    return {
        (code, "application/problem+json"): OpenApiResponse(
            ProblemSerializer, HTTPStatus(code).phrase
        )
        for code in codes
    }


class ReaderRequest(Request):
    """A request behind IsAuthenticated: its reader and session are there."""

    user: Reader
    auth: Session


def caller(request: Request) -> UUID:
    """The id of the reader who asks; of nobody where no session is needed or given."""
    return request.user.pk or UUID(int=0)


def find_tag(name: str, tags: QuerySet[Tag] | None = None) -> Tag:
    """The tag of that name in any case, or the one it was merged into, or 404."""
    tags = Tag.objects.all() if tags is None else tags
    tag = tags.filter(name__iexact=name).order_by("pk").first() if name.isprintable() else None
    if tag is None:
        raise NotFound(f"There is no tag #{name}.")
    return tags.get(pk=tag.merged_into_id) if tag.merged_into_id else tag


def with_level(tags: QuerySet[Tag], reader_id: UUID) -> QuerySet[Tag]:
    """Tags with the level at which a reader follows them."""
    mine = Follow.objects.current().filter(reader_id=reader_id, tag=OuterRef("pk"))
    return tags.annotate(level=Coalesce(Subquery(mine.values("level")), Value("none")))


class PublicView(APIView):
    # No docstring: the schema would give it to every endpoint of this kind. It is the same for
    # everybody, so shared caches may keep it for a while.
    authentication_classes = []
    permission_classes = [AllowAny]
    cache_seconds = MINUTE


class DirectView(APIView):
    # No docstring, as above. What apps ask for all day long: a GET that is in order is answered
    # without DRF's round of wrapping, negotiating and rendering, which costs as much as the rest.
    # All others, and every refusal, take the usual way.

    finds_caller = False
    """Whether `get` looks up by itself who asks: what is on the request is no more than a claim."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and accepts_json(request):
            with contextlib.suppress(APIException, Http404):  # told by the usual way
                admit(request, self)
                return self.get(request, *args, **kwargs)
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        raise NotImplementedError


def accepts_json(request: HttpRequest) -> bool:
    accepted = request.META.get("HTTP_ACCEPT", "*/*")
    return "*/*" in accepted or "application/json" in accepted


def admit(request: Any, view: DirectView) -> None:
    """Say on the request who asks, and count it. Raises APIException for who may not."""
    request.user, request.auth = AnonymousUser(), None
    if view.finds_caller:
        secret = read_secret(request)
        if secret is None:
            raise NotAuthenticated
        request.auth = Claim(hash_secret(secret))
    else:
        for authenticator in view.get_authenticators():
            request.user, request.auth = authenticator.authenticate(request) or (request.user, None)
        for permission in view.get_permissions():
            if not permission.has_permission(request, view):
                raise NotAuthenticated
    for throttle in view.get_throttles():
        if not throttle.allow_request(request, view):
            raise Throttled


@dataclass(frozen=True, slots=True)
class CardPage:
    """A page of a list of cards, which are JSON already."""

    cards: list[str]
    following: str | None

    def answer(self) -> HttpResponse:
        body = f'{{"next":{json.dumps(self.following)},"results":[{",".join(self.cards)}]}}'
        return HttpResponse(body.encode(), content_type="application/json")


def read_cards(
    request: HttpRequest | Request, cards: CardList, claim: Claim | None = None, **values: object
) -> CardPage:
    """The page of a list that a request asks for. A claim stands for the reader whose list it is;
    AuthenticationFailed where it is false.
    """
    limit, behind = read_limit(request), read_cursor(request, cards.name)
    at, pk, *moment = behind or NEWEST
    if cards.is_as_of:
        moment = moment or [timezone.now().isoformat()]
        values["as_of"] = moment[0]
    languages = languages_of(request)
    try:
        found, last = cards.read(Place(at, pk), limit, claim, languages=languages, **values)
    except NobodyError as error:
        raise AuthenticationFailed from error
    if last is None:
        return CardPage(found, None)
    return CardPage(found, link_to(request, write_cursor([*last, *moment], cards.name)))
