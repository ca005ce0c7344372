"""Who signed in, by the word of Firebase: the one door to firebase_admin in this app.

Under FIREBASE_AUTH_EMULATOR_HOST tokens need no signature. That is for tests and laptops;
`manage.py check --deploy` refuses it.
"""

import json
from functools import cache
from pathlib import Path

import firebase_admin
from django.conf import settings
from firebase_admin import auth, credentials
from firebase_admin.exceptions import FirebaseError

MOST_LETTERS = 5_000  # of a token; Firebase's are of about 1,000


class UnverifiedError(Exception):
    """The token is not one of ours, or is past its time."""


class UnreachableError(Exception):
    """Nothing can be checked now: no project is set, or Google's keys are out of reach."""


class NoCredential(credentials.Base):  # type: ignore[misc]  # untyped library
    """To check a token takes the project's name and Google's public keys, but no secret."""

    def get_credential(self) -> None:
        return None


def verify(token: str) -> str:
    """The account that an ID token speaks for. Raises UnverifiedError or UnreachableError."""
    project = find_project()
    if not project:
        raise UnreachableError("No Firebase project is set.")
    if not token.isascii() or len(token) > MOST_LETTERS:
        raise UnverifiedError("Not an ID token.")
    try:
        claims = auth.verify_id_token(token, find_app(project))
    except auth.CertificateFetchError as error:
        raise UnreachableError("Google's keys are out of reach.") from error
    except (ValueError, FirebaseError) as error:
        raise UnverifiedError("Firebase does not vouch for this token.") from error
    return str(claims["uid"])


def find_project() -> str:
    """The project's name: as the settings say, or as the credential for pushes says."""
    if settings.FIREBASE_PROJECT or not settings.FIREBASE_CREDENTIALS:
        return str(settings.FIREBASE_PROJECT)
    return str(json.loads(Path(settings.FIREBASE_CREDENTIALS).read_text())["project_id"])


@cache
def find_app(project: str) -> firebase_admin.App:
    name = f"sign-in to {project}"
    return firebase_admin.initialize_app(NoCredential(), {"projectId": project}, name)
