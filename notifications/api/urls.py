from django.urls import URLPattern, path

from notifications.api import views

urlpatterns: list[URLPattern] = [
    path("devices/<uuid:pk>", views.DeviceView.as_view()),
    path("preferences", views.PreferenceView.as_view()),
    path("alerts", views.AlertsView.as_view()),
]
