from django.urls import URLPattern, path

from notifications.pages import views

urlpatterns: list[URLPattern] = [
    path("push-key", views.push_key, name="push_key"),
    path("<language:lang>/my/alerts", views.inbox, name="inbox"),
    path("<language:lang>/my/settings", views.settings_page, name="settings"),
]
