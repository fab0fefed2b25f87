"""``python -m openclaw.sandbox.egress USER``: started by the supervisor, which is its standard input.

It reads what hostile code writes, so it holds nothing and may do nothing but connect.
"""

import asyncio
import json
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from openclaw.kit.tasks import spawn
from openclaw.sandbox.calls import NetworkGrant
from openclaw.sandbox.egress.fetch import resolve_host
from openclaw.sandbox.egress.proxy import Proxy
from openclaw.sandbox.guest import kernel


class Egress:
    """The proxies of the calls that have a network now."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._proxies: dict[int, Proxy] = {}
        self._ended = asyncio.Event()

    async def serve(self) -> None:
        """Until the supervisor is gone."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(8))  # for names; later it could not be loaded
        loop.add_reader(self._control.fileno(), self._take)
        await self._ended.wait()

    def _take(self) -> None:
        message, descriptors = kernel.receive_descriptors(self._control)
        if not message:
            self._ended.set()
            return
        order: dict[str, Any] = json.loads(message)
        if descriptors:
            spawn(self._open(order, socket.socket(fileno=descriptors[0])), name="egress proxy")
        else:
            spawn(self._close(int(order["number"])), name="egress proxy")

    async def _open(self, order: dict[str, Any], listener: socket.socket) -> None:
        grant = msgspec.convert(order["grant"], NetworkGrant)
        proxy = Proxy(grant, resolve=resolve_host, internal=order["internal"])
        self._proxies[order["number"]] = proxy
        await proxy.start(listener)

    async def _close(self, number: int) -> None:
        proxy = self._proxies.pop(number, None)
        connections: list[tuple[str, int, str]] = []
        total = 0
        if proxy is not None:
            await proxy.close()
            connections, total = proxy.connections, proxy.total_bytes
        self._control.send(
            json.dumps({"number": number, "connections": connections, "bytes": total}).encode()
        )


def main() -> None:
    """Give up what this process may, then serve."""
    user = int(sys.argv[1])
    "name".encode("idna")  # loads it, while files can be read
    if user:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    kernel.forbid_new_privileges()
    kernel.hide_memory()
    kernel.die_with_parent()
    with socket.socket(fileno=os.dup(0)) as control:
        control.setblocking(False)
        asyncio.run(Egress(control).serve())


if __name__ == "__main__":
    main()
