"""Codes of languages, and in which one a text is where nobody says. Pure."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

LEAST = 20  # letters; of shorter texts one can only guess
MOST = 1_000  # letters; more do not change the answer
UNSURE = 0.5

# By ISO 639-1 code, the rules of stemming that PostgreSQL has since version 14.
STEMMING = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
UNSTEMMED = "simple"


def base_language(code: str) -> str:
    """The language without its region: "en-GB" -> "en"; "und" where it is not known."""
    return code.lower().replace("_", "-").partition("-")[0] or "und"


@cache
def load_model() -> "LanguageIdentifier":
    """90 MB with numpy, so only processes that meet a text of no declared language pay for it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - as said

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def recognise(text: str) -> str:
    """An ISO 639-1 code; "" where the text is too short or could be anything."""
    if len(text) < LEAST:
        return ""
    code, probability = load_model().classify(text[:MOST])
    return str(code) if probability > UNSURE else ""
