"""In which language a text is, where nobody says. Pure."""

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

LEAST = 20  # letters; of shorter texts one can only guess
MOST = 1_000  # letters; more do not change the answer
UNSURE = 0.5


@cache
def load_model() -> LanguageIdentifier:
    """75 MB, so only processes that meet a text without a declared language pay for it."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def recognise(text: str) -> str:
    """An ISO 639-1 code; "" where the text is too short or could be anything."""
    if len(text) < LEAST:
        return ""
    code, probability = load_model().classify(text[:MOST])
    return str(code) if probability > UNSURE else ""
