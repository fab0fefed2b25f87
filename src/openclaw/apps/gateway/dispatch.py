"""What the gateway needs of the product: who a token stands for, and what each method does."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from openclaw.apps.gateway.connection import Connection, Identity, Remote
from openclaw.apps.gateway.reading import Page
from openclaw.infra.feed import Position
from openclaw.kit.errors import OpenClawError
from openclaw.protocol.gateway.handshake import ConnectParams


@dataclass(frozen=True)
class TwoAnswers:
    """What a method answers that is answered twice: at once that the work was taken on, and what came of it."""

    first: dict[str, Any]
    final: Callable[[], Awaitable[Any]]


Handler: TypeAlias = Callable[[Connection, Any], Awaitable[Any]]
"""Called with the connection and the method's params (``methods.METHODS[name].params``); answers what JSON can hold
(dicts, lists, msgspec structs) or `TwoAnswers`, or raises an error of the family."""


class Dispatcher(Protocol):
    """The product behind the gateway."""

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Handlers by method name; a method without one is unknown to clients."""
        ...

    async def authenticate(self, connect: ConnectParams, nonce: str, remote: Remote) -> Identity:
        """Whom the bearer token of ``connect`` stands for; the scopes are those that were asked for and are allowed.

        The device proof has been checked: a ``connect.device`` holds the key of its id, and a node has one. Raises
        an error of the family; one of kind ``unauthenticated`` counts as a failed sign-in of the address.
        """
        ...

    async def position(self, identity: Identity, connect: ConnectParams) -> Position | None:
        """Where a client with the capability ``cursor`` begins to read its events; None for any other."""
        ...

    async def load_events(self, connection: Connection, after: int) -> Page:
        """The kept events of the connection's user after a number."""
        ...

    async def on_connected(self, connection: Connection) -> None:
        """A connection has been greeted and is in the hub. No request of it is handled before this returns, so it
        must not wait for an answer of the client. An error closes the connection."""
        ...

    async def on_closed(self, connection: Connection) -> None:
        """A connection is gone, and so are its requests. Called once for each ``on_connected`` that was begun, even
        if that failed. A device may have a newer connection by now: ask the hub."""
        ...

    async def on_refused(self, connection: Connection, offence: str) -> None:
        """A frame of a machine was refused; ``offence`` says what it was, as a short stable word."""
        ...

    async def on_connect_refused(self, connect: ConnectParams, remote: Remote, error: OpenClawError) -> None:
        """A ``connect`` was refused. Its bearer and its device proof are claims that nobody has vouched for."""
        ...

    async def health(self) -> dict[str, Any]:
        """What ``hello-ok`` tells of the server's health; the same for everybody."""
        ...

    async def snapshot(self, connection: Connection) -> dict[str, Any] | None:
        """What the event ``health`` tells all clients of the connection's user in its workspace; None: nothing."""
        ...

    async def is_ready(self) -> bool:
        """Whether requests can be served (``/readyz``)."""
        ...
