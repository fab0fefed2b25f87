"""The supervisor's side of the egress process: a jail's listening end goes there, what it carried comes back."""

import asyncio
import json
import os
import socket
import sys
from typing import Any

import msgspec

from openclaw.sandbox.calls import NetworkGrant
from openclaw.sandbox.guest import kernel
from openclaw.sandbox.supervisor.processes import start

_ANSWER_SECONDS = 10
_LARGEST = 1 << 20


class Network:
    """Starts the egress process when a call first has a network."""

    def __init__(self, *, user: int | None, internal: tuple[str, ...], path: str) -> None:
        self._user = user
        self._internal = internal
        self._path = path
        self._control: socket.socket | None = None
        self._closing: dict[int, asyncio.Future[dict[str, Any]]] = {}

    def open(self, number: int, grant: NetworkGrant, listener: int) -> None:
        """Let call ``number`` out through ``listener``."""
        try:
            order = {"number": number, "grant": msgspec.to_builtins(grant), "internal": list(self._internal)}
            kernel.send_descriptors(self._started(), json.dumps(order).encode(), [listener])
        except OSError:  # it is gone: nobody answers the call, and the next finds another
            self._control = None
        finally:
            os.close(listener)

    async def close(self, number: int) -> tuple[tuple[tuple[str, int, str], ...], int]:
        """End the connections of call ``number``: which they were, and the bytes of all."""
        if self._control is None:
            return (), 0
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._closing[number] = answer
        try:
            self._control.send(json.dumps({"number": number}).encode())
            async with asyncio.timeout(_ANSWER_SECONDS):
                told = await answer
        except (OSError, TimeoutError):
            return (), 0
        finally:
            del self._closing[number]
        return tuple((host, port, decision) for host, port, decision in told["connections"]), told["bytes"]

    def _started(self) -> socket.socket:
        if self._control is None:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            ours.setblocking(False)
            start(
                [sys.executable, "-P", "-m", "openclaw.sandbox.egress", str(self._user or 0)],
                {0: theirs.fileno(), 2: 2},
                user=None,  # it gives up its user itself: another may not read the interpreter
                enter=None,
                environment={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": self._path},
            )
            theirs.close()
            asyncio.get_running_loop().add_reader(ours.fileno(), self._take, ours)
            self._control = ours
        return self._control

    def _take(self, source: socket.socket) -> None:
        try:
            message = source.recv(_LARGEST)
        except BlockingIOError:
            return
        except OSError:
            message = b""
        if not message:
            asyncio.get_running_loop().remove_reader(source.fileno())
            source.close()
            if self._control is source:
                self._control = None
            return
        told = json.loads(message)
        answer = self._closing.get(told["number"])
        if answer is not None and not answer.done():
            answer.set_result(told)
