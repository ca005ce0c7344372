"""Publishers' pictures made small and harmless. Pure.

What comes in may be anything that calls itself a picture; what goes out was drawn anew by us.
"""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

FORMATS = ("AVIF", "GIF", "JPEG", "PNG", "WEBP")  # others have decoders that few people read
MOST_PIXELS = 50_000_000
LEAST_SIDE = 16  # smaller ones count visits


class PictureError(Exception):
    """This is no picture that we show; the text says why."""


@dataclass(frozen=True, slots=True)
class Size:
    """What a picture is made to fit. Without a height it keeps its shape."""

    width: int
    height: int = 0
    format: str = "WEBP"

    @property
    def content_type(self) -> str:
        return f"image/{self.format.lower()}"


SIZES = {
    "mark": Size(96, 96),
    "card": Size(640, 360),
    "wide": Size(1280, 720),
    "body": Size(1280),
    "share": Size(1200, 630, "JPEG"),  # not every network that shows links knows WebP
}


def shrink(body: bytes, size: Size) -> bytes:
    """The first frame, upright, without metadata. Raises PictureError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(body), formats=FORMATS) as opened:
                check_sides(opened)
                opened.draft("RGB", (size.width, size.height or size.width))
                picture = flatten(ImageOps.exif_transpose(opened))
        return encode(fit(picture, size), size.format)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise PictureError("not a picture") from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise PictureError("too many pixels") from error


def check_sides(picture: Image.Image) -> None:
    """Before anything is decoded: the header alone says how large it would become."""
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise PictureError("too many pixels")
    if min(width, height) < LEAST_SIDE:
        raise PictureError("too small to be meant for eyes")


def flatten(picture: Image.Image) -> Image.Image:
    """What is transparent becomes white, as on most publishers' pages."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(ground, layer).convert("RGB")


def fit(picture: Image.Image, size: Size) -> Image.Image:
    """Cut to the shape around what is mostly the subject, a little above the middle; never
    enlarged beyond its own pixels where the shape is free.
    """
    if size.height:
        goal = (size.width, size.height)
        return ImageOps.fit(picture, goal, Image.Resampling.LANCZOS, centering=(0.5, 0.4))
    width = min(size.width, picture.width)
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS)


def encode(picture: Image.Image, format_name: str) -> bytes:
    written = io.BytesIO()
    picture.save(written, format_name, quality=78)
    return written.getvalue()
