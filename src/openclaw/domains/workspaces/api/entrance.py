"""Signing up and in: an account is always entered together with its workspace."""

from uuid import UUID

from fastapi import Request, Response

from openclaw.domains.identity.errors import (
    AccountLockedError,
    AccountTakenError,
    CsrfError,
    InvalidCredentialsError,
    InvitationNeededError,
    NotSignedInError,
    RegistrationClosedError,
    SessionRevokedError,
    WeakPasswordError,
)
from openclaw.domains.identity.models import UserRow
from openclaw.domains.identity.schemas import Login, Refresh, Register, SessionMode, User
from openclaw.domains.identity.service import accounts as identity
from openclaw.domains.identity.service.accounts import Client, Tokens
from openclaw.domains.identity.service.tokens import ACCESS_LIFETIME, REFRESH_LIFETIME, TokenSigner
from openclaw.domains.workspaces import service
from openclaw.domains.workspaces.errors import WorkspaceNotFoundError
from openclaw.domains.workspaces.schemas import Me, Session, Workspace
from openclaw.infra.scope import Actor
from openclaw.infra.web.context import (
    CurrentPlatform,
    CurrentScope,
    Platform,
    address_of,
    language_of,
    platform_of,
)
from openclaw.infra.web.cookies import (
    ACCESS_COOKIE,
    REFRESH_COOKIE,
    csrf_token,
    has_csrf_proof,
    set_session_cookies,
)
from openclaw.infra.web.limits import RateLimit
from openclaw.infra.web.routes import errors, slice_router
from openclaw.kit import ids

router = slice_router("identity")
WORKSPACE_HEADER = "x-workspace-id"
# Each costs a password hash and a workspace.
_sign_ups = RateLimit(per_address=100, overall=2_000, minutes=10)


@router.post(
    "/auth/register",
    status_code=201,
    operation_id="register",
    responses=errors(AccountTakenError, WeakPasswordError, RegistrationClosedError, InvitationNeededError),
)
async def register(
    request: Request, response: Response, platform: CurrentPlatform, data: Register
) -> Session:
    """Sign up. The first account becomes the owner of the instance."""
    _sign_ups.check(address_of(request), platform.clock.now())
    password_hash = await identity.hash_new_password(data)
    async with platform.database.system() as scope:
        user, workspace = await service.sign_up(
            scope,
            data,
            password_hash=password_hash,
            mode=platform.config.registration,
            language=language_of(request),
        )
        tokens = await identity.open_session(scope, user, _client(request), TokenSigner(platform.keys))
    return _session(response, platform, user, workspace, tokens, data.session)


@router.post(
    "/auth/login", operation_id="login", responses=errors(InvalidCredentialsError, AccountLockedError)
)
async def login(request: Request, response: Response, platform: CurrentPlatform, data: Login) -> Session:
    """Sign in. Unknown accounts and wrong passwords get the same answer in the same time."""
    client = _client(request)
    async with platform.database.system() as scope:
        user, subject = await identity.check_not_locked(scope, identifier=data.identifier, client=client)
    try:
        await identity.verify_password(user, data.password)
    except InvalidCredentialsError:
        async with platform.database.system() as scope:
            await identity.note_failure(scope, user=user, subject=subject, client=client)
        raise
    assert user is not None
    async with platform.database.system() as scope:
        await identity.note_success(scope, user=user, subject=subject, client=client)
        tokens = await identity.open_session(scope, user, client, TokenSigner(platform.keys))
        workspace = await service.find_personal_workspace(scope, user.id)
    assert workspace is not None, "sign-up made it"
    return _session(response, platform, user, workspace, tokens, data.session)


@router.post(
    "/auth/refresh", operation_id="refreshSession", responses=errors(SessionRevokedError, NotSignedInError)
)
async def refresh(
    request: Request, response: Response, platform: CurrentPlatform, data: Refresh | None = None
) -> Session:
    """Change a refresh token for new tokens. An old one ends the whole session: someone else may hold it."""
    from_body = data.refresh_token if data else None
    token = from_body or request.cookies.get(REFRESH_COOKIE)
    if not token:
        raise NotSignedInError
    async with platform.database.system() as scope:
        refreshed = await identity.refresh(scope, token, TokenSigner(platform.keys))
        workspace = await service.find_personal_workspace(scope, refreshed[0].id) if refreshed else None
    if refreshed is None:
        raise SessionRevokedError
    assert workspace is not None, "sign-up made it"
    user, tokens = refreshed
    return _session(response, platform, user, workspace, tokens, "token" if from_body else "cookie")


@router.get("/users/me", operation_id="getMe", responses=errors(NotSignedInError, WorkspaceNotFoundError))
async def get_me(scope: CurrentScope) -> Me:
    """Who is signed in, and their workspaces."""
    return await service.get_me(scope)


async def authenticate_request(request: Request) -> Actor:
    """The actor of a request, by bearer token or by the browser's cookie with its CSRF proof.

    Raises NotSignedInError, CsrfError, WorkspaceNotFoundError.
    """
    platform = platform_of(request)
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    is_bearer = scheme.lower() == "bearer"
    token = bearer if is_bearer else request.cookies.get(ACCESS_COOKIE)
    if not token:
        raise NotSignedInError
    claims = TokenSigner(platform.keys).read(token, audiences=("api",), now=platform.clock.now())
    if not is_bearer and not has_csrf_proof(request, platform.keys, claims.session_id):
        raise CsrfError
    return await service.authenticate(
        platform.database,
        claims,
        workspace_id=_wanted_workspace(request),
        address=address_of(request),
        language=language_of(request),
    )


def _wanted_workspace(request: Request) -> UUID | None:
    wanted = request.path_params.get("workspace_id") or request.headers.get(WORKSPACE_HEADER)
    if not wanted:
        return None
    try:
        return ids.from_wire("ws", wanted)
    except ValueError:
        raise WorkspaceNotFoundError from None


def _client(request: Request) -> Client:
    return Client(address=address_of(request), user_agent=request.headers.get("user-agent", "")[:300])


def _session(
    response: Response,
    platform: Platform,
    user: UserRow,
    workspace: Workspace,
    tokens: Tokens,
    mode: SessionMode,
) -> Session:
    seen = User.model_validate(user)
    if mode == "token":
        return Session(
            user=seen,
            workspace=workspace,
            access_token=tokens.access,
            access_expires_at=tokens.access_expires_at,
            refresh_token=tokens.refresh,
        )
    csrf = csrf_token(platform.keys, tokens.session_id)
    set_session_cookies(
        response,
        access=tokens.access,
        access_lifetime=ACCESS_LIFETIME,
        refresh=tokens.refresh,
        refresh_lifetime=REFRESH_LIFETIME,
        csrf=csrf,
        is_tls=platform.config.is_tls,
    )
    return Session(
        user=seen, workspace=workspace, access_expires_at=tokens.access_expires_at, csrf_token=csrf
    )
