"""The access token that FCM wants with every message."""

import logging
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final, Protocol

from google.auth.exceptions import GoogleAuthError, TransportError

from notifications.transports.base import Outcome, Result
from notifications.transports.fcm.answers import UNREACHABLE, read_outcome
from notifications.transports.lane import Answered, NoCredentialError

logger = logging.getLogger(__name__)

MARGIN: Final = timedelta(minutes=5)
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class AccessToken(Protocol):
    access_token: str
    expiry: datetime


class Credential(Protocol):
    """The part of firebase_admin.credentials.Base that is used here."""

    project_id: str

    def get_access_token(self) -> AccessToken: ...


class NoTokenError(NoCredentialError):
    """Google gave no token; `outcome` is what that means for a message."""

    def __init__(self, reason: str, outcome: Outcome) -> None:
        super().__init__(reason)
        self.outcome = outcome


class Bearer:
    """The authorization of a lane: asked for again shortly before it expires, or when FCM refuses
    it.
    """

    def __init__(self, credential: Credential) -> None:
        self.credential = credential
        self.authorization = ""
        self.renew_at = LONG_AGO

    def value(self) -> str:
        if datetime.now(UTC) >= self.renew_at:
            self.renew()
        return self.authorization

    def renew(self) -> None:
        try:
            granted = self.credential.get_access_token()
        except TransportError as error:
            logger.warning("no access token, Google not reached: %s", error)
            raise NoTokenError(str(error), UNREACHABLE) from error
        except GoogleAuthError as error:
            logger.exception("no access token: Google refuses the credential")
            outcome = Outcome(result=Result.FORBIDDEN, code="UNAUTHENTICATED")
            raise NoTokenError(str(error), outcome) from error
        expiry = granted.expiry
        if expiry.tzinfo is None:  # google-auth gives naive UTC
            expiry = expiry.replace(tzinfo=UTC)
        self.authorization, self.renew_at = f"Bearer {granted.access_token}", expiry - MARGIN

    def is_renewable(self, value: str, answer: Answered) -> bool:
        """Whether it is our token that FCM refuses, rather than our key for Apple (both are 401).

        Many requests are refused at once; the first makes the token be asked for anew.
        """
        outcome = read_outcome(HTTPStatus.UNAUTHORIZED, None, answer.body)
        is_ours = outcome.code == "UNAUTHENTICATED"
        if is_ours and value == self.authorization:
            self.renew_at = LONG_AGO
        return is_ours
