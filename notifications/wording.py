"""Title and body within what the platforms show and carry. Pure."""

import unicodedata

TITLE_BYTES = 240  # the columns hold as many characters
BODY_BYTES = 600  # 4,096 bytes hold it three times over beside the link, the image and the data
ZERO_WIDTH_JOINER = "\u200d"
SKIN_TONES = range(0x1F3FB, 0x1F400)


def cut(text: str, limit: int) -> str:
    """At most `limit` bytes of UTF-8, ended by an ellipsis where something was cut.

    Never inside a character as a reader sees it: marks, joined emoji and skin tones stay together.
    """
    text = " ".join(text.split())
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
