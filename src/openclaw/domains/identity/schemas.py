"""Accounts and sessions as they travel."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import EmailStr, Field

from openclaw.infra.wire import Items, SessionId, UserId, Wire, WireInput

Password = Annotated[str, Field(min_length=1, max_length=256)]
Username = Annotated[str, Field(min_length=2, max_length=50, pattern=r"^[\w][\w.\-]*$")]
DisplayName = Annotated[str, Field(min_length=1, max_length=100)]
SessionMode = Literal["cookie", "token"]


class Register(WireInput):
    """Sign up."""

    username: Username
    email: Annotated[EmailStr, Field(max_length=254)]
    password: Password
    display_name: DisplayName | None = None
    invite_token: Annotated[str, Field(max_length=200)] | None = None
    session: SessionMode = "token"


class Login(WireInput):
    """Sign in with a user name or an email address."""

    identifier: Annotated[str, Field(min_length=1, max_length=254)]
    password: Password
    session: SessionMode = "token"


class Refresh(WireInput):
    """Change a refresh token for new tokens; browsers send it as a cookie instead."""

    refresh_token: Annotated[str, Field(max_length=200)] | None = None


class ChangePassword(WireInput):
    """Set a new password; every other session ends."""

    current_password: Password
    new_password: Password


class UpdateMe(WireInput):
    """Change one's own profile."""

    display_name: DisplayName | None = None
    language: Literal["en", "zh"] | None = None
    theme: Literal["system", "light", "dark"] | None = None


class User(Wire):
    """An account as its owner sees it."""

    id: UserId
    username: str
    email: str
    display_name: str
    role: Literal["owner", "member"]
    language: Literal["en", "zh"]
    theme: Literal["system", "light", "dark"]
    created_at: datetime


class PublicUser(Wire):
    """An account as other members of a workspace see it."""

    id: UserId
    username: str
    display_name: str


class AuthSession(Wire):
    """A signed-in browser or client."""

    id: SessionId
    created_at: datetime
    last_seen_at: datetime
    user_agent: str
    address: str | None
    current: bool


class AuthSessions(Items):
    """The actor's sessions, newest first."""

    items: list[AuthSession]


class AuthConfig(Wire):
    """What a sign-in page must know before anyone is signed in."""

    registration: Literal["open", "invite", "closed"]
    has_users: bool
    version: str


class GatewayTicket(Wire):
    """A one-minute credential for the gateway's `connect`."""

    ticket: str
    url: str
    expires_at: datetime
