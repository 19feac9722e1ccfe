"""Who may ask, and who sees the call records whole."""

import base64
import binascii
import hashlib
import hmac


def md5(text: str) -> str:
    """Return the md5 sum that stands for a password in the API."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


class Access:
    """The administrator's credentials and the privacy password.

    The guide's "Introduction": HTTP Basic, user `admin`, the md5 of the web password. The plain
    password is refused like any wrong one. Comparisons take the same time whatever differs.
    """

    def __init__(self, username: str, password: str, privacy_password: str) -> None:
        self._expected = f"{username}:{md5(password)}".encode()
        self._privacy = md5(privacy_password).encode()

    def admits(self, authorization: str | None) -> bool:
        """Say whether an Authorization header is the administrator's."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            given = base64.b64decode(token.strip(), validate=True)
        except (binascii.Error, ValueError):
            return False
        return hmac.compare_digest(given, self._expected)

    def reveals(self, privacy_md5: str) -> bool:
        """Say whether this is the md5 of the privacy password (upper case is the same number)."""
        return hmac.compare_digest(privacy_md5.lower().encode(), self._privacy)
