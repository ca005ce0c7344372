"""Django for the peers that bring tables of their own: in memory, which flatters them."""

SECRET_KEY = "of-a-benchmark"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "fcm_django",
    "push_notifications",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PUSH_NOTIFICATIONS_SETTINGS = {
    "FCM_MAX_RECIPIENTS": 500
}  # its 1,000 are more than FCM's call takes
