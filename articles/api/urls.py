from django.urls import URLPattern, path, register_converter
from django.urls.converters import UUIDConverter

from articles.api import views


class AnyCaseId(UUIDConverter):
    """A UUID as any phone writes it: Swift's are in capitals, which Django's converter refuses."""

    regex = UUIDConverter.regex.replace("a-f", "a-fA-F")


register_converter(AnyCaseId, "id")

urlpatterns: list[URLPattern] = [
    path("sessions", views.SessionsView.as_view()),
    path("sessions/current", views.CurrentSessionView.as_view()),
    path("sessions/<id:pk>", views.SessionView.as_view()),
    path("tags", views.TagsView.as_view()),
    path("tags/<str:name>", views.TagView.as_view()),
    path("tags/<str:name>/articles", views.TagArticlesView.as_view()),
    path("articles/<id:pk>", views.ArticleView.as_view()),
    path("feed", views.FeedView.as_view()),
    path("follows", views.FollowsView.as_view()),
    path("follows/<str:name>", views.FollowView.as_view()),
]
