"""Who is calling: a bearer secret names a session, a session names a reader."""

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from articles.models import Reader, Session


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <secret>`, the secret from opening a session (RFC 6750)."""

    def authenticate(self, request: Request) -> tuple[Reader, Session] | None:
        """The reader and the session; None without the header; 401 for an unknown secret."""
        secret = read_secret(request)
        if secret is None:
            return None
        session = Session.objects.find(secret)
        if session is None:
            raise AuthenticationFailed("This secret opens no session.")
        return session.reader, session

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's signature
        return "Bearer"


def read_secret(request: HttpRequest | Request) -> str | None:
    """What the header says; None without it."""
    scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # untyped library
    """How the schema describes the above."""

    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002 - as above
        return {"type": "http", "scheme": "bearer"}
