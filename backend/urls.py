"""The whole URL space on one screen."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from backend import api, app_links, health
from backend.openapi import OLDER

handler404 = "articles.pages.errors.not_found"
admin.autodiscover()  # here, so that workers go without it: 20 MB of each

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("articles.api.urls")),
    path("api/v1/", include("notifications.api.urls")),
    path("api/v1/config", app_links.ConfigView.as_view()),
    path("api/v1/schema", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/schema/3.0", SpectacularAPIView.as_view(custom_settings=OLDER)),
    re_path(r"^api/v1/[\s\S]*$", api.NothingView.as_view()),  # a path may hold a line break
    path("", include("articles.pages.urls")),
    path("", include("notifications.pages.urls")),
    path("api/docs", SpectacularSwaggerView.as_view(), name="docs"),
    path(".well-known/assetlinks.json", app_links.assetlinks),
    path(".well-known/apple-app-site-association", app_links.apple_app_site_association),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]
