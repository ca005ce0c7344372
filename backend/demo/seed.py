"""What the demo's database holds before any news: publishers, tags, an editor. Idempotent."""

import argparse

import django

django.setup()

from articles.models import Alias, Feed, Publisher, Reader, Section, Tag  # noqa: E402 - after setup
from backend.demo.publishers import ARTICLES, NAMES  # noqa: E402 - after setup

TAGS = {
    "NagornoKarabakh": ("Nagorno-Karabakh", ["Nagorno-Karabakh", "Karabakh", "Artsakh"]),
    "Yerevan": ("Yerevan", ["Yerevan"]),
    "Baku": ("Baku", ["Baku"]),
    "RenewableEnergy": ("Renewable energy", ["wind power", "solar", "turbines"]),
    "PublicTransport": ("Public transport", ["buses", "rail link", "trains", "timetable"]),
}


def seed(publishers_port: int, password: str) -> None:
    sections = {
        name: Section.objects.get_or_create(name=name, defaults={"slug": name.lower()})[0]
        for name in sorted({article["section"] for article in ARTICLES})
    }
    for slug, name in NAMES.items():
        site = f"http://127.0.0.1:{publishers_port}/{slug}"
        publisher, _ = Publisher.objects.update_or_create(
            slug=slug, defaults={"name": name, "home_url": site}
        )
        section = next(a["section"] for a in ARTICLES if a["publisher"] == slug)
        Feed.objects.update_or_create(
            publisher=publisher,
            defaults={"url": f"{site}/feed.xml", "section": sections[section], "error_count": 0},
        )
    for name, (label, phrases) in TAGS.items():
        tag, _ = Tag.objects.get_or_create(
            name=name, defaults={"slug": label.lower().replace(" ", "-"), "label": label}
        )
        for phrase in phrases:
            if not tag.aliases.filter(phrase=phrase).exists():
                Alias.objects.create(tag=tag, phrase=phrase)
    editor = Reader.objects.filter(email="editor@daily8.example").first()
    editor = editor or Reader.objects.create_superuser("editor@daily8.example", password)
    editor.set_password(password)
    editor.save()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publishers-port", type=int, required=True)
    parser.add_argument("--password", required=True)
    asked = parser.parse_args()
    seed(asked.publishers_port, asked.password)
