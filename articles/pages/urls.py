from django.conf import settings
from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from articles.pages import stories, tags, views, websub


class Language(StringConverter):
    """One of the product's languages, so that /admin/ is not taken for a home page."""

    regex = "|".join(code for code, _ in settings.LANGUAGES)


register_converter(Language, "language")

urlpatterns: list[URLPattern] = [
    path("websub/<uuid:pk>", websub.callback, name="websub"),
    path("", views.front, name="front"),
    path("<language:lang>/", views.home, name="home"),
    path("<language:lang>/hashtag/<str:name>", tags.show_tag, name="tag"),
    path("<language:lang>/story/<uuid:pk>", stories.show_story, name="story"),
    path("<language:lang>/article/<uuid:pk>", views.show_article, name="article"),
]
