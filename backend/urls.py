"""The whole URL space on one screen."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from backend import api, health

handler404 = "articles.pages.errors.not_found"
admin.autodiscover()  # here, so that workers go without it: 20 MB of each

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("articles.pages.urls")),
    path("", include("notifications.pages.urls")),
    path("api/v1/", include("articles.api.urls")),
    path("api/v1/", include("notifications.api.urls")),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/<path:rest>", api.NothingView.as_view()),
    path("api/docs", SpectacularSwaggerView.as_view(), name="docs"),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]
