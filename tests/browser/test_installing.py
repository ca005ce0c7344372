"""That Chromium itself would offer the site as an app."""

import json
import struct
from urllib.request import urlopen

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.browsing import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_chromium_finds_nothing_against_installing(visitor: Visitor, lang: str) -> None:
    page = visitor.go(f"/{lang}/")
    visitor.wait_for_worker()
    devtools = visitor.context.new_cdp_session(page)

    manifest = devtools.send("Page.getAppManifest")
    errors = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]

    assert manifest["errors"] == []
    assert json.loads(manifest["data"])["lang"] == lang
    # A profile without a disk is what a test has, not what a reader has.
    assert [error for error in errors if error["errorId"] != "in-incognito"] == []


def test_every_icon_is_as_large_as_the_manifest_says(live_server: LiveServer) -> None:
    with urlopen(f"{live_server.url}/en/manifest.webmanifest") as answer:
        manifest = json.load(answer)

    for icon in manifest["icons"]:
        with urlopen(live_server.url + icon["src"]) as answer:
            header = answer.read(24)
        width, height = struct.unpack(">II", header[16:24])
        assert icon["sizes"] == f"{width}x{height}"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
