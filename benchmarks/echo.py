"""A bare echo of the gateway's WebSocket library, on the same event loop: ``python -m benchmarks.echo``."""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection, serve

from openclaw.apps.process.loop import run


async def _echo(socket: ServerConnection) -> None:
    async for message in socket:
        await socket.send(message)


async def _serve() -> None:
    async with serve(_echo, "127.0.0.1", 0, compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        sys.stdout.write(f"listening on {port}\n")
        sys.stdout.flush()
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    run(_serve())
