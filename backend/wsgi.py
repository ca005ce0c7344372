"""What gunicorn serves."""

import os

from django.conf import settings
from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
os.environ["DATABASE_POOL"] = "0"  # its threads stay, so each keeps its own connection
application = get_wsgi_application()

# Before and after each request Django has all databases and caches let go of what they may hold: a
# tenth of the time that an answer takes. A connection never grows too old, so it is looked at once,
# after the request, in case it broke; our caches hold nothing.
request_started.disconnect(close_old_connections)
request_finished.disconnect(close_caches)
if not settings.DEBUG:  # nor are statements remembered
    request_started.disconnect(reset_queries)
