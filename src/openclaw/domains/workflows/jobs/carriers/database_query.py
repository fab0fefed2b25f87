"""The host call ``database.query``: one statement in a PostgreSQL that the workspace has connected.

A connection is a secret of the workspace, by its name: ``postgresql://user:password@host:port/database``, of whose
parameters ``sslmode`` (``disable``, ``require``, ``verify-full``) and ``access=read-write`` are known. It goes to
public addresses only, to the one that was checked, and to others where the operator named the host.
"""

import asyncio
import math
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

import asyncpg
import orjson

from openclaw.infra.addresses import PrivateAddressError, UnknownHostError, resolve
from openclaw.infra.jsonb import storable

_CONNECT_SECONDS = 10
_SECONDS = 30
MOST_ROWS = 10_000
MOST_BYTES = 8 << 20
_LONGEST_SQL = 50_000
_LARGEST_EXACT = 1 << 53
_READ = {
    "timestamptz": datetime.fromisoformat,
    "timestamp": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "numeric": Decimal,
}


@dataclass(frozen=True)
class Target:
    """Where a connection leads."""

    host: str
    port: int
    user: str
    password: str
    database: str
    sslmode: str
    may_write: bool


class _NamedContext(ssl.SSLContext):
    """Checks the certificate for the host's name, though the connection goes to an address that was checked."""

    name = ""

    def wrap_bio(self, *arguments: Any, **options: Any) -> ssl.SSLObject:
        """As for the name."""
        return super().wrap_bio(*arguments, **{**options, "server_hostname": self.name})


def parse(dsn: str) -> Target:
    """What a secret says. Raises ValueError, in words that hold nothing of it."""
    try:
        parts = urlsplit(dsn.strip())
        port = parts.port or 5432
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        host = parts.hostname or ""
    except ValueError:
        raise ValueError("the connection is not an address of a database") from None
    if parts.scheme not in ("postgresql", "postgres") or not host or "," in parts.netloc:
        raise ValueError("the connection is not postgresql://user:password@host/database")
    if not (parts.username and parts.password and parts.path.strip("/")):
        raise ValueError("the connection names no user, password or database")
    sslmode, access = options.pop("sslmode", "require"), options.pop("access", "read")
    if (
        options
        or sslmode not in ("disable", "require", "verify-full")
        or access not in ("read", "read-write")
    ):
        raise ValueError(
            "of a connection's parameters only sslmode (disable, require, verify-full) and access are known"
        )
    return Target(
        host=host,
        port=port,
        user=unquote(parts.username),
        password=unquote(parts.password),
        database=unquote(parts.path.removeprefix("/")),
        sslmode=sslmode,
        may_write=access == "read-write",
    )


async def query(dsn: str, parameters: Mapping[str, Any], *, internal: Collection[str]) -> dict[str, Any]:
    """``columns`` and ``rows`` (lists) of one statement, in a transaction that reads unless the connection may write.

    Raises ValueError with words for the plugin.
    """
    sql, values = parameters.get("sql"), parameters.get("parameters") or []
    if not isinstance(sql, str) or not sql.strip() or len(sql) > _LONGEST_SQL or not isinstance(values, list):
        raise ValueError(f"sql is a text of at most {_LONGEST_SQL:,} characters, parameters a list")
    target = parse(dsn)
    connection = await _connect(target, internal)
    try:
        async with asyncio.timeout(_SECONDS + _CONNECT_SECONDS):
            async with connection.transaction(readonly=not target.may_write):
                return await _ask(connection, sql, values)
    except TimeoutError:
        raise ValueError(f"the database took longer than {_SECONDS} s") from None
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.DataError, OSError) as error:
        raise ValueError(f"the database says: {str(error)[:500]}") from None
    finally:
        connection.terminate()


async def _connect(target: Target, internal: Collection[str]) -> asyncpg.Connection:
    try:
        address = await resolve(target.host, target.port, may_be_private=target.host in internal)
    except UnknownHostError:
        raise ValueError("the connection's host is not known") from None
    except PrivateAddressError:
        raise ValueError(
            "the connection's host is not on the public internet; the server's operator allows single hosts"
        ) from None
    try:
        return await asyncpg.connect(
            host=address.strip("[]"),
            port=target.port,
            user=target.user,
            password=target.password,
            database=target.database,
            ssl=_tls(target) or False,
            timeout=_CONNECT_SECONDS,
            statement_cache_size=0,
            server_settings={
                "application_name": "openclaw plugin",
                "statement_timeout": str(_SECONDS * 1000),
                "default_transaction_read_only": "off" if target.may_write else "on",
            },
        )
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
        said = str(error).replace(target.password, "•••")[:300] or type(error).__name__
        raise ValueError(f"the database cannot be reached: {said}") from None


def _tls(target: Target) -> ssl.SSLContext | None:
    if target.sslmode == "disable":
        return None
    context = _NamedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.name = target.host
    if target.sslmode == "verify-full":
        context.load_default_certs()
    else:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def _ask(connection: asyncpg.Connection, sql: str, values: list[Any]) -> dict[str, Any]:
    statement = await connection.prepare(sql)  # one statement: a second one would be refused here
    wanted = statement.get_parameters()
    if len(wanted) != len(values):
        raise ValueError(f"the statement takes {len(wanted)} parameters, not {len(values)}")
    given = [_given(kind.name, value) for kind, value in zip(wanted, values, strict=True)]
    columns = [column.name for column in statement.get_attributes()]
    rows: list[list[Any]] = []
    size = 0
    cursor = await statement.cursor(*given)
    while found := await cursor.fetch(500):
        for record in found:
            row = [_told(value) for value in record]
            size += len(orjson.dumps(row))
            if len(rows) == MOST_ROWS or size > MOST_BYTES:
                raise ValueError(f"more than {MOST_ROWS:,} rows or {MOST_BYTES >> 20} MiB; ask for fewer")
            rows.append(row)
    return {"columns": columns, "rows": rows}


def _given(kind: str, value: Any) -> Any:
    """A JSON value as the driver wants it for a parameter of that type."""
    if kind in ("json", "jsonb"):
        return orjson.dumps(value).decode()
    if kind in _READ and isinstance(value, str | int | float):
        try:
            return _READ[kind](str(value))
        except (ValueError, ArithmeticError):
            raise ValueError(f"a parameter is no {kind}") from None
    if kind in ("text", "varchar", "bpchar") and isinstance(value, int | float):
        return str(value)
    return value


def _told(value: Any) -> Any:
    """A value of the driver's as JSON: exact numbers as numbers where these hold them, else as text."""
    if isinstance(value, bool | str) or value is None:
        return storable(value)
    if isinstance(value, int):
        return value if abs(value) < _LARGEST_EXACT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [_told(each) for each in value]
    if isinstance(value, asyncpg.Record):
        return {key: _told(each) for key, each in value.items()}
    return str(value)


def _number(value: Decimal) -> Any:
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value() and abs(value) < _LARGEST_EXACT:
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else str(value)
