"""The browser's session cookies, and the proof that a changing request came from our own page."""

import hmac
from datetime import datetime
from uuid import UUID

from fastapi import Request, Response

from openclaw.infra.secrets import KeyRing

ACCESS_COOKIE = "openclaw_session"
REFRESH_COOKIE = "openclaw_refresh"
CSRF_COOKIE = "openclaw_csrf"
CSRF_HEADER = "x-csrf-token"
_REFRESH_PATH = "/api"


def set_session_cookies(
    response: Response, *, access: str, access_expires_at: datetime, refresh: str, refresh_expires_at: datetime,
    csrf: str, is_tls: bool,
) -> None:
    """Both tokens as HttpOnly cookies and the CSRF token as one that the page can read."""
    common = {"secure": is_tls, "samesite": "strict"}
    response.set_cookie(ACCESS_COOKIE, access, expires=access_expires_at, httponly=True, path="/", **common)
    response.set_cookie(REFRESH_COOKIE, refresh, expires=refresh_expires_at, httponly=True, path=_REFRESH_PATH, **common)
    response.set_cookie(CSRF_COOKIE, csrf, expires=refresh_expires_at, httponly=False, path="/", **common)


def clear_session_cookies(response: Response) -> None:
    """Forget the session in the browser."""
    response.delete_cookie(ACCESS_COOKIE, path="/")
    response.delete_cookie(REFRESH_COOKIE, path=_REFRESH_PATH)
    response.delete_cookie(CSRF_COOKIE, path="/")


def csrf_token(keys: KeyRing, session_id: UUID) -> str:
    """The proof that belongs to a session: another site can neither read nor compute it."""
    return keys.mac("csrf-v1", session_id.hex)


def has_csrf_proof(request: Request, keys: KeyRing, session_id: UUID) -> bool:
    """True for reads, and for changes that carry the session's CSRF token in the header."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return True
    return hmac.compare_digest(request.headers.get(CSRF_HEADER, "").encode(), csrf_token(keys, session_id).encode())
