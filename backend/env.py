"""Typed reading of the environment. A wrong or missing value names its variable."""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


def text(name: str, default: str | None = None) -> str:
    """The variable's value; `default` where it is unset; an error where there is none."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set; .env.example says what it is for")
    return value


def secret(name: str, default: str | None = None) -> str:
    """As `text`, but `{name}_FILE` may name a file that holds the value (Docker secrets)."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return text(name, default)
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE names {path}: {error.strerror}") from error


def flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, str(default)).lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes yes or no")
    return value in TRUE


def number(name: str, default: float, *, least: float = 0) -> float:
    value = os.environ.get(name, str(default))
    try:
        parsed = float(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {value!r}; it takes a number") from error
    if not parsed >= least:
        raise ImproperlyConfigured(f"{name} is {value}; the least is {least:g}")
    return parsed


def whole(name: str, default: int, *, least: int = 0) -> int:
    value = number(name, default, least=least)
    if value != int(value):
        raise ImproperlyConfigured(f"{name} is {value}; it takes a whole number")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A list, written with commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(name: str, default: str, *, pool: int) -> dict[str, Any]:
    """Django's form of a libpq URL such as postgresql://reader:secret@host:5432/daily8.

    `pool`: how many connections the threads of a process share; 0: each thread keeps its own.
    """
    try:
        parts = conninfo_to_dict(secret(name, default))
    except ProgrammingError as error:
        raise ImproperlyConfigured(f"{name} is not a PostgreSQL URL") from error
    keys = {
        "dbname": "NAME",
        "user": "USER",
        "password": "PASSWORD",
        "host": "HOST",
        "port": "PORT",
    }
    named = {django: str(parts.pop(libpq, None) or "") for libpq, django in keys.items()}
    options: dict[str, Any] = dict(parts)
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    # One of a pool is tried before it is used: PostgreSQL may have started anew.
    kept = {"CONN_MAX_AGE": 0 if pool else None, "CONN_HEALTH_CHECKS": bool(pool)}
    return {"ENGINE": "django.db.backends.postgresql", **named, **kept, "OPTIONS": options}
