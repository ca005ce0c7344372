"""Every setting of the product, read from the environment; .env.example explains each variable."""

import sys
from pathlib import Path

from celery.schedules import crontab

from backend import env

ROOT = Path(__file__).resolve().parent.parent

# Environment

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.secret("SECRET_KEY", "a-laptop-needs-no-secret" if DEBUG else None)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if DEBUG else "")
SITE_URL = env.text("SITE_URL", "http://localhost:8000").rstrip("/")

# Apps

INSTALLED_APPS = [
    "articles",
    "notifications",
    "backend.apps.DeskConfig",  # `backend.urls` finds the editors' doors
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "simple_history",
    "backend",
]
AUTH_USER_MODEL = "articles.Reader"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Web

ROOT_URLCONF = "backend.urls"
WSGI_APPLICATION = "backend.wsgi.application"
MIDDLEWARE = [
    "backend.shortcut.Shortcut",  # all but the desk leave here, for the lists below
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "backend.gzip.Gzip",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
API_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "backend.conventions.Conventions",
    "backend.keeping.Keeping",
    "backend.idempotency.Idempotency",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "articles.pages.browser.bearer_of_browsers",
]
PAGE_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "backend.gzip.Gzip",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "articles.pages.context.product",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("ar", "العربية"),
    ("ru", "Русский"),
    ("hy", "Հայերեն"),
    ("tr", "Türkçe"),
]
LOCALE_PATHS = [ROOT / "backend" / "locale"]  # before Django's own, which says some otherwise
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = env.text("STATIC_ROOT", str(ROOT / "staticfiles"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
PICTURE_FOLDER = env.text("PICTURE_FOLDER", str(ROOT / ".run" / "pictures"))
INDEXNOW_URL = env.text("INDEXNOW_URL", "")
INDEXNOW_KEY = env.secret("INDEXNOW_KEY", "")
APP_STORE_URL = env.text("APP_STORE_URL", "")
PLAY_STORE_URL = env.text("PLAY_STORE_URL", "")
APPS = {
    "ios": {
        "minimum_version": env.text("IOS_MINIMUM_VERSION", "1.0.0"),
        "newest_version": env.text("IOS_NEWEST_VERSION", "1.0.0"),
        "store_url": APP_STORE_URL,
    },
    "android": {
        "minimum_version": env.text("ANDROID_MINIMUM_VERSION", "1.0.0"),
        "newest_version": env.text("ANDROID_NEWEST_VERSION", "1.0.0"),
        "store_url": PLAY_STORE_URL,
    },
}
APP_FEATURES = env.words("APP_FEATURES")
APP_SYNC_SECONDS = env.whole("APP_SYNC_SECONDS", 900, least=1)
IOS_APP_ID = env.text("IOS_APP_ID", "")
ANDROID_PACKAGE = env.text("ANDROID_PACKAGE", "")
ANDROID_FINGERPRINTS = env.words("ANDROID_FINGERPRINTS")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["articles.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PAGINATION_CLASS": "articles.api.paging.Cursor",
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["backend.limits.Limit"],
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%SZ",  # phones' decoders stumble over fractions
    "EXCEPTION_HANDLER": "backend.api.answer_problem",
    "NUM_PROXIES": env.whole("PROXIES", 0),
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
API_RATES = {
    "session": env.text("READER_RATE", "600/minute"),
    "address": env.text("ADDRESS_RATE", "1200/minute"),
    "sessions": env.text("SESSION_RATE", "30/hour"),
}
API_KEEP_SECONDS = env.number("API_KEEP_SECONDS", 5, least=0)
SPECTACULAR_SETTINGS = {
    "TITLE": "Daily8",
    "VERSION": "1.0.0",
    "DESCRIPTION": (ROOT / "backend" / "manual.md").read_text(encoding="utf-8"),
    "LICENSE": {"name": "MIT", "url": "https://opensource.org/license/mit"},
    "CONTACT": {"name": "Daily8", "url": SITE_URL},
    "TAGS": [
        {"name": "App", "description": "What an app asks first."},
        {"name": "Sessions", "description": "An app or a browser that a reader uses."},
        {"name": "Account", "description": "The reader, on whatever phone."},
        {"name": "Tags", "description": "Subjects that readers follow."},
        {"name": "Follows", "description": "Which tags the reader hears of, and how loudly."},
        {"name": "Articles", "description": "Articles, and stories that several articles tell."},
        {"name": "Publishers", "description": "Who wrote them."},
        {"name": "Reading", "description": "What the reader saved and read, and what changed."},
        {"name": "Devices", "description": "Where alerts go."},
        {"name": "Preferences", "description": "When and how often to disturb the reader."},
        {"name": "Alerts", "description": "What the reader was told."},
    ],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "backend.openapi.complete",
    ],
    "OAS_VERSION": "3.1.1",
    "COMPONENT_SPLIT_REQUEST": True,  # clients need not invent what only answers hold
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "FollowLevel": "articles.models.Follow.Level",
        "LevelOrNone": "articles.api.serializers.LEVELS",
        "TagKind": "articles.models.Tag.Kind",
        "AlertKind": "notifications.models.Alert.Kind",
    },
    "SERVERS": [{"url": SITE_URL}],
}

# Data

POOL = env.whole("DATABASE_POOL", 8, least=0)
DATABASES = {"default": env.database("DATABASE_URL", "postgresql:///daily8", pool=POOL)}
REDIS_URL = env.secret("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL},
    # On the disk: Redis is the broker, too, and may not evict.
    "pictures": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": PICTURE_FOLDER,
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": env.number("PAGE_SECONDS", 5),
        "OPTIONS": {"MAX_ENTRIES": 200},
    },
}

# Ingest

FETCH_EVERY = env.number("FETCH_EVERY", 15, least=0.2)
FETCH_LEAST_INTERVAL = env.number("FETCH_LEAST_INTERVAL", 120, least=0.2)
TEXT_DAYS = env.whole("TEXT_DAYS", 90, least=1)
TRENDS_EVERY = env.number("TRENDS_EVERY", 600, least=1)
STORY_THRESHOLD = env.number("STORY_THRESHOLD", 0.16)
STORY_SHORT_THRESHOLD = env.number("STORY_SHORT_THRESHOLD", 0.18)
STORY_MAYBE = env.number("STORY_MAYBE", 0.11)
STORY_SIGMA = env.number("STORY_SIGMA", 36, least=0.1)
STORY_WINDOW = env.number("STORY_WINDOW", 96, least=1)
FETCH_MOST_INTERVAL = env.number("FETCH_MOST_INTERVAL", 6 * 3600, least=1)
FETCH_HUB_INTERVAL = env.number("FETCH_HUB_INTERVAL", 6 * 3600, least=1)
FETCH_HOST_GAP = env.number("FETCH_HOST_GAP", 1, least=0)
OUTBOUND_ALLOW = frozenset(env.words("OUTBOUND_ALLOW"))

# Push

PUSH_TRANSPORT = env.text(
    "PUSH_TRANSPORT",
    "notifications.transports.console.ConsoleTransport"
    if DEBUG
    else "notifications.transports.fcm.FcmTransport",
)
FIREBASE_CREDENTIALS = env.text("FIREBASE_CREDENTIALS", "")
FIREBASE_PROJECT = env.text("FIREBASE_PROJECT", "")
FCM_URL = env.text("FCM_URL", "https://fcm.googleapis.com").rstrip("/")
FCM_CONNECTIONS = env.whole("FCM_CONNECTIONS", 12, least=1)
WEB_PUSH_TRANSPORT = env.text(
    "WEB_PUSH_TRANSPORT",
    "notifications.transports.console.ConsoleTransport"
    if DEBUG
    else "notifications.transports.webpush.WebPushTransport",
)
VAPID_PRIVATE_KEY = env.secret("VAPID_PRIVATE_KEY", "")
VAPID_SUBJECT = env.text("VAPID_SUBJECT", "") or SITE_URL
WEB_PUSH_HOSTS = frozenset(env.words("WEB_PUSH_HOSTS"))
PUSH_RATE = env.number("PUSH_RATE", 8000, least=1)
PUSH_WORKERS = env.whole("PUSH_WORKERS", 4, least=1)
PUSH_RAMP = env.number("PUSH_RAMP", 60, least=0)
PUSH_IN_FLIGHT = env.whole("PUSH_IN_FLIGHT", 2500, least=1)
PUSH_LEASE = env.number("PUSH_LEASE", 60, least=1)
PUSH_SWEEP_EVERY = env.number("PUSH_SWEEP_EVERY", 5, least=0.2)
ALERT_LIFETIME = env.number("ALERT_LIFETIME", 6 * 3600, least=1)
ALERT_HOLD = env.number("ALERT_HOLD", 0, least=0)
ALERT_HOLD_BREAKING = env.number("ALERT_HOLD_BREAKING", 10, least=0)
ALERT_HOLD_NORMAL = env.number("ALERT_HOLD_NORMAL", 90, least=0)
ALERT_SECOND_PERSON = env.whole("ALERT_SECOND_PERSON", 0, least=0)
TOP_PUBLISHERS = env.whole("TOP_PUBLISHERS", 3, least=1)
RECEIVED_SAMPLE = env.number("RECEIVED_SAMPLE", 0.1, least=0)
CDN_PURGE_URL = env.text("CDN_PURGE_URL", "")

# Celery

CELERY_BROKER_URL = env.secret(
    "CELERY_BROKER_URL",
    REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host="),
)
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "ingest"
CELERY_TASK_ROUTES = {"notifications.tasks.*": {"queue": "push"}}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_DB_REUSE_MAX = sys.maxsize  # tasks: `backend.celery` gives connections back to the pool
TASKS_OF = env.words("TASKS_OF", "articles,notifications")
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = env.text("BEAT_SCHEDULE_FILE", str(ROOT / ".run" / "beat"))
CELERY_BEAT_SCHEDULE = {
    "fetch due feeds": {
        "task": "articles.tasks.fetch_due_feeds",
        "schedule": FETCH_EVERY,
        "options": {"expires": FETCH_EVERY},
    },
    "read pages that wait": {
        "task": "articles.tasks.sweep_pages",
        "schedule": FETCH_EVERY,
        "options": {"expires": FETCH_EVERY},
    },
    "advance articles that were left behind": {
        "task": "articles.tasks.sweep_articles",
        "schedule": 30,
        "options": {"expires": 30},
    },
    "ask hubs anew before their lease ends": {
        "task": "articles.tasks.renew_hubs",
        "schedule": FETCH_EVERY,
        "options": {"expires": FETCH_EVERY},
    },
    "count the tags that rise": {
        "task": "articles.tasks.count_trends",
        "schedule": TRENDS_EVERY,
        "options": {"expires": TRENDS_EVERY},
    },
    "expect how often tags will alert": {
        "task": "articles.tasks.expect_alerts",
        "schedule": 6 * TRENDS_EVERY,
        "options": {"expires": 6 * TRENDS_EVERY},
    },
    "tidy up at night": {
        "task": "articles.tasks.tidy",
        "schedule": crontab(hour="3", minute="20"),
        "options": {"expires": 3600},
    },
    "send what waits": {
        "task": "notifications.tasks.sweep_alerts",
        "schedule": PUSH_SWEEP_EVERY,
        "options": {"expires": PUSH_SWEEP_EVERY},
    },
    "begin digests": {
        "task": "notifications.tasks.plan_digests",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "see that alerts arrive": {
        "task": "notifications.tasks.send_probe",
        "schedule": crontab(minute="7"),
        "options": {"expires": 600},
    },
    "let devices rest that nobody has seen": {
        "task": "notifications.tasks.age_devices",
        "schedule": crontab(hour="3", minute="40"),
        "options": {"expires": 3600},
    },
}

# Logging

LOG_FORMAT = env.text("LOG_FORMAT", "text" if DEBUG else "json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"format": "%(levelname)s %(name)s %(message)s"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            "rename_fields": {"asctime": "at", "levelname": "level", "name": "logger"},
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}
SENTRY_DSN = env.secret("SENTRY_DSN", "")
if SENTRY_DSN:
    import sentry_sdk  # 5 MB of every process, for those who use it

    sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False)

# Security

STAFF_SECOND_FACTOR = env.flag("STAFF_SECOND_FACTOR", default=not DEBUG)
OTP_TOTP_ISSUER = "Daily8"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False  # its lists stay empty: attempts are counted in the cache
AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"
AXES_USERNAME_FORM_FIELD = "username"  # what the login form calls the e-mail address
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_CALLABLE = "backend.desk.lock_out"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_IPWARE_PROXY_COUNT = env.whole("PROXIES", 0) or None
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a tag may have hundreds of aliases, with eight fields each
CSRF_TRUSTED_ORIGINS = [SITE_URL]
SECURE_SSL_REDIRECT = env.flag("SECURE", default=not DEBUG)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.whole("PROXIES", 0) else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SSL_REDIRECT else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_SSL_REDIRECT
SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT
SESSION_COOKIE_SECURE = SECURE_SSL_REDIRECT
CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT
X_FRAME_OPTIONS = "DENY"
