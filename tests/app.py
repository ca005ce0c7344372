"""An app as its developer sees it: a reader's session and the API."""

from typing import Any

from rest_framework.test import APIClient

from articles.models import Reader
from tests import make

DEVICE = {
    "platform": "android",
    "app_version": "1.0",
    "locale": "en",
    "zone": "Asia/Yerevan",
    "address_kind": "fcm_token",
    "address": "address-of-an-app-0123456789",
}


class App(APIClient):
    def __init__(self, reader: Reader | None = None) -> None:
        super().__init__()
        self.reader = reader or make.reader()
        self.signed_in, self.secret = make.session(self.reader)
        self.credentials(HTTP_AUTHORIZATION=f"Bearer {self.secret}")

    def ask(self, method: str, path: str, body: object = None) -> Any:
        return getattr(self, method.lower())(f"/api/v1/{path}", body, format="json")
