"""Every request gets an id, log fields, metrics and security headers."""

import time
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openclaw.infra.config import Config
from openclaw.infra.metrics import REQUEST_SECONDS, REQUESTS
from openclaw.infra.web.errors import problem_response
from openclaw.kit.ids import new_id

_log = structlog.get_logger(__name__)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
BRIDGE_ORIGIN = "http://127.0.0.1:43115"


class RequestContext:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, config: Config) -> None:
        self._app = app
        self._config = config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request with its context."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_id().hex
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        status = 500
        headers = dict(scope["headers"])
        policy = self._policy(headers.get(b"host", b"").decode("latin-1"))

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answered = MutableHeaders(scope=message)
                answered["X-Request-Id"] = request_id
                answered["X-Content-Type-Options"] = "nosniff"
                if is_content_path(scope["path"]):  # those pages bring policies of their own
                    await send(message)
                    return
                answered["Referrer-Policy"] = "same-origin"
                answered["X-Frame-Options"] = "DENY"
                answered["Cross-Origin-Opener-Policy"] = "same-origin"
                answered["Permissions-Policy"] = "loopback-network=(self), local-network-access=(self), camera=(), microphone=()"
                answered.setdefault("Content-Security-Policy", policy)
                if scope["path"].startswith("/api"):
                    answered.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            host = headers.get(b"host", b"")
            if self._is_foreign(host) or self._is_elsewhere(host, scope["path"]):
                await self._refuse(scope, receive, answer)
            else:
                await self._app(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "other")
            REQUESTS.labels(route, _method(scope["method"]), status).inc()
            REQUEST_SECONDS.labels(route).observe(seconds)
            actor = scope["state"].get("actor")
            _log.info(
                "request", method=scope["method"], route=route, status=status, execution_time=round(seconds, 4),
                user_id=str(actor.user_id) if actor else None, workspace_id=str(actor.workspace_id) if actor else None,
            )

    def _is_foreign(self, host: bytes) -> bool:
        """On a loopback server: a name that is not ours. A page whose name was rebound to 127.0.0.1 sends its own."""
        own = self._config.own_hosts
        if own is None:
            return False
        try:
            name = urlsplit(f"//{host.decode('latin-1')}").hostname
        except ValueError:
            return True
        return name not in own

    def _is_elsewhere(self, host: bytes, path: str) -> bool:
        """Where results have an origin of their own: whether this is not the one that the path belongs to.

        Nothing of the console is answered there, so that a cookie that a browser sends to both counts at one only.
        """
        origin = self._config.content_origin
        if origin == self._config.web_origin:
            return False
        is_there = host.decode("latin-1").lower() in own_names(origin)
        return is_there != is_content_path(path)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = problem_response(
            421,
            code="request.foreign_host",
            title="This server does not answer to that name. Set OPENCLAW_PUBLIC_URL to the one that people use.",
            request_id=request.state.request_id,
        )
        await response(scope, receive, send)

    def _policy(self, host: str) -> str:
        gateway = self._config.gateway_url_for(host or None)
        frames = "'self'" if self._config.content_origin == self._config.web_origin else self._config.content_origin
        return (
            f"default-src 'self'; frame-src {frames}; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
            f"connect-src 'self' {gateway} {BRIDGE_ORIGIN}; font-src 'self'; object-src 'none'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'"
        )


def is_content_path(path: str) -> bool:
    """Whether the path is one of results and published sites, which are kept apart from the console."""
    return path.startswith(("/a/", "/p/"))


def own_names(origin: str) -> frozenset[str]:
    """The Host headers that an origin is asked by: with its port, and for this machine by either name."""
    parts = urlsplit(origin)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    names = {parts.hostname or ""}
    if names <= {"localhost", "127.0.0.1"}:
        names = {"localhost", "127.0.0.1"}
    found = {f"{name}:{port}" for name in names}
    return frozenset(found | names if port in (80, 443) else found)


def _method(name: str) -> str:
    """A label from a closed set: clients may invent methods."""
    return name if name in _METHODS else "other"
