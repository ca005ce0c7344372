"""The product as gunicorn serves it, with one address more: `gunicorn tests.bench.api_server`."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
settings.ROOT_URLCONF = "tests.bench.api_urls"
application = get_wsgi_application()
