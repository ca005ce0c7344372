"""The wiring of Daily8: settings, URLs, Celery, health. Nothing imports it."""

from backend.celery import app as celery_app

__all__ = ["celery_app"]
