"""What an app asks first: whether it is new enough, and which addresses it may open."""

import re
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from articles.api.views import PublicView, problems

# What opens in the app when it is installed: the site's own addresses.
PATHS = {
    "tag": "/{language}/hashtag/{name}",
    "article": "/{language}/article/{id}",
    "story": "/{language}/story/{id}",
}
HOUR = 3600


class PlatformSerializer(serializers.Serializer[object]):
    platform = serializers.ChoiceField(choices=["ios", "android"])
    minimum_version = serializers.CharField(help_text="Older apps must be updated before use.")
    newest_version = serializers.CharField()
    store_url = serializers.CharField(help_text="Empty until the app is in the store.")


class LinksSerializer(serializers.Serializer[object]):
    """Addresses of the site that open in the app, with what stands for a part in braces."""

    tag = serializers.CharField()
    article = serializers.CharField()
    story = serializers.CharField()


class ConfigSerializer(serializers.Serializer[object]):
    platforms = PlatformSerializer(many=True)
    features = serializers.ListField(
        child=serializers.CharField(), help_text="Names of what is switched on."
    )
    received_sample = serializers.FloatField(
        help_text="The share of devices that report which alerts they received; draw once."
    )
    sync_seconds = serializers.IntegerField(help_text="How long to wait between two syncs.")
    links = LinksSerializer()


@extend_schema(tags=["App"])
class ConfigView(PublicView):
    cache_seconds = 300

    @extend_schema(
        summary="Which versions of the app are good, where to get them, what is switched on",
        responses={200: ConfigSerializer} | problems(429),
    )
    def get(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        config = {
            "platforms": [{"platform": name, **facts} for name, facts in settings.APPS.items()],
            "features": settings.APP_FEATURES,
            "sync_seconds": settings.APP_SYNC_SECONDS,
            "received_sample": settings.RECEIVED_SAMPLE,
            "links": {name: settings.SITE_URL + path for name, path in PATHS.items()},
        }
        return Response(ConfigSerializer(config).data)


def assetlinks(_: HttpRequest) -> JsonResponse:
    """For Android. Source: https://developer.android.com/training/app-links."""
    if not settings.ANDROID_PACKAGE:
        raise Http404
    target = {
        "namespace": "android_app",
        "package_name": settings.ANDROID_PACKAGE,
        "sha256_cert_fingerprints": settings.ANDROID_FINGERPRINTS,
    }
    links = [{"relation": ["delegate_permission/common.handle_all_urls"], "target": target}]
    return answer(links)


def apple_app_site_association(_: HttpRequest) -> JsonResponse:
    """For iOS. Source: Apple's documentation, "Supporting associated domains"."""
    if not settings.IOS_APP_ID:
        raise Http404
    components = [{"/": re.sub(r"\{\w+\}", "*", path)} for path in PATHS.values()]
    details = [{"appIDs": [settings.IOS_APP_ID], "components": components}]
    return answer({"applinks": {"details": details}})


def answer(document: Any) -> JsonResponse:
    headers = {"Cache-Control": f"public, max-age={HOUR}"}
    return JsonResponse(document, safe=False, headers=headers)
