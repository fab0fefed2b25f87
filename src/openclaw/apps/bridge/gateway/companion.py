"""Who goes along with the connection to the gateway: on a host, what keeps its leases."""

from collections.abc import Callable
from typing import Protocol

from openclaw.apps.bridge.gateway.connection import Connection
from openclaw.apps.bridge.gateway.frames import Incoming


class Companion(Protocol):
    """Told of the connection by the link, which holds it."""

    async def attend(self, connection: Connection) -> None:
        """For as long as the connection stands; cancelled at its end."""
        ...

    def settles(self, frame: Incoming) -> bool:
        """Take a response that is one to it; False for others."""
        ...

    def admit(self, call_id: str, accept: Callable[[], None]) -> None:
        """Let a call in: now, or as soon as it may run."""
        ...

    def forget(self, call_id: str) -> None:
        """A call is not wanted any more: if it was not let in yet, it never is."""
        ...
