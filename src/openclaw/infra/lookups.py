"""One statement of one tenant in one round trip, for what is asked too often for a transaction.

A connection of its own carries the tenant in its session instead of a transaction; the tenant is set anew whenever
another one asks. Row-level security binds it like every other connection of the application.
"""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy.engine import URL

from openclaw.infra.db import APPLICATION_ROLE, CONNECTION_ENDED, as_libpq
from openclaw.infra.scope import Actor
from openclaw.kit.errors import UnavailableError

_SET_TENANT = "SELECT set_config('app.user_id', $1, false), set_config('app.workspace_id', $2, false)"
_SECONDS = 5


class Lookups:
    """Reads only. Statements wait for each other, so each must be quick."""

    def __init__(self, url: str | URL) -> None:
        self._dsn = as_libpq(url)
        self._connection: asyncpg.Connection | None = None
        self._tenant: tuple[UUID, UUID] | None = None
        self._using = asyncio.Lock()

    def of(self, actor: Actor) -> "LookupScope":
        """What ``actor`` may look up."""
        return LookupScope(self, actor)

    async def value(self, actor: Actor, query: str, *arguments: Any) -> Any:
        """As `LookupScope.value`."""
        async with self._using:
            try:
                try:
                    return await self._ask(actor, query, arguments)
                except CONNECTION_ENDED:
                    # The server was restarted since the connection was opened: what only reads may be asked again.
                    self._drop()
                    return await self._ask(actor, query, arguments)
            except (asyncpg.PostgresError, *CONNECTION_ENDED, TimeoutError) as error:
                self._drop()
                raise UnavailableError(part="database") from error

    def close(self) -> None:
        """End the connection."""
        self._drop()

    async def _ask(self, actor: Actor, query: str, arguments: tuple[Any, ...]) -> Any:
        connection = await self._connected()
        await self._become(connection, actor)
        return await connection.fetchval(query, *arguments, timeout=_SECONDS)

    def _drop(self) -> None:
        connection, self._connection, self._tenant = self._connection, None, None
        if connection is not None:
            connection.terminate()

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._tenant = None
            self._connection = connection = await asyncpg.connect(
                self._dsn,
                timeout=_SECONDS,
                server_settings={
                    "role": APPLICATION_ROLE,
                    "application_name": "openclaw lookups",
                    "default_transaction_read_only": "on",
                },
            )
            return connection
        return self._connection

    async def _become(self, connection: asyncpg.Connection, actor: Actor) -> None:
        tenant = actor.user_id, actor.workspace_id
        if self._tenant != tenant:
            self._tenant = None  # whatever happens now, nobody takes it for somebody's
            await connection.fetchval(
                _SET_TENANT, str(actor.user_id), str(actor.workspace_id), timeout=_SECONDS
            )
            self._tenant = tenant


@dataclass(frozen=True)
class LookupScope:
    """One actor's lookups, for the queries of a repository."""

    lookups: Lookups
    actor: Actor

    async def value(self, query: str, *arguments: Any) -> Any:
        """The first column of the first row that the actor may see; None without one. Raises UnavailableError."""
        return await self.lookups.value(self.actor, query, *arguments)
