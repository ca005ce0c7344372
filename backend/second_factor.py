"""The second factor of staff: a code of an authenticator app, set up at the first sign-in.

Wrong codes are throttled by the device's own row, which waits twice as long after each.
"""

from base64 import b32encode
from typing import Any

import django_otp
import segno
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django_otp.plugins.otp_totp.models import TOTPDevice

from articles.models import Reader

NAME = "authenticator app"


def is_passed(request: HttpRequest) -> bool:
    """Whether this sign-in has shown its code."""
    check = getattr(request.user, "is_verified", None)
    return bool(check and check())


def ask(request: HttpRequest, staff: Reader, context: dict[str, Any]) -> HttpResponse:
    """The page that asks for the code, with the QR code as long as no app knows the secret."""
    device = find_device(staff)
    if request.method == "POST":
        if try_code(device, request.POST.get("code", "").replace(" ", "")):
            django_otp.login(request, device)
            return redirect(read_next(request))
        messages.error(request, "That is not the code of now. After wrong ones you have to wait.")
    context |= {
        "title": "Second factor",
        "is_new": not device.confirmed,
        "drawing": draw(device.config_url) if not device.confirmed else "",
        "secret": b32encode(device.bin_key).decode() if not device.confirmed else "",
        "next": request.GET.get("next", ""),
    }
    return render(request, "desk/second_factor.html", context)


def find_device(staff: Reader) -> TOTPDevice:
    """The one that is set up, or a new one whose secret only this person sees."""
    devices = TOTPDevice.objects.filter(user=staff).order_by("-confirmed", "-pk")
    return devices.first() or TOTPDevice.objects.create(user=staff, name=NAME, confirmed=False)


def try_code(device: TOTPDevice, code: str) -> bool:
    is_allowed, _ = device.verify_is_allowed()
    if not (is_allowed and code.isdigit() and device.verify_token(code)):
        return False
    if not device.confirmed:
        device.confirmed = True
        device.save(update_fields=["confirmed"])
    return True


def draw(uri: str) -> SafeString:
    code = segno.make(uri, error="m", micro=False)
    drawn = code.svg_inline(scale=1, border=2, omitsize=True, svgclass="qr", lineclass=None)
    return mark_safe(drawn)  # noqa: S308 - the library writes digits alone


def read_next(request: HttpRequest) -> str:
    wish = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()})
    return wish if is_ours else "admin:index"
