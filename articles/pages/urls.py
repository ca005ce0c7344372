from django.conf import settings
from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter

from articles.pages import (
    following,
    installing,
    lists,
    pictures,
    sitemaps,
    stories,
    syndication,
    tags,
    views,
    websub,
)


class Language(StringConverter):
    """One of the product's languages, so that /admin/ is not taken for a home page."""

    regex = "|".join(code for code, _ in settings.LANGUAGES)


class Form(StringConverter):
    """A form in which a list is syndicated."""

    regex = "|".join(syndication.FORMS)


class Map(StringConverter):
    """A file of the sitemap."""

    regex = r"places|(?:tags|stories)-[1-9][0-9]{0,4}"


register_converter(Language, "language")
register_converter(Form, "form")
register_converter(Map, "map")

urlpatterns: list[URLPattern] = [
    path("websub/<uuid:pk>", websub.callback, name="websub"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("<slug:key>.txt", sitemaps.indexnow_key, name="indexnow_key"),
    path("sitemap.xml", sitemaps.index, name="sitemap_index"),
    path("sitemaps/news.xml", sitemaps.news, name="news_sitemap"),
    path("sitemaps/<map:name>.xml", sitemaps.sitemap, name="sitemap"),
    path("sw.js", installing.service_worker, name="service_worker"),
    path("picture/of/<uuid:pk>", pictures.show_story_picture, name="story_picture"),
    path(
        "picture/<slug:size>/<str:signature>/<str:address>", pictures.show_picture, name="picture"
    ),
    path("", views.front, name="front"),
    path("<language:lang>/", views.home, name="home"),
    path("<language:lang>/feed.<form:form>", syndication.home_feed, name="home_feed"),
    path("<language:lang>/hashtag/<str:name>", tags.show_tag, name="tag"),
    path("<language:lang>/hashtag/<str:name>/card.png", tags.show_card, name="tag_card"),
    path(
        "<language:lang>/hashtag/<str:name>/feed.<form:form>", syndication.tag_feed, name="tag_feed"
    ),
    path("<language:lang>/story/<uuid:pk>", stories.show_story, name="story"),
    path("<language:lang>/article/<uuid:pk>", views.show_article, name="article"),
    path("<language:lang>/section/<str:slug>", lists.show_section, name="section"),
    path(
        "<language:lang>/section/<str:slug>/feed.<form:form>",
        syndication.section_feed,
        name="section_feed",
    ),
    path("<language:lang>/publisher/<str:slug>", lists.show_publisher, name="publisher"),
    path(
        "<language:lang>/publisher/<str:slug>/feed.<form:form>",
        syndication.publisher_feed,
        name="publisher_feed",
    ),
    path("<language:lang>/search", lists.search, name="search"),
    path("<language:lang>/search/feed.<form:form>", syndication.search_feed, name="search_feed"),
    path("<language:lang>/trending", lists.show_trends, name="trending"),
    path("<language:lang>/about", installing.about, name="about"),
    path("<language:lang>/offline", installing.offline, name="offline"),
    path("<language:lang>/saved", installing.saved, name="saved"),
    path("<language:lang>/manifest.webmanifest", installing.manifest, name="manifest"),
    path("<language:lang>/my/tags", following.my_tags, name="my_tags"),
    path("<language:lang>/my/follow", following.follow, name="follow"),
    path("<language:lang>/my/unfollow", following.unfollow, name="unfollow"),
    path("<language:lang>/my/session", following.begin, name="begin_session"),
]
