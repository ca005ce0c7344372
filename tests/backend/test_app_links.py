import pytest
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient


@pytest.mark.django_db
def test_an_app_learns_whether_it_is_new_enough(anonymous: APIClient, settings: Settings) -> None:
    versions = {"minimum_version": "1.2.0", "newest_version": "1.4.0", "store_url": ""}
    settings.APPS = {"ios": versions, "android": versions}
    settings.APP_FEATURES = ["stories"]
    settings.SITE_URL = "https://news.example"

    config = anonymous.get("/api/v1/config").json()

    assert config["platforms"][0] == {"platform": "ios", **versions}
    assert config["features"] == ["stories"]
    assert config["links"]["article"] == "https://news.example/{language}/article/{id}"


def test_addresses_open_in_the_apps_that_are_named(
    anonymous: APIClient, settings: Settings
) -> None:
    settings.ANDROID_PACKAGE, settings.ANDROID_FINGERPRINTS = "org.example.daily8", ["AB:CD"]
    settings.IOS_APP_ID = "TEAM1.org.example.daily8"

    [android] = anonymous.get("/.well-known/assetlinks.json").json()
    apple = anonymous.get("/.well-known/apple-app-site-association")

    assert android["target"] == {
        "namespace": "android_app",
        "package_name": "org.example.daily8",
        "sha256_cert_fingerprints": ["AB:CD"],
    }
    [details] = apple.json()["applinks"]["details"]
    assert details["appIDs"] == ["TEAM1.org.example.daily8"]
    assert {"/": "/*/article/*"} in details["components"]
    assert apple["Content-Type"] == "application/json"


@pytest.mark.parametrize("name", ["assetlinks.json", "apple-app-site-association"])
def test_without_an_app_there_is_nothing_to_open(anonymous: APIClient, name: str) -> None:
    assert anonymous.get(f"/.well-known/{name}").status_code == 404
