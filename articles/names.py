"""Names in a text, by their capital letters. Pure.

Armenian, Cyrillic, Greek and Latin scripts have capitals; in others, and in texts that are all in
capitals, nothing is found.
"""

import re

# Runs of capitalised words, joined by at most one space; and numbers, which tell events apart.
RUN = re.compile(r"[^\W\d_a-z]\w*(?:['’-]\w+)*(?: [^\W\d_a-z]\w*(?:['’-]\w+)*)*")
NUMBER = re.compile(r"\b\d[\d.,]*\b")
SENTENCE_END = re.compile(r"(?:^|[.!?…:]\s+|\n\s*|[\"“«„(]\s*)$")


def find_names(text: str) -> list[str]:
    """Runs of capitalised words in reading order: "Barack Obama", "Lake Sevan"."""
    return [] if text.isupper() else [run for run in RUN.findall(text) if run[0].isupper()]


def find_numbers(text: str) -> list[str]:
    return NUMBER.findall(text)
