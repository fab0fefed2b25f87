"""The browser's session cookies, and the proof that a changing request came from our own page."""

import hmac
from datetime import timedelta
from uuid import UUID

from fastapi import Request, Response

from openclaw.infra.secrets import KeyRing

ACCESS_COOKIE = "openclaw_session"
REFRESH_COOKIE = "openclaw_refresh"
CSRF_COOKIE = "openclaw_csrf"
CSRF_HEADER = "x-csrf-token"
_REFRESH_PATH = "/api"


def set_session_cookies(
    response: Response,
    *,
    access: str,
    access_lifetime: timedelta,
    refresh: str,
    refresh_lifetime: timedelta,
    csrf: str,
    is_tls: bool,
) -> None:
    """Both tokens as HttpOnly cookies and the CSRF token as one that the page can read.

    With their age and not their end, so that a browser whose clock is wrong keeps them as long.
    """
    short, long = int(access_lifetime.total_seconds()), int(refresh_lifetime.total_seconds())
    for name, value, age, path in (
        (ACCESS_COOKIE, access, short, "/"),
        (REFRESH_COOKIE, refresh, long, _REFRESH_PATH),
        (CSRF_COOKIE, csrf, long, "/"),
    ):
        is_hidden = name != CSRF_COOKIE
        response.set_cookie(
            name, value, max_age=age, path=path, secure=is_tls, httponly=is_hidden, samesite="strict"
        )


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
