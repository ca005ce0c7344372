"""Makes `manage.py check` know the checks."""

from django.apps import AppConfig

from backend import checks

__all__ = ["checks"]


class BackendConfig(AppConfig):
    name = "backend"
