"""Makes `manage.py check` know the checks, and the admin be the editors' desk."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin

from backend import checks

__all__ = ["checks"]


class BackendConfig(AppConfig):
    name = "backend"
    default = True


class DeskConfig(admin.SimpleAdminConfig):
    default = False  # named in the settings; the other one is found by itself
    default_site = "backend.desk.Desk"
