"""Title and body within what the platforms show and carry. Pure."""

import unicodedata
from collections.abc import Sequence

TITLE_BYTES = 240  # the columns hold as many characters
BODY_BYTES = 600  # 4,096 bytes hold it three times over beside the link, the image and the data
ADDRESSES_BYTES = 2400  # of the same 4,096: a link stands there twice, a picture once
DIGEST_TITLES = {
    "ar": ("{n} أخبار لك اليوم", "خبر لك اليوم"),
    "en": ("{n} stories for you", "A story for you"),
    "hy": ("{n} լուր ձեզ համար", "Լուր ձեզ համար"),
    "ru": ("Новостей для вас: {n}", "Новость для вас"),
    "tr": ("Sizin için {n} haber", "Sizin için bir haber"),
}
"""Of several stories, and of one."""
ZERO_WIDTH_JOINER = "\u200d"
SKIN_TONES = range(0x1F3FB, 0x1F400)


def cut(text: str, limit: int, *, keep_lines: bool = False) -> str:
    """At most `limit` bytes of UTF-8, ended by an ellipsis where something was cut.

    Never inside a character as a reader sees it: marks, joined emoji and skin tones stay together.
    """
    text = text if keep_lines else " ".join(text.split())
    if len(text.encode()) <= limit:
        return text
    kept = text.encode()[: limit - len("…".encode())].decode(errors="ignore")
    while kept and joins(kept[-1], text[len(kept)]):
        kept = kept[:-1]
    return kept.rstrip() + "…"


def joins(last: str, following: str) -> bool:
    """Whether two neighbours are parts of one visible character."""
    return (
        ZERO_WIDTH_JOINER in (last, following)
        or unicodedata.category(following) in {"Mn", "Me", "Mc"}
        or ord(following) in SKIN_TONES
    )


def make_title(headline: str) -> str:
    return cut(headline, TITLE_BYTES)


def make_body(publisher: str, summary: str) -> str:
    return cut(f"{publisher}: {summary}" if summary else publisher, BODY_BYTES)


def leave_out_long(image_url: str, link: str) -> str:
    """The picture's address, or none where it and the link leave too little room for the rest."""
    return image_url if len(image_url) + 2 * len(link) <= ADDRESSES_BYTES else ""


def find_too_long(title: str, body: str, link: str) -> str:
    """Which part of an editor's words would not fit into a message, and by how much; "" if all do.

    The machine's own words are cut instead.
    """
    parts = {
        "title": (title, TITLE_BYTES),
        "body": (body, BODY_BYTES),
        "link": (link, ADDRESSES_BYTES // 2),
    }
    for name, (text, limit) in parts.items():
        size = len(text.encode())
        if size > limit:
            return f"{name} is too long: {size} bytes of {limit}"
    return ""


def make_digest(titles: Sequence[str], count: int, language: str) -> tuple[str, str]:
    """Title and body of a digest of `count` stories, of which the best are named."""
    words = DIGEST_TITLES.get(language, DIGEST_TITLES["en"])
    title = words[0].format(n=count) if count > 1 else words[1]
    return title, cut("\n".join(f"• {each}" for each in titles), BODY_BYTES, keep_lines=True)
