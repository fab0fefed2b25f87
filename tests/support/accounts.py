"""People of the tests, each signed in with a client of their own."""

import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import httpx2
from argon2 import PasswordHasher

from openclaw.domains.identity.models import UserRow
from openclaw.domains.identity.schemas import Register, User
from openclaw.domains.identity.service import accounts
from openclaw.domains.identity.service.tokens import TokenSigner
from openclaw.domains.workspaces import service as workspaces
from openclaw.domains.workspaces.schemas import Session, Workspace
from openclaw.infra.feed import user_topic
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids
from tests.support.server import Server

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


@dataclass
class Person:
    """A signed-in account with a client that is authorised as it, in one workspace."""

    server: Server
    api: httpx2.AsyncClient
    session: dict[str, Any]
    workspace: dict[str, Any]
    password: str = PASSWORD

    @property
    def id(self) -> str:
        return self.session["user"]["id"]

    @property
    def user_id(self) -> UUID:
        return ids.from_wire("user", self.id)

    @property
    def username(self) -> str:
        return self.session["user"]["username"]

    @property
    def email(self) -> str:
        return self.session["user"]["email"]

    @property
    def workspace_id(self) -> UUID:
        return ids.from_wire("ws", self.workspace["id"])

    @property
    def topic(self) -> str:
        """Where the bus carries this person's gateway events."""
        return user_topic(self.user_id, self.workspace_id)

    @property
    def token(self) -> str:
        return self.session["accessToken"]

    @property
    def actor(self) -> Actor:
        return Actor(self.user_id, self.workspace_id, Role(self.workspace["role"]))

    @contextlib.asynccontextmanager
    async def scope(self) -> AsyncIterator[Scope]:
        """A transaction of this person, as a route opens it."""
        async with self.server.platform.database.transaction(self.actor) as scope:
            yield scope

    async def get(self, path: str, **options: Any) -> Any:
        """The answer to a GET that must succeed."""
        return succeeded(await self.api.get(path, **options))

    async def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """The answer to a POST that must succeed."""
        return succeeded(await self.api.post(path, json=body, **options))

    async def put(self, path: str, body: Any) -> Any:
        return succeeded(await self.api.put(path, json=body))

    async def patch(self, path: str, body: Any) -> Any:
        """The answer to a PATCH that must succeed."""
        return succeeded(await self.api.patch(path, json=body))

    async def delete(self, path: str) -> Any:
        """The answer to a DELETE that must succeed."""
        return succeeded(await self.api.delete(path))

    async def ticket(self) -> str:
        """A token for the gateway, bound to the workspace."""
        return (await self.post("/auth/gateway-ticket"))["ticket"]

    def within(self, workspace: dict[str, Any]) -> "Person":
        """The same account, working in another workspace."""
        headers = {"Authorization": f"Bearer {self.token}", "X-Workspace-Id": workspace["id"]}
        return Person(
            self.server, self.server.client(headers=headers), self.session, workspace, self.password
        )

    async def create_workspace(self, name: str = "Team") -> "Person":
        """This person as the owner of a new shared workspace."""
        return self.within(await self.post("/workspaces", {"name": name}))

    async def invite(self, other: "Person", role: str = "member") -> "Person":
        """``other`` as a member of the workspace that this person works in."""
        path = f"/workspaces/{self.workspace['id']}/invitations"
        invitation = await self.post(path, {"role": role})
        return other.within(await other.post("/invitations/accept", {"token": invitation["token"]}))


async def register(server: Server, name: str | None = None, **more: Any) -> Person:
    """A new account with its personal workspace. As the route makes it, but for a hash that costs next to nothing."""
    name = name or f"person{next(_numbers)}"
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD} | more
    platform = server.platform
    async with platform.database.system() as scope:
        user, workspace = await workspaces.sign_up(
            scope,
            Register.model_validate(body),
            password_hash=_cheap_hash(body["password"]),
            mode=platform.config.registration,
        )
    return await _enter(server, user, workspace, password=body["password"], address="127.0.0.1")


async def sign_in(server: Server, person: Person, *, address: str = "127.0.0.1") -> Person:
    """The same account in another session."""
    async with server.platform.database.system() as scope:
        user = await accounts.find_user(scope, person.user_id)
        workspace = await workspaces.find_personal_workspace(scope, person.user_id)
    assert user is not None
    assert workspace is not None
    return await _enter(server, user, workspace, password=person.password, address=address)


async def _enter(
    server: Server, user: UserRow, workspace: Workspace, *, password: str, address: str
) -> Person:
    platform = server.platform
    async with platform.database.system() as scope:
        client = accounts.Client(address=address, user_agent="tests")
        tokens = await accounts.open_session(scope, user, client, TokenSigner(platform.keys))
    session = Session(
        user=User.model_validate(user),
        workspace=workspace,
        access_token=tokens.access,
        access_expires_at=tokens.access_expires_at,
        refresh_token=tokens.refresh,
    )
    api = server.client(address=address)
    return signed_in(server, session.model_dump(mode="json", by_alias=True), password=password, api=api)


@cache
def _cheap_hash(password: str) -> str:
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


def signed_in(
    server: Server,
    session: dict[str, Any],
    *,
    password: str = PASSWORD,
    api: httpx2.AsyncClient | None = None,
) -> Person:
    """The person of a session that the API answered."""
    api = api or server.client()
    api.headers["Authorization"] = f"Bearer {session['accessToken']}"
    return Person(server, api, session, session["workspace"], password)


def succeeded(response: httpx2.Response) -> Any:
    """The body of an answer that must be a success."""
    assert response.is_success, f"{response.request.url.path}: {response.status_code} {response.text}"
    return response.json() if response.content else None


def refused(response: httpx2.Response) -> tuple[int, str]:
    """Status and code of an answer that must be a problem document, complete and without a defect of ours."""
    assert 400 <= response.status_code < 500, f"{response.status_code} {response.text[:300]}"
    assert response.headers["content-type"] == "application/problem+json", response.text[:300]
    body = response.json()
    assert set(body) == {"type", "title", "status", "code", "detail", "data", "requestId"}
    assert body["status"] == response.status_code
    assert body["requestId"], body
    return response.status_code, body["code"]
