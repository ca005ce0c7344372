"""A service account that only the emulator knows, and the grant that makes it access tokens."""

import json
import secrets
import time
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import jwt

PROJECT = "daily8-demo"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
GOOGLE = "https://oauth2.googleapis.com/token"
LIFETIME = 3600
OWNER = "owner"  # the fixed secret that Firebase's other emulators take


class Credentials:
    """The account is kept in a file, so that a restart does not invalidate what was configured."""

    def __init__(self, folder: Path, url: str) -> None:
        # google-auth addresses its assertion to Google, wherever token_uri points.
        self.audiences = [GOOGLE, f"{url}/token"]
        self.tokens: dict[str, float] = {}
        self.skew = 0  # seconds by which a client's clock may be wrong; Google allows none
        self.path = folder / "service-account.json"
        if self.path.exists():
            self.account: dict[str, Any] = json.loads(self.path.read_text())
        else:
            self.account = make_account()
        self.account["token_uri"] = f"{url}/token"
        folder.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=0o600)
        self.path.write_text(json.dumps(self.account, indent=1))
        key = serialization.load_pem_private_key(self.account["private_key"].encode(), None)
        self.public_key = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def grant(self, kind: str, assertion: str) -> dict[str, Any] | None:
        """An access token for a JWT that the account signed (RFC 7523); None for another."""
        if kind != GRANT:
            return None
        try:
            claims = jwt.decode(  # type: ignore[no-untyped-call]  # untyped library
                assertion,
                certs=self.public_key,
                audience=self.audiences,
                clock_skew_in_seconds=self.skew,
            )
        except (ValueError, TypeError):
            return None
        if claims.get("iss") != self.account["client_email"]:
            return None
        token = secrets.token_urlsafe(24)
        self.tokens[token] = time.time() + LIFETIME
        return {"access_token": token, "expires_in": LIFETIME, "token_type": "Bearer"}

    def admits(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        if scheme != "Bearer":
            return False
        return token == OWNER or self.tokens.get(token, 0) > time.time()


def make_account() -> dict[str, Any]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": secrets.token_hex(20),
        "private_key": pem.decode(),
        "client_email": f"emulator@{PROJECT}.example",
        "client_id": "1",
    }
