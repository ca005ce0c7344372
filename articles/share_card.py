"""The drawn card of a tag, for where a link to its page is shared. Pure."""

import io
from functools import cache
from unicodedata import normalize

from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
NIGHT, SUN, INK, QUIET = "#14171f", "#ffc530", "#f4f5f7", "#b9bfca"
EDGE = 88
LARGEST, SMALLEST = 116, 44
FAMILIES = ("DejaVuSans-Bold.ttf", "NotoSans-Bold.ttf", "Arial Bold.ttf")  # all alphabets we speak
BASIC = 0x024F  # Latin: what the font in Pillow itself can write

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def draw_card(name: str, line: str) -> bytes:
    """A PNG with "#name" as large as fits and a line of text below it."""
    picture = Image.new("RGB", SIZE, NIGHT)
    draw = ImageDraw.Draw(picture)
    draw_rings(draw)
    draw_mark(draw, EDGE, EDGE, 92)
    draw.text((EDGE + 120, EDGE + 46), "Daily8", INK, find_font(52), anchor="lm")
    words = f"#{normalize('NFC', name)}"
    if can_write(words):
        font = fit_font(draw, words, SIZE[0] - 2 * EDGE)
        draw.text((EDGE, 390), words, SUN, font, anchor="ls")
    if can_write(line):
        draw.text((EDGE, 480), line, QUIET, fit_font(draw, line, SIZE[0] - 2 * EDGE, 40))
    written = io.BytesIO()
    picture.quantize(64).save(written, "PNG", optimize=True)
    return written.getvalue()


def draw_rings(draw: ImageDraw.ImageDraw) -> None:
    """The logo's two rings, large and quiet, out of the corner."""
    for x, y, radius in ((1080, 150, 150), (1080, 470, 205)):
        box = (x - radius, y - radius, x + radius, y + radius)
        draw.ellipse(box, outline="#262b35", width=56)


def draw_mark(draw: ImageDraw.ImageDraw, left: int, top: int, side: int) -> None:
    """The logo, in the proportions of logo.svg."""
    unit = side / 64
    draw.rounded_rectangle((left, top, left + side, top + side), 17 * unit, fill=SUN)
    for y, radius in ((21.2, 8.2), (42, 11)):
        reach = (radius + 3.25) * unit
        x, middle = left + 32 * unit, top + y * unit
        box = (x - reach, middle - reach, x + reach, middle + reach)
        draw.ellipse(box, outline=NIGHT, width=round(6.5 * unit))


@cache
def find_font(size: int) -> Font:
    """A bold font of the system for every alphabet, else Pillow's own for the Latin one."""
    for family in FAMILIES:
        try:
            return ImageFont.truetype(family, size)
        except OSError:
            continue
    return ImageFont.load_default(size)


def can_write(words: str) -> bool:
    """Whether the font has the letters: a card of empty boxes would be worse than none."""
    font = find_font(SMALLEST)
    is_of_system = isinstance(font, ImageFont.FreeTypeFont) and isinstance(font.path, str)
    return is_of_system or all(ord(letter) <= BASIC for letter in words)


def fit_font(draw: ImageDraw.ImageDraw, words: str, width: int, largest: int = LARGEST) -> Font:
    """The largest font in which the words are no wider; long ones run out at the edge."""
    size = largest
    while size > SMALLEST // 2 and draw.textlength(words, find_font(size)) > width:
        size -= 4
    return find_font(size)
