"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
os.environ["DATABASE_POOL"] = "0"  # its threads stay, so each keeps its own connection
application = get_wsgi_application()
