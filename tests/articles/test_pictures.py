import io
import struct
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from articles.pictures import SIZES, PictureError, Size, shrink


def draw(
    width: int, height: int, form: str = "JPEG", mode: str = "RGB", **options: object
) -> bytes:
    written = io.BytesIO()
    Image.new(mode, (width, height), 128 if mode == "L" else "#3f6b62").save(
        written, form, **options
    )
    return written.getvalue()


def look(body: bytes) -> Image.Image:
    return Image.open(io.BytesIO(body))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
@pytest.mark.parametrize("name", SIZES)
def test_every_format_becomes_ours_in_every_size(form: str, name: str) -> None:
    size = SIZES[name]

    small = look(shrink(draw(1000, 700, form), size))

    assert small.format == size.format
    assert small.size == (size.width, size.height) if size.height else (1000, 700)


def test_a_free_shape_is_kept_and_never_enlarged() -> None:
    assert look(shrink(draw(300, 900), Size(1280))).size == (300, 900)
    assert look(shrink(draw(2560, 900), Size(1280))).size == (1280, 450)


def test_what_a_camera_noted_is_left_out_and_its_turn_is_heeded() -> None:
    notes = Image.Exif()
    notes[0x0112] = 6  # turned to the right
    notes[0x010F] = "a camera"

    small = look(shrink(draw(400, 200, exif=notes), Size(1280)))

    assert small.size == (200, 400)
    assert not small.getexif()


def test_what_is_transparent_becomes_white() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (200, 200), (0, 0, 0, 0)).save(written, "PNG")

    small = look(shrink(written.getvalue(), SIZES["mark"])).convert("RGB")

    assert min(small.getpixel((48, 48))) > 250  # type: ignore[arg-type]  # of an RGB picture


def test_a_small_header_that_promises_a_huge_picture_is_not_decoded() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    bomb += chunk(b"IDAT", zlib.compress(bytes(1_000_000))) + chunk(b"IEND", b"")

    with pytest.raises(PictureError, match="too many pixels"):
        shrink(bomb, SIZES["card"])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>not found</html>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        draw(1, 1, "GIF"),
        draw(400, 300)[:300],
        draw(100, 100, "TIFF"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n",
    ],
)
def test_what_is_no_picture_for_eyes_is_refused(body: bytes) -> None:
    with pytest.raises(PictureError):
        shrink(body, SIZES["card"])


@given(st.binary(max_size=400), st.integers(0, 700))
def test_no_bytes_do_harm(noise: bytes, at: int) -> None:
    whole = draw(64, 64, "PNG")
    broken = whole[:at] + noise + whole[at + len(noise) :]

    with suppress(PictureError):
        assert look(shrink(broken, SIZES["mark"])).size == (96, 96)
