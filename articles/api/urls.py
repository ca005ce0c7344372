from django.urls import URLPattern, path

from articles.api import views

urlpatterns: list[URLPattern] = [
    path("sessions", views.SessionsView.as_view()),
    path("sessions/current", views.CurrentSessionView.as_view()),
    path("sessions/<uuid:pk>", views.SessionView.as_view()),
    path("tags", views.TagsView.as_view()),
    path("tags/<str:name>", views.TagView.as_view()),
    path("tags/<str:name>/articles", views.TagArticlesView.as_view()),
    path("articles/<uuid:pk>", views.ArticleView.as_view()),
    path("feed", views.FeedView.as_view()),
    path("follows", views.FollowsView.as_view()),
    path("follows/<str:name>", views.FollowView.as_view()),
]
