import pytest
from django.test import Client
from django.urls import reverse

from articles.models import Section
from tests import make

pytestmark = pytest.mark.django_db


def test_a_section_is_named_in_each_language_and_pages_say_so(editor: Client) -> None:
    section = make.section("Politics")
    make.article("A bridge", section=section)
    address = reverse("admin:articles_section_change", args=[section.pk])

    editor.post(address, {"name": "Politics", "slug": "politics", "label_tr": "Siyaset"})

    assert Section.objects.get().labels == {"tr": "Siyaset"}
    for path in ("", "section/politics", "section/politics/feed.rss"):
        assert "Siyaset" in editor.get(f"/tr/{path}").content.decode(), path
        assert "Siyaset" not in editor.get(f"/en/{path}").content.decode(), path
