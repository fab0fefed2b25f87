"""Routes of one's own account: profile, password, sessions, the gateway ticket."""

from typing import Annotated

from fastapi import Path, Request, Response

from openclaw import __version__
from openclaw.domains.identity.errors import (
    AccountLockedError,
    InvalidCredentialsError,
    NotSignedInError,
    SessionNotFoundError,
    WeakPasswordError,
)
from openclaw.domains.identity.schemas import (
    AuthConfig,
    AuthSession,
    AuthSessions,
    ChangePassword,
    GatewayTicket,
    UpdateMe,
    User,
)
from openclaw.domains.identity.service import accounts
from openclaw.domains.identity.service.tokens import TICKET_LIFETIME, TokenSigner
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope
from openclaw.infra.web.cookies import clear_session_cookies
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import SessionId

router = slice_router("identity")


@router.get("/auth/config", operation_id="getAuthConfig", responses=errors())
async def get_auth_config(platform: CurrentPlatform) -> AuthConfig:
    """What a sign-in page must know: whether anyone may sign up, and whether this is the first account."""
    async with platform.database.system() as scope:
        has_users = await accounts.has_users(scope)
    return AuthConfig(registration=platform.config.registration, has_users=has_users, version=__version__)


@router.post("/auth/logout", status_code=204, operation_id="logout", responses=errors(NotSignedInError))
async def logout(scope: CurrentScope, response: Response) -> None:
    """End the session that the request came with."""
    assert scope.who.session_id is not None
    await accounts.revoke_session(scope, scope.who.session_id)
    clear_session_cookies(response)


@router.post(
    "/auth/password",
    status_code=204,
    operation_id="changePassword",
    responses=errors(NotSignedInError, InvalidCredentialsError, AccountLockedError, WeakPasswordError),
)
async def change_password(
    request: Request, actor: CurrentActor, platform: CurrentPlatform, data: ChangePassword
) -> None:
    """Set a new password. Every other session ends. Wrong ones count as at the sign-in."""
    client = accounts.Client(address=actor.address, user_agent=request.headers.get("user-agent", "")[:300])
    async with platform.database.system() as scope:
        user, subject = await accounts.check_own_not_locked(scope, actor.user_id, client=client)
    try:
        password_hash = await accounts.hash_changed_password(user, data)
    except InvalidCredentialsError:
        async with platform.database.system() as scope:
            await accounts.note_failure(scope, user=user, subject=subject, client=client)
        raise
    async with platform.database.system() as scope:
        await accounts.change_password(
            scope,
            user.id,
            password_hash=password_hash,
            subject=subject,
            client=client,
            keep=actor.session_id,
        )


@router.get("/auth/sessions", operation_id="listSessions", responses=errors(NotSignedInError))
async def list_sessions(scope: CurrentScope) -> AuthSessions:
    """Where the account is signed in."""
    rows = await accounts.list_sessions(scope)
    return AuthSessions(
        items=[
            AuthSession(
                id=row.id,
                created_at=row.created_at,
                last_seen_at=row.last_seen_at,
                user_agent=row.user_agent,
                address=row.address,
                current=row.id == scope.who.session_id,
            )
            for row in rows
        ]
    )


@router.delete(
    "/auth/sessions/{session_id}",
    status_code=204,
    operation_id="revokeSession",
    responses=errors(NotSignedInError, SessionNotFoundError),
)
async def revoke_session(scope: CurrentScope, session_id: Annotated[SessionId, Path()]) -> None:
    """End one session; its sockets close."""
    await accounts.revoke_session(scope, session_id)


@router.post("/auth/gateway-ticket", operation_id="createGatewayTicket", responses=errors(NotSignedInError))
async def create_gateway_ticket(
    request: Request, actor: CurrentActor, platform: CurrentPlatform
) -> GatewayTicket:
    """A one-minute credential for the gateway, bound to this session and workspace."""
    assert actor.session_id is not None
    expires_at = platform.clock.now() + TICKET_LIFETIME
    ticket = TokenSigner(platform.keys).sign(
        user_id=actor.user_id,
        session_id=actor.session_id,
        workspace_id=actor.workspace_id,
        audience="gateway",
        expires_at=expires_at,
    )
    return GatewayTicket(
        ticket=ticket, url=platform.config.gateway_url_for(request.headers.get("host")), expires_at=expires_at
    )


@router.patch("/users/me", operation_id="updateMe", responses=errors(NotSignedInError))
@router.put("/users/me", operation_id="replaceMe", include_in_schema=False)
async def update_me(scope: CurrentScope, data: UpdateMe) -> User:
    """Change one's display name, language or theme."""
    return User.model_validate(await accounts.update_me(scope, data))
