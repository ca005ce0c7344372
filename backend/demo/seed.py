"""The demo's tables and what they hold before any news: publishers, tags, an editor. Idempotent."""

import argparse
from pathlib import Path

import django
from django.core.management import call_command

django.setup()

from django.db.models.functions import Now  # noqa: E402 - after setup

from articles.models import Alias, Feed, HubSubscription, Publisher, Reader, Section, Tag  # noqa: E402 - after setup
from backend.demo.documents import FEEDS, PUBLISHERS  # noqa: E402 - after setup

TAGS = {
    "NagornoKarabakh": ("Nagorno-Karabakh", ["Nagorno-Karabakh", "Karabakh", "Artsakh"]),
    "Yerevan": ("Yerevan", ["Yerevan"]),
    "Baku": ("Baku", ["Baku"]),
    "SouthCaucasus": ("South Caucasus", ["South Caucasus"]),
    "RailTransport": ("Rail transport", ["rail link", "railway", "trains", "night train"]),
    "RenewableEnergy": ("Renewable energy", ["wind power", "solar", "turbines"]),
    "Music": ("Music", ["songs", "choir", "choirs"]),
    "Schools": ("Schools", ["schools", "pupils", "school"]),
    "Farming": ("Farming", ["farmers", "orchards", "harvest"]),
    "Bridges": ("Bridges", ["bridge", "bridges"]),
    "Climate": ("Climate", ["climate", "glaciers", "weather station"]),
}


def seed(publishers: str, email: str, password: str) -> None:
    for slug, (name, section_name) in PUBLISHERS.items():
        section, _ = Section.objects.get_or_create(
            name=section_name, defaults={"slug": section_name.lower()}
        )
        site = f"{publishers}/{slug}"
        publisher, _ = Publisher.objects.update_or_create(
            slug=slug,
            defaults={
                "name": name,
                "home_url": site,
                "mark_url": f"{site}/mark.png",
                "is_full_text_allowed": True,
            },
        )
        # The last run may have ended in mid-fetch: its lease and its errors must not delay us.
        fresh = {"due_at": Now(), "lease_until": None, "error": "", "error_count": 0}
        Feed.objects.update_or_create(
            publisher=publisher,
            defaults={"url": f"{site}/{FEEDS[slug][0]}", "section": section, **fresh},
        )
    # So does the hub, and our own address may be another one than it knew.
    HubSubscription.objects.update(
        state=HubSubscription.State.ASKED, renew_at=Now(), delivered_at=None
    )
    for name, (label, phrases) in TAGS.items():
        tag, _ = Tag.objects.get_or_create(
            name=name, defaults={"slug": label.lower().replace(" ", "-"), "label": label}
        )
        known = set(tag.aliases.values_list("phrase", flat=True))
        for phrase in phrases:
            if phrase not in known:
                Alias.objects.create(tag=tag, phrase=phrase)
    editor = Reader.objects.filter(email=email).first()
    if editor is None:
        Reader.objects.create_superuser(email, password)
    elif not editor.check_password(password):
        editor.set_password(password)
        editor.save()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publishers", required=True, help="their server's address")
    parser.add_argument("--editor", required=True, help="e-mail address")
    parser.add_argument("--password-file", type=Path, required=True)
    asked = parser.parse_args()
    call_command("migrate", interactive=False, verbosity=0)
    seed(asked.publishers, asked.editor, asked.password_file.read_text())
