"""API versions: /api/v2 is current, /api is its alias, /api/v1 is the same routes and says that it is deprecated."""

import re

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from openclaw.infra.web.context import request_id_of
from openclaw.infra.web.errors import problem_response

CURRENT = "v2"
DEPRECATED = frozenset({"v1"})
SUPPORTED = DEPRECATED | {CURRENT}
SUNSET = "Thu, 31 Dec 2026 23:59:59 GMT"
_PATH = re.compile(r"^/api(?:/(v[0-9]+))?(/.*)?$")
_ACCEPT = re.compile(r"application/vnd\.openclaw\.(v[0-9]+)\+json|application/json;\s*version=(v?[0-9]+)")


class ApiVersions:
    """ASGI middleware: brings every spelling of an API path to the current one; 406 for versions that we never had."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Rewrite the path, or refuse the version."""
        match = _PATH.match(scope["path"]) if scope["type"] == "http" else None
        if match is None:
            await self._app(scope, receive, send)
            return
        version = match[1] or _accepted(scope) or CURRENT
        if version not in SUPPORTED:
            await _refuse(scope, receive, send, version)
            return
        path = f"/api/{CURRENT}{match[2] or ''}"
        inner = {**scope, "path": path, "raw_path": path.encode()}
        try:
            await self._app(inner, receive, _deprecating(send) if version in DEPRECATED else send)
        finally:
            scope["route"] = inner.get("route")  # the router found it in our copy; logs and metrics ask the original


def _accepted(scope: Scope) -> str | None:
    for key, value in scope["headers"]:
        if key == b"accept" and (match := _ACCEPT.search(value.decode("latin-1"))):
            named = match[1] or match[2]
            return named if named.startswith("v") else f"v{named}"
    return None


def _deprecating(send: Send) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            extra = [(b"x-api-deprecated", b"true"), (b"x-api-sunset", SUNSET.encode()), (b"sunset", SUNSET.encode())]
            message = {**message, "headers": [*message.get("headers", []), *extra]}
        await send(message)

    return marked


async def _refuse(scope: Scope, receive: Receive, send: Send, version: str) -> None:
    title = f"API version {version} is not supported. Supported: {', '.join(sorted(SUPPORTED))}."
    response = problem_response(
        406,
        code="request.unsupported_version",
        title=title,
        data={"supported": sorted(SUPPORTED)},
        request_id=request_id_of(Request(scope)),
    )
    await response(scope, receive, send)
