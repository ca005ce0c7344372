"""A bare Django project, `gunicorn tests.bench.bare`: the limit of any endpoint.

Its middleware is that of `django-admin startproject`, its one view answers as many bytes as asked.
"""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def answer_constant(_: HttpRequest, size: int) -> HttpResponse:
    return HttpResponse(b"x" * size, content_type="application/json")


urlpatterns = [path("constant/<int:size>", answer_constant)]
settings.configure(
    ALLOWED_HOSTS=["localhost"],
    SECRET_KEY=os.environ["SECRET_KEY"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
)
application = get_wsgi_application()
