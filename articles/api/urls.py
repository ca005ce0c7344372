from django.urls import URLPattern, path, register_converter
from django.urls.converters import UUIDConverter

from articles.api import account, articles, follows, publishers, readings, sessions, sync, tags


class AnyCaseId(UUIDConverter):
    """A UUID as any phone writes it: Swift's are in capitals, which Django's converter refuses."""

    regex = UUIDConverter.regex.replace("a-f", "a-fA-F")


register_converter(AnyCaseId, "id")

# Tried in this order, so first what apps ask for all day long.
urlpatterns: list[URLPattern] = [
    path("feed", articles.FeedView.as_view()),
    path("tags/<str:name>/articles", tags.TagArticlesView.as_view()),
    path("articles/<id:pk>", articles.ArticleView.as_view()),
    path("account", account.AccountView.as_view()),
    path("account/export", account.ExportView.as_view()),
    path("account/follows.opml", account.FollowListView.as_view()),
    path("sessions", sessions.SessionsView.as_view()),
    path("sessions/current", sessions.CurrentSessionView.as_view()),
    path("sessions/<id:pk>", sessions.SessionView.as_view()),
    path("tags", tags.TagsView.as_view()),
    path("tags/<str:name>", tags.TagView.as_view()),
    path("tags/<str:name>/related", tags.RelatedTagsView.as_view()),
    path("trending", tags.TrendingView.as_view()),
    path("suggestions", tags.SuggestionsView.as_view()),
    path("follows", follows.FollowsView.as_view()),
    path("follows/<str:name>", follows.FollowView.as_view()),
    path("search", articles.SearchView.as_view()),
    path("articles/<id:pk>/related", articles.RelatedArticlesView.as_view()),
    path("stories/<id:pk>", articles.StoryView.as_view()),
    path("sections", articles.SectionsView.as_view()),
    path("sections/<slug:slug>/articles", articles.SectionArticlesView.as_view()),
    path("publishers", publishers.PublishersView.as_view()),
    path("publishers/<slug:slug>", publishers.PublisherView.as_view()),
    path("publishers/<slug:slug>/articles", publishers.PublisherArticlesView.as_view()),
    path("mutes", publishers.MutesView.as_view()),
    path("mutes/<slug:slug>", publishers.MuteView.as_view()),
    path("saved", readings.SavedView.as_view()),
    path("saved/<id:pk>", readings.SavedArticleView.as_view()),
    path("read", readings.ReadView.as_view()),
    path("sync", sync.SyncView.as_view()),
    path("read/<id:pk>", readings.ReadArticleView.as_view()),
]
