"""The Celery app: `celery -A backend worker` and `celery -A backend beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")

app = Celery("daily8")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
