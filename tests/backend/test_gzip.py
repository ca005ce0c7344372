import zlib
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from backend.gzip import GZIP, Gzip

PIECES = [b"the head", b"the rest " * 1_000]


@pytest.fixture
def request_() -> HttpRequest:
    return RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})


def answer(request: HttpRequest, response: StreamingHttpResponse) -> StreamingHttpResponse:
    passed = Gzip(lambda _: response)(request)
    assert isinstance(passed, StreamingHttpResponse)
    return passed


def test_each_piece_can_be_read_before_the_next_is_made(request_: HttpRequest) -> None:
    made: list[bytes] = []

    def make() -> Iterator[bytes]:
        for piece in PIECES:
            made.append(piece)
            yield piece

    response = answer(request_, StreamingHttpResponse(make()))
    reader, sent = zlib.decompressobj(wbits=GZIP), iter(response)

    assert reader.decompress(next(sent)) == PIECES[0]
    assert made == PIECES[:1]
    assert b"".join(map(reader.decompress, sent)) == PIECES[1]
    assert reader.eof
    assert response["Content-Encoding"] == "gzip"


def test_who_cannot_read_it_gets_the_stream_as_it_is() -> None:
    response = answer(RequestFactory().get("/"), StreamingHttpResponse(PIECES))

    assert list(response) == PIECES
    assert "Content-Encoding" not in response
    assert response["Vary"] == "Accept-Encoding"


def test_what_is_compressed_already_is_left(request_: HttpRequest) -> None:
    response = StreamingHttpResponse(PIECES, headers={"Content-Encoding": "br"})

    assert list(answer(request_, response)) == PIECES


def test_whole_answers_are_compressed_as_ever(request_: HttpRequest) -> None:
    response = Gzip(lambda _: HttpResponse(PIECES[1]))(request_)

    assert isinstance(response, HttpResponse)
    assert zlib.decompress(response.content, wbits=GZIP) == PIECES[1]
