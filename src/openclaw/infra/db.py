"""PostgreSQL: the engine, transactions that carry a Scope, and the base of all tables."""

import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import DateTime, MetaData, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from openclaw.infra.scope import Actor, Scope
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InvalidInputError, UnavailableError
from openclaw.kit.ids import new_id

APPLICATION_ROLE = "openclaw_app"
_SET_TENANT = text(
    "SELECT set_config('app.user_id', :user_id, true), set_config('app.workspace_id', :workspace_id, true),"
    " set_config('app.is_system', :is_system, true)"
)
INLINE_LIMIT = 7_000  # PostgreSQL takes payloads below 8,000 bytes
_PUBLISH = text("SELECT id, topic, body FROM publish_facts(CAST(:facts AS jsonb), :inline_limit, :notifies)")
_FACTS = "facts"

# asyncpg calls it an internal error when the server's farewell has been read and the end of the connection has not.
CONNECTION_ENDED = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)


@dataclass(frozen=True)
class Fact:
    """A committed message that waits in a row until a message broker has it."""

    id: UUID
    topic: str
    body: dict[str, Any]


class Base(DeclarativeBase):
    """Base of every table. Times are aware; dicts are JSONB."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy reads this class attribute)
        UUID: PG_UUID(as_uuid=True),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
    }


class Database:
    """A pool of connections as the application role, which row-level security binds."""

    def __init__(self, url: str | URL, clock: Clock, *, pool_size: int = 8) -> None:
        self.url = as_asyncpg(url)
        self._clock = clock
        self._engine = create_async_engine(
            self.url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=False,
            pool_recycle=1800,
            hide_parameters=True,  # what people wrote does not belong into logs
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
            connect_args={
                "server_settings": {"role": APPLICATION_ROLE, "application_name": "openclaw"},
                "timeout": 10,
                "command_timeout": 60,
            },
        )
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        self._commit_listeners: list[Callable[[Actor | None], None]] = []
        self._take_facts: Callable[[Sequence[Fact]], None] | None = None

    def on_commit(self, listener: Callable[[Actor | None], None]) -> Callable[[], None]:
        """Call ``listener`` after every transaction here that may have written: with its actor, None for a system's.

        It is called before whoever wrote goes on, and must not block or raise. Returns the call that ends it.
        """
        self._commit_listeners.append(listener)
        return lambda: self._commit_listeners.remove(listener)

    def hand_facts_to(self, take: Callable[[Sequence[Fact]], None]) -> None:
        """From now on facts are kept in rows and given to ``take`` after the commit, instead of PostgreSQL's NOTIFY."""
        self._take_facts = take

    @contextlib.asynccontextmanager
    async def transaction(
        self, actor: Actor, *, request_id: str | None = None, is_quiet: bool = False
    ) -> AsyncIterator[Scope]:
        """A transaction of ``actor``: committed at the end of the block, rolled back on any error.

        ``is_quiet``: nothing is written that anybody keeps a copy of, so nobody is told. Raises UnavailableError when
        the database does not answer.
        """
        async with self._begin(actor, request_id) as scope:
            yield scope
        if not is_quiet:
            self._tell_committed(actor)

    @contextlib.asynccontextmanager
    async def system(self, *, request_id: str | None = None, is_quiet: bool = False) -> AsyncIterator[Scope]:
        """A transaction that sees every tenant: for sign-in, the outbox, recovery and presence only."""
        async with self._begin(None, request_id) as scope:
            yield scope
        if not is_quiet:
            self._tell_committed(None)

    def _tell_committed(self, actor: Actor | None) -> None:
        for listener in self._commit_listeners:
            listener(actor)

    @contextlib.asynccontextmanager
    async def _begin(self, actor: Actor | None, request_id: str | None) -> AsyncIterator[Scope]:
        facts: list[Fact] = []
        try:
            async with contextlib.AsyncExitStack() as stack:
                try:
                    session = await self._open(stack, actor)
                except (DBAPIError, *CONNECTION_ENDED) as error:
                    if isinstance(error, DBAPIError) and not error.connection_invalidated:
                        raise
                    # The server was restarted since the pool opened this connection. Nothing was done on it yet.
                    if not isinstance(error, DBAPIError):
                        self._renew_connections()
                    session = await self._open(stack, actor)
                yield Scope(
                    actor=actor, session=session, clock=self._clock, request_id=request_id or new_id().hex
                )
                facts = await self._publish(session)
        except (
            OperationalError,
            InterfaceError,
            PendingRollbackError,
            PoolTimeoutError,
            *CONNECTION_ENDED,
        ) as error:
            raise UnavailableError(part="database") from error
        except DBAPIError as error:
            if error.connection_invalidated or is_transient(error):
                raise UnavailableError(part="database") from error
            if str(getattr(error.orig, "sqlstate", "")).startswith(
                "22"
            ):  # NUL in a text, a number out of range
                raise InvalidInputError(
                    field="text", reason="holds something that cannot be stored"
                ) from error
            raise
        if facts and self._take_facts is not None:
            self._take_facts(facts)

    def _renew_connections(self) -> None:
        """As SQLAlchemy does when it notices an end itself: whatever is in the pool by now is replaced before its use.

        To dispose of the pool would leave those that are in use to nobody: they go back to a pool that is no more.
        """
        self._engine.pool._invalidate(None)  # type: ignore[arg-type]  # noqa: SLF001  (there is no public way)

    async def _publish(self, session: AsyncSession) -> list[Fact]:
        """Say what the transaction has to tell, last of all: from here to the commit it holds what numbers it."""
        noted: list[str] = session.info.pop(_FACTS, [])
        if not noted:
            return []
        values = {
            "facts": f"[{','.join(noted)}]",
            "inline_limit": INLINE_LIMIT,
            "notifies": self._take_facts is None,
        }
        return [Fact(*row) for row in await session.execute(_PUBLISH, values)]

    async def _open(self, stack: contextlib.AsyncExitStack, actor: Actor | None) -> AsyncSession:
        """A session whose transaction is that of ``actor``; ``stack`` ends both."""
        async with contextlib.AsyncExitStack() as opening:
            session = await opening.enter_async_context(self._sessions())
            await opening.enter_async_context(session.begin())
            await session.execute(
                _SET_TENANT,
                {
                    "user_id": str(actor.user_id) if actor else "",
                    "workspace_id": str(actor.workspace_id) if actor else "",
                    "is_system": "" if actor else "on",
                },
            )
            await stack.enter_async_context(opening.pop_all())
            return session

    async def ping(self) -> None:
        """Raise UnavailableError unless the database answers."""
        async with self.system() as scope:
            await scope.session.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Give back every connection."""
        await self._engine.dispose()


def note_fact(scope: Scope, fact: dict[str, Any]) -> None:
    """Have ``fact`` (topic ``t``, body ``b``, for a user's events ``u`` and ``w``) published by this transaction."""
    scope.session.info.setdefault(_FACTS, []).append(orjson.dumps(fact).decode())


def is_transient(error: BaseException) -> bool:
    """True for failures of the server or the connection (SQLSTATE classes 08, 40, 53, 57), which a retry may pass."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None) or ""
    return str(state)[:2] in ("08", "40", "53", "57")


def as_asyncpg(url: str | URL) -> URL:
    """``url`` for SQLAlchemy's asyncpg driver."""
    parsed = make_url(url)
    query = {key: value for key, value in parsed.query.items() if key != "sslmode"}
    if mode := parsed.query.get("sslmode"):
        query["ssl"] = mode
    return parsed.set(drivername="postgresql+asyncpg", query=query)


def as_libpq(url: str | URL, *, role: str | None = None) -> str:
    """``url`` for libpq clients (psycopg), optionally acting as ``role``."""
    parsed = make_url(url).set(drivername="postgresql")
    if role:
        parsed = parsed.update_query_dict({"options": f"-c role={role}"})
    return parsed.render_as_string(hide_password=False)
