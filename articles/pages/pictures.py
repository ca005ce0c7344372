"""Publishers' pictures under our own address, so that no page asks anybody else.

The address is signed: this is no open proxy. It names the picture itself, so it needs no row, and
another picture has another address.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.crypto import constant_time_compare, salted_hmac
from django.views.decorators.http import require_safe

from articles.models import Story
from articles.pictures import SIZES
from articles.thumbnails import KEPT, NoThumbnailError, find_thumbnail

SIGNED_BYTES = 12  # 96 bits: guessing takes longer than any key lives


def picture_path(url: str, size: str) -> str:
    """Where we show a publisher's picture in one of SIZES."""
    return reverse("picture", args=[size, sign(url, size), write(url.encode())])


@require_safe
def show_picture(_: HttpRequest, size: str, signature: str, address: str) -> HttpResponse:
    try:
        url = urlsafe_b64decode(address + "=" * (-len(address) % 4)).decode()
    except ValueError as error:
        raise Http404 from error
    if size not in SIZES or not constant_time_compare(sign(url, size), signature):
        raise Http404
    try:
        response = HttpResponse(find_thumbnail(url, size), SIZES[size].content_type)
    except NoThumbnailError as error:
        # The page has a drawing behind every picture, which now shows.
        response = HttpResponse(status=404)
        patch_cache_control(response, public=True, max_age=int(error.wait.total_seconds()))
        return response
    patch_cache_control(response, public=True, max_age=int(KEPT.total_seconds()), immutable=True)
    return response


@require_safe
def show_story_picture(_: HttpRequest, pk: UUID) -> HttpResponse:
    """The picture of a story, for a notification, which knows the story alone."""
    story = get_object_or_404(Story.objects.select_related("lead"), pk=pk, lead__is_hidden=False)
    if story.lead is None or not story.lead.image_url:
        raise Http404
    return redirect(picture_path(story.lead.image_url, "wide"))


def sign(url: str, size: str) -> str:
    mac = salted_hmac("articles.pages.pictures", f"{size} {url}", algorithm="sha256")
    return write(mac.digest()[:SIGNED_BYTES])


def write(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
