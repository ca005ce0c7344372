"""Names in a text, by their capital letters, and what it is about. Pure.

Armenian, Cyrillic, Greek and Latin scripts have capitals. In others, and in texts that are all in
capitals, no name is found, and what a text is about is what its title says and the rest repeats.
"""

import re
from collections import Counter

# Runs of capitalised words, joined by at most one space; and numbers, which tell events apart.
RUN = re.compile(r"[^\W\d_a-z]\w*(?:['’-]\w+)*(?: [^\W\d_a-z]\w*(?:['’-]\w+)*)*")
NUMBER = re.compile(r"\b\d[\d.,]*\b")
SENTENCE_END = re.compile(r"(?:^|[.!?…:։؟。]\s*|\n\s*|[\"“«„(]\s*)$")
WORDS = re.compile(r"\w+(?:['’-]\w+)*")
MENTIONS = 2
LONGEST = 3  # words of a subject without capitals
LEAST_LETTERS = 4  # shorter words of such a subject are mostly particles


def find_names(text: str) -> list[str]:
    """Runs of capitalised words in reading order: "Barack Obama", "Lake Sevan"."""
    return [name for name, _ in find_places(text)]


def find_places(text: str) -> list[tuple[str, int]]:
    """The same, each with where it begins."""
    if text.isupper():
        return []
    return [(run[0], run.start()) for run in RUN.finditer(text) if run[0][0].isupper()]


def find_numbers(text: str) -> list[str]:
    return NUMBER.findall(text)


def propose(title: str, text: str, most: int = 5) -> list[str]:
    """What a text may be about, the likeliest first: names that stand in the title or twice; in a
    script without capitals what the title says and the text repeats.
    """
    found = count_names(title, text) if has_capitals(text) else count_repeated(title, text)
    kept = {phrase: count for phrase, count in found.items() if count >= MENTIONS}
    return sorted(kept, key=lambda phrase: (-kept[phrase], phrase))[:most]


def has_capitals(text: str) -> bool:
    return any(letter.isupper() for letter in text)


def count_names(title: str, text: str) -> Counter[str]:
    """Mentions of each name, one in the title counting for two. A part of a longer name counts for
    that: "Petrosyan" for "Anahit Petrosyan".
    """
    small = {word for word in WORDS.findall(text) if word.islower()}
    counts: Counter[str] = Counter()
    for name, at in find_places(text):
        is_first = SENTENCE_END.search(text[max(at - 3, 0) : at]) is not None
        if name := drop_common(name, small, is_first=is_first):
            counts[name] += 1
    # A title may write every word with a capital, so that only what the text confirms counts.
    headline = title.casefold()
    for name in counts:
        counts[name] += MENTIONS * (name.casefold() in headline)
    longer = sorted(counts, key=len, reverse=True)
    for name in sorted(counts, key=len):
        whole = next((other for other in longer if is_part(name, other)), None)
        if whole:
            counts[whole] += counts.pop(name)
    return counts


def drop_common(name: str, small: set[str], *, is_first: bool) -> str:
    """Without a first word whose capital is that of the sentence: "The Arpa" -> "Arpa"."""
    if not is_first:
        return name
    first, _, rest = name.partition(" ")
    is_common = first.lower() in small or not rest or len(first) < LEAST_LETTERS
    return rest if is_common else name


def is_part(name: str, of: str) -> bool:
    return name != of and set(name.split()) < set(of.split())


def count_repeated(title: str, text: str) -> Counter[str]:
    """Runs of words of the title by how often the text has them, the longer ones first choice."""
    words = WORDS.findall(title)
    counts: Counter[str] = Counter()
    for length in range(LONGEST, 0, -1):
        for at in range(len(words) - length + 1):
            phrase = " ".join(words[at : at + length])
            is_known = any(phrase in longer for longer in counts)
            if not is_known and len(phrase) >= LEAST_LETTERS and text.count(phrase) >= MENTIONS:
                counts[phrase] = text.count(phrase)
    return counts
