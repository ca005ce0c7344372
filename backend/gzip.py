"""Compression that keeps no reader waiting."""

import zlib
from collections.abc import Iterable, Iterator

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.middleware.gzip import GZipMiddleware

GZIP = 16 + zlib.MAX_WBITS  # zlib's way to say: in the form of RFC 1952


class Gzip(GZipMiddleware):
    """Django's, but each piece of a stream leaves when it is there, not when a block is full."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if not isinstance(response, StreamingHttpResponse):
            return super().process_response(request, response)
        pieces, was_plain = iter(response), "Content-Encoding" not in response
        super().process_response(request, response)
        is_ours = was_plain and "Content-Encoding" in response
        response.streaming_content = squeeze(pieces) if is_ours else pieces
        return response


def squeeze(pieces: Iterable[bytes]) -> Iterator[bytes]:
    stream = zlib.compressobj(wbits=GZIP)
    for piece in pieces:
        yield stream.compress(piece) + stream.flush(zlib.Z_SYNC_FLUSH)
    yield stream.flush()
