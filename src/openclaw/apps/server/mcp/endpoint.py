"""``/mcp``: the protocol over HTTP without sessions, so that any process answers any request.

Who asks shows a bearer token, an access token or a gateway token; a browser's cookie does not count here, so no page
can make one ask.
"""

import dataclasses

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from openclaw.domains.devices.errors import GatewayTokenScopeError
from openclaw.domains.devices.service import gateway_tokens
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.infra.scope import Actor, Role
from openclaw.infra.web.context import Authenticator, Platform, address_of, language_of
from openclaw.protocol.gateway.scopes import READ, WRITE, can


class McpEndpoint:
    """An ASGI application at one path."""

    def __init__(self, platform: Platform, authenticate: Authenticator) -> None:
        self._platform = platform
        self._authenticate = authenticate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request. Raises NotSignedInError, GatewayTokenInvalidError, GatewayTokenScopeError."""
        # Half a second to load: by the first who asks, not by every start.
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager  # noqa: PLC0415

        from openclaw.apps.server.mcp.tools import tool_server  # noqa: PLC0415

        actor = await self._actor_of(Request(scope, receive))
        # Sessions are what a manager is for; without them one for each request leaves nothing behind.
        manager = StreamableHTTPSessionManager(
            tool_server(self._platform, actor), json_response=True, stateless=True
        )
        async with manager.run():
            await manager.handle_request(scope, receive, send)

    async def _actor_of(self, request: Request) -> Actor:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise NotSignedInError
        if not token.startswith(f"{gateway_tokens.PREFIX}_"):
            return await self._authenticate(request)
        async with self._platform.database.system() as scope:
            bearer = await gateway_tokens.authenticate(scope, token)
        actor = Actor(
            user_id=bearer.token.user_id,
            workspace_id=bearer.token.workspace_id,
            role=bearer.role,
            session_id=bearer.token.id,
            address=address_of(request),
            language=language_of(request),
        )
        if not can(bearer.scopes, READ):
            raise GatewayTokenScopeError(scope=READ)
        # What may only read is shown the tools, and refused as a viewer is when it calls one.
        return actor if can(bearer.scopes, WRITE) else dataclasses.replace(actor, role=Role.VIEWER)
