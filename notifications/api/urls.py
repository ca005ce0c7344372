from django.urls import URLPattern, path, register_converter

from articles.api.urls import AnyCaseId
from notifications.api import alerts, views

register_converter(AnyCaseId, "device_id")

urlpatterns: list[URLPattern] = [
    path("devices/<device_id:pk>", views.DeviceView.as_view()),
    path("preferences", views.PreferenceView.as_view()),
    path("alerts", alerts.AlertsView.as_view()),
    path("alerts/unread", alerts.UnreadView.as_view()),
    path("alerts/<device_id:pk>", alerts.AlertView.as_view()),
    path("reactions", alerts.ReactionsView.as_view()),
]
