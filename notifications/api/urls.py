from django.urls import URLPattern, path, register_converter

from articles.api.urls import AnyCaseId
from notifications.api import views

register_converter(AnyCaseId, "device_id")

urlpatterns: list[URLPattern] = [
    path("devices/<device_id:pk>", views.DeviceView.as_view()),
    path("preferences", views.PreferenceView.as_view()),
    path("alerts", views.AlertsView.as_view()),
]
