"""What the in-process support takes for its server, when the roles are processes of their own."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

import asyncpg
import httpx2
from websockets.asyncio.client import connect

from openclaw.kit.clock import Clock, SystemClock
from tests.support.accounts import PASSWORD, Person, signed_in, succeeded
from tests.support.gateway_client import GatewayClient, operator_params
from tests.support.processes import Installation
from tests.support.server import Server


class RemoteServer:
    """The API and the database of an installation; its gateways are reached by their URL."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.clock: Clock = SystemClock()
        self._clients: list[httpx2.AsyncClient] = []

    def client(
        self, *, address: str = "127.0.0.1", base: str = "/api/v2", **options: Any
    ) -> httpx2.AsyncClient:
        """A client of the App Server. ``address`` has no meaning over a real socket."""
        del address
        client = httpx2.AsyncClient(base_url=f"{self.installation.url}{base}", timeout=60, **options)
        self._clients.append(client)
        return client

    async def sign_up(self, name: str) -> Person:
        """A new account, over the API as people make it."""
        api = self.client()
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
        session = succeeded(await api.post("/auth/register", json=body))
        return signed_in(cast(Server, self), session, api=api)

    @contextlib.asynccontextmanager
    async def database(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection as the superuser, whom row-level security does not bind."""
        connection = await asyncpg.connect(self.installation.database_url())
        try:
            yield connection
        finally:
            await connection.close()

    async def rows(self, query: str, *values: object) -> list[Mapping[str, Any]]:
        """What a query finds."""
        async with self.database() as connection:
            return await connection.fetch(query, *values)

    async def close(self) -> None:
        """Close every client."""
        for client in self._clients:
            await client.aclose()


@contextlib.asynccontextmanager
async def page(person: Person, gateway_url: str) -> AsyncIterator[GatewayClient]:
    """A page of ``person``, greeted by one gateway."""
    socket = await connect(
        gateway_url, compression=None, max_size=None, proxy=None, close_timeout=1, open_timeout=60
    )
    client = GatewayClient(socket)
    try:
        await client.event("connect.challenge")
        client.hello = await client.call("connect", operator_params(person.token))
        yield client
    finally:
        await client.close()
