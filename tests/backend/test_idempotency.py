import threading
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from rest_framework.test import APIClient

from articles.models import Reader, Reading
from articles.pace import connect
from backend.idempotency import Idempotency
from tests import make
from tests.app import App

pytestmark = pytest.mark.django_db


def post(client: APIClient, path: str, body: object, key: str) -> Any:
    headers = {"Idempotency-Key": key}
    return client.post(f"/api/v1/{path}", body, format="json", headers=headers)


def test_a_repeated_request_is_answered_again_and_not_done_again(anonymous: APIClient) -> None:
    key = str(uuid4())

    first, second = (post(anonymous, "sessions", {"label": "phone"}, key) for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second["Idempotency-Replayed"] == "true"
    assert second["Cache-Control"] == "no-store"
    assert Reader.objects.count() == 1


def test_another_body_under_the_same_key_is_refused(anonymous: APIClient) -> None:
    key = str(uuid4())
    post(anonymous, "sessions", {"label": "phone"}, key)

    answer = post(anonymous, "sessions", {"label": "tablet"}, key)

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert Reader.objects.count() == 1


def test_one_key_of_two_readers_is_two_keys(app: App) -> None:
    key, article = str(uuid4()), make.article()

    for client in (app, App()):
        answer = post(client, "read", {"articles": [str(article.pk)]}, key)
        assert answer.status_code == 204
        assert "Idempotency-Replayed" not in answer

    assert Reading.objects.count() == 2


def test_a_refusal_is_repeated_too_but_not_one_that_passes(anonymous: APIClient) -> None:
    wrong, unknown = str(uuid4()), str(uuid4())

    refused = [post(anonymous, "sessions", {"label": "x" * 81}, wrong) for _ in range(2)]
    denied = [post(anonymous, "read", {}, unknown) for _ in range(2)]

    assert [answer.status_code for answer in refused + denied] == [400, 400, 401, 401]
    assert "Idempotency-Replayed" in refused[1]
    assert "Idempotency-Replayed" not in denied[1]


@pytest.mark.parametrize("key", ["", "short", "x" * 256, "a key with spaces in it"])
def test_a_key_that_others_might_have_is_refused(anonymous: APIClient, key: str) -> None:
    assert post(anonymous, "sessions", {}, key).status_code == 400
    assert not Reader.objects.exists()


def test_a_secret_is_not_kept_in_the_open(anonymous: APIClient) -> None:
    secret = post(anonymous, "sessions", {}, str(uuid4())).json()["secret"]

    redis = connect()
    kept: list[Any] = [redis.get(key) for key in redis.keys("*answer:*")]

    assert len(kept) == 1
    assert secret.encode() not in kept[0]


def test_while_the_first_is_going_on_the_second_has_to_wait() -> None:
    started, may_end = threading.Event(), threading.Event()

    def view(_: HttpRequest) -> HttpResponse:
        started.set()
        may_end.wait(10)
        return HttpResponse("done")

    middleware, key = Idempotency(view), {"Idempotency-Key": str(uuid4())}
    requests = [make_request(key) for _ in range(3)]
    first = threading.Thread(target=middleware, args=requests[:1])
    first.start()
    assert started.wait(10)
    second = middleware(requests[1])
    may_end.set()
    first.join()
    third = middleware(requests[2])

    assert (second.status_code, second["Retry-After"]) == (409, "1")
    assert third["Idempotency-Replayed"] == "true"


def test_after_an_error_of_ours_the_key_is_free() -> None:
    answers = iter([HttpResponse(status=500), HttpResponse("done")])
    middleware, key = Idempotency(lambda _: next(answers)), {"Idempotency-Key": str(uuid4())}

    codes = [middleware(make_request(key)).status_code for _ in range(2)]

    assert codes == [500, 200]


def make_request(headers: dict[str, str]) -> HttpRequest:
    return RequestFactory().post("/api/v1/read", b"{}", "application/json", headers=headers)
