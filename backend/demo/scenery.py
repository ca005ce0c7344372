"""Pictures for the invented publishers, drawn from a number: the same number, the same picture."""

import io
import math
from collections.abc import Iterator
from random import Random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 960, 540
SKIES = [
    ("#f7d9a8", "#e58b6b"),
    ("#bfe3f2", "#5c9fc4"),
    ("#f3c9d3", "#8d6b9f"),
    ("#fbe7b2", "#7fb7a6"),
    ("#7d77b8", "#161d42"),
    ("#d9e8d0", "#6f9e8b"),
]
RANGES = ["#4b5d7a", "#3f6b62", "#6a4f66", "#7a5a3c", "#33485c", "#516b3f"]
LAYERS = 5


def draw_scene(number: int) -> bytes:
    """Mountains behind mountains, a sun or a moon, and now and then a lake. A JPEG."""
    random = Random(number * 7919 + 13)  # noqa: S311 - a picture, not a secret
    low, high = random.choice(SKIES)
    picture = draw_sky(low, high)
    draw = ImageDraw.Draw(picture)
    x, y, radius = random.randint(180, 780), random.randint(90, 190), random.randint(34, 58)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill="#fff6dc")
    colour = random.choice(RANGES)
    for layer in range(LAYERS):
        depth = (layer + 1) / LAYERS
        ridge = list(make_ridge(random, HEIGHT * (0.38 + 0.13 * layer), 120 * (1.1 - depth / 2)))
        draw.polygon([(0, HEIGHT), *ridge, (WIDTH, HEIGHT)], fill=mix(low, colour, depth**1.3))
    if random.choice((True, False)):
        picture = reflect(picture, HEIGHT - random.randint(90, 130))
    written = io.BytesIO()
    picture.filter(ImageFilter.SMOOTH).save(written, "JPEG", quality=85)
    return written.getvalue()


def draw_mark(letter: str, colour: str) -> bytes:
    """A publisher's mark: its letter's number of rays on a ground of its own. A PNG."""
    picture = Image.new("RGB", (256, 256), colour)
    draw = ImageDraw.Draw(picture)
    rays = 3 + ord(letter) % 6
    points = []
    for corner in range(2 * rays):
        reach = 96 if corner % 2 else 44
        angle = math.pi * corner / rays - math.pi / 2
        points.append((128 + reach * math.cos(angle), 128 + reach * math.sin(angle)))
    draw.polygon(points, fill="#ffffff")
    written = io.BytesIO()
    picture.resize((128, 128), Image.Resampling.LANCZOS).save(written, "PNG")
    return written.getvalue()


def draw_sky(low: str, high: str) -> Image.Image:
    sky = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    return Image.composite(Image.new("RGB", sky.size, low), Image.new("RGB", sky.size, high), sky)


def make_ridge(random: Random, base: float, rise: float) -> Iterator[tuple[float, float]]:
    """Waves upon waves, the short ones low."""
    waves = [
        (random.uniform(0.5, 1) / n, n * random.uniform(0.8, 1.3), random.uniform(0, 6.3))
        for n in (1, 2, 4, 9, 21)
    ]
    for x in range(0, WIDTH + 8, 8):
        height = sum(size * math.sin(wave * x / 150 + phase) for size, wave, phase in waves)
        yield x, base - rise * height / 1.6


def reflect(picture: Image.Image, shore: int) -> Image.Image:
    """A lake from `shore` down, in which the mountains stand upside down and paler."""
    depth = HEIGHT - shore
    above = picture.crop((0, shore - depth, WIDTH, shore)).transpose(
        Image.Transpose.FLIP_TOP_BOTTOM
    )
    water = Image.blend(
        above.filter(ImageFilter.GaussianBlur(3)), Image.new("RGB", above.size, "#dfe9ee"), 0.25
    )
    picture.paste(water, (0, shore))
    return picture


def mix(first: str, second: str, share: float) -> tuple[int, int, int]:
    one, other = (
        tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5)) for colour in (first, second)
    )
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
