"""`make messages`: what code and templates say, in the catalogue of every language.

Django's own commands need GNU gettext, which a fresh machine has not; Babel comes as a wheel.
What it compiles is committed, so that running the product needs neither.
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "backend" / "locale"
LANGUAGES = ("ar", "hy", "ru", "tr")
APPS = ("articles", "notifications")
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2)}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)  # a date in the file would change it every day


def extract_messages() -> Iterator[str | tuple[str, ...]]:
    """Every text, the plural beside the singular."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.html")):
            if "admin" in path.parts:
                continue  # the desk speaks English, and Django's words in Django's translation
            # Templates become something like code, whose strings the most lenient reader finds.
            code = templatize(path.read_text(), origin=str(path)).encode()
            for found in extract("javascript", io.BytesIO(code), KEYWORDS):
                yield found[1]
        for folder in ("pages", "templatetags"):
            for path in sorted((ROOT / app / folder).glob("*.py")):
                for found in extract("python", io.BytesIO(path.read_bytes()), KEYWORDS):
                    yield found[1]


def po_path(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "django.po"


def read_catalog(language: str) -> Catalog:
    """As it is kept; a new one where there is none."""
    path = po_path(language)
    if not path.exists():
        return Catalog(language)
    with path.open("rb") as source:
        return read_po(source, language)


def renew_catalog(language: str) -> Catalog:
    """With all texts of today and none of yesterday; what is new waits for its translation."""
    old = read_catalog(language)
    new = Catalog(
        language,
        project="Daily8",
        version="1",
        header_comment=f"# Daily8 in {language}. `make messages` brings new texts here.",
        creation_date=LONG_AGO,
        revision_date=LONG_AGO,
        last_translator="",
        language_team="",
        fuzzy=False,
    )
    for text in extract_messages():
        known = old.get(text if isinstance(text, str) else text[0])
        new.add(text, known.string if known else "")
    return new


def write_text(catalog: Catalog) -> bytes:
    written = io.BytesIO()
    write_po(written, catalog, width=100, sort_output=True)
    return written.getvalue()


def write_compiled(catalog: Catalog) -> bytes:
    written = io.BytesIO()
    write_mo(written, catalog)
    return written.getvalue()


def is_empty(message: Message) -> bool:
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return not all(forms)


def main() -> int:
    waiting = 0
    for language in LANGUAGES:
        catalog = renew_catalog(language)
        path = po_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(write_text(catalog))
        path.with_suffix(".mo").write_bytes(write_compiled(catalog))
        missing = [message.id for message in catalog if message.id and is_empty(message)]
        sys.stdout.write(f"{language}: {len(catalog)} texts, {len(missing)} not translated\n")
        waiting += len(missing)
    return 1 if waiting else 0


if __name__ == "__main__":
    sys.exit(main())
