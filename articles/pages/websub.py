"""Where hubs come back to: once to confirm a subscription, then with news."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from articles import mailbox, tasks, websub
from articles.feeds.xml import MOST_BYTES
from articles.models import Feed, HubSubscription


@csrf_exempt  # hubs carry a signature instead
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest, pk: UUID) -> HttpResponse:
    return confirm(request, pk) if request.method == "GET" else take(request, pk)


def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Echo the challenge of what we asked for; 404 refuses anything else (section 5.3)."""
    challenge = websub.confirm(pk, request.GET.dict(), timezone.now())
    if challenge is None:
        return HttpResponse(status=404)
    return HttpResponse(challenge, content_type="text/plain; charset=utf-8")


def take(request: HttpRequest, pk: UUID) -> HttpResponse:
    """202 whether the signature is right or not (section 8); only what is signed is used."""
    subscription = get_object_or_404(HubSubscription.objects.select_related("feed"), pk=pk)
    if subscription.feed.state != Feed.State.ACTIVE:
        return HttpResponse(status=410)
    body = request.read(MOST_BYTES + 1)
    signature = request.headers.get("X-Hub-Signature", "")
    if len(body) <= MOST_BYTES and websub.is_signed(subscription, signature, body):
        key = mailbox.put(body, request.headers.get("Content-Type", ""))
        tasks.take_delivery.delay(str(pk), key)
    return HttpResponse(status=202)
