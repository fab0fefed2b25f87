"""Run an ASGI application on uvicorn inside a process that handles signals itself."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator, Generator, Sequence

import uvicorn
from starlette.types import ASGIApp

from openclaw.infra.config import Config
from openclaw.kit.tasks import spawn


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield  # the process decides when to stop


@contextlib.asynccontextmanager
async def serving(
    app: ASGIApp, *listeners: socket.socket, trusted_proxies: Sequence[str] = ()
) -> AsyncGenerator[None]:
    """Serve ``app`` on ``listeners`` inside the block; requests in flight get five seconds at its end."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        h11_max_incomplete_event_size=65_536,
    )
    server = _Server(config)
    task = spawn(server.serve(sockets=list(listeners)), name="http server")
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.wait([task])


@contextlib.contextmanager
def listening(config: Config) -> Generator[tuple[Config, list[socket.socket]]]:
    """The sockets that a configuration asks for, closed at the end, and it with the ports that these got.

    Raises OSError when one of its ports is taken.
    """
    with contextlib.ExitStack() as opened:
        listeners = [opened.enter_context(listen(config.host, config.port))]
        ports = {"port": listeners[0].getsockname()[1]}
        if config.content_port is not None:
            listeners.append(opened.enter_context(listen(config.host, config.content_port)))
            ports["content_port"] = listeners[1].getsockname()[1]
        yield config.model_copy(update=ports), listeners


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio turns Nagle's algorithm off; without it each answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError:
        listener.close()
        raise
    listener.setblocking(False)
    return listener
