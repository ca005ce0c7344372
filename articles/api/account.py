"""A reader's account: signing in with it, taking all along, leaving for good."""

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.views import APIView

from articles.accounts import AccountError, delete_reader, sign_in
from articles.api.fields import TextField
from articles.api.serializers import AccountSerializer, ExportSerializer
from articles.api.views import NOTHING, ReaderRequest, problems
from articles.exporting import export_follows, export_reader
from articles.firebase import MOST_LETTERS, UnreachableError, UnverifiedError, verify
from articles.models import Follow


class Refused(APIException):
    status_code = status.HTTP_409_CONFLICT


class Unavailable(APIException):
    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "Sign-in is not available now. Try again later."


class SignInSerializer(serializers.Serializer[None]):
    id_token = TextField(
        max_length=MOST_LETTERS, help_text="As the app got it from Firebase Authentication."
    )


@extend_schema(tags=["Account"])
class AccountView(APIView):
    @extend_schema(
        summary="Who I am: an anonymous reader, or one who signed in",
        responses={200: AccountSerializer} | problems(401),
    )
    def get(self, request: ReaderRequest) -> Response:
        return Response(AccountSerializer(request.user).data)

    @extend_schema(
        summary="Sign in, so that a new phone knows me",
        description="Links this session's anonymous reader to the account. Where the account has a "
        "reader already, what the anonymous one follows, saved, read and muted, its devices and "
        "its preferences are added to that reader, who is this session's from now on: the "
        "secret stays valid, the reader's id changes. Safe to repeat.",
        request=SignInSerializer,
        responses={200: AccountSerializer} | problems(400, 401, 409, 503),
    )
    def put(self, request: ReaderRequest) -> Response:
        asked = SignInSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            reader = sign_in(request.auth, verify(asked.validated_data["id_token"]))
        except UnverifiedError as error:
            raise ValidationError({"id_token": [str(error)]}) from error
        except UnreachableError as error:
            raise Unavailable from error
        except AccountError as error:
            raise Refused(str(error)) from error
        return Response(AccountSerializer(reader).data)

    @extend_schema(
        summary="Delete me, and all that is kept of me",
        description="At once and for good; every session ends. For App Store guideline 5.1.1(v).",
        responses={204: NOTHING} | problems(401, 409),
    )
    def delete(self, request: ReaderRequest) -> Response:
        try:
            delete_reader(request.user)
        except AccountError as error:
            raise Refused(str(error)) from error
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["Account"])
class ExportView(APIView):
    @extend_schema(
        summary="All that is kept of me, as JSON",
        responses={200: ExportSerializer} | problems(401),
    )
    def get(self, request: ReaderRequest) -> Response:
        exported = export_reader(request.user.pk, timezone.now())
        headers = {"Content-Disposition": 'attachment; filename="daily8.json"'}
        return Response(ExportSerializer(exported).data, headers=headers)


@extend_schema(tags=["Account"])
class FollowListView(APIView):
    @extend_schema(
        summary="The tags that I follow, as OPML for other readers",
        responses={
            (200, "text/x-opml"): OpenApiResponse(OpenApiTypes.STR, "An OPML 2.0 document."),
        }
        | problems(401),
    )
    def get(self, request: ReaderRequest) -> HttpResponse:
        mine = Follow.objects.shown_to(request.user.pk).exclude(level=Follow.Level.MUTE)
        body = export_follows(mine.order_by("tag__name"), timezone.now())
        headers = {"Content-Disposition": 'attachment; filename="daily8.opml"'}
        return HttpResponse(body, content_type="text/x-opml", headers=headers)
