"""ID tokens as Firebase's emulator makes them: right in all but the signature."""

import base64
import json
import time

PROJECT = "daily8-tests"


def make_token(account: str, **changes: object) -> str:
    now = int(time.time())
    claims = {
        "iss": f"https://securetoken.google.com/{PROJECT}",
        "aud": PROJECT,
        "sub": account,
        "iat": now,
        "exp": now + 3600,
    }
    return f"{encode({'alg': 'none', 'typ': 'JWT'})}.{encode(claims | changes)}."


def encode(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
