"""`openclaw gateway`: configuration to running process."""

import contextlib
from collections.abc import AsyncIterator

from openclaw import __version__
from openclaw.apps.gateway.product import Product
from openclaw.apps.gateway.registry import ConnectionHub
from openclaw.apps.gateway.server import GatewayConfig, GatewayServer
from openclaw.apps.process.database import database_url
from openclaw.apps.process.loop import loaded
from openclaw.apps.process.loop import run as run_loop
from openclaw.apps.process.parts import open_process
from openclaw.apps.process.signals import stopped
from openclaw.infra.config import Config
from openclaw.infra.logs import configure_logs
from openclaw.infra.web.context import Platform
from openclaw.kit.tasks import cancel_and_wait, spawn


def main() -> None:
    """Serve until told to stop."""
    config = Config()
    configure_logs(config, "gateway")
    run_loop(_serve(config))


async def _serve(config: Config) -> None:
    async with (
        database_url(config) as url,
        open_process(config, url, on_loaded=loaded) as process,
        gateway(process.platform),
    ):
        await stopped()


@contextlib.asynccontextmanager
async def gateway(platform: Platform) -> AsyncIterator[GatewayServer]:
    """The gateway inside the block; at its end every client is told and may come back elsewhere."""
    config = platform.config
    hub = ConnectionHub(platform.clock)
    product = Product(platform, hub)
    server = GatewayServer(
        product,
        GatewayConfig(
            host=config.host,
            port=config.gateway_port,
            version=__version__,
            allowed_origins=config.web_origins,
            trusted_proxies=frozenset(config.trusted_proxies),
        ),
        platform.clock,
        hub,
    )
    product.start()
    await server.start()
    presence = spawn(product.renew_presence(), name="machine presence")
    try:
        yield server
    finally:
        await cancel_and_wait(presence)
        await server.stop(restart_expected_ms=0)  # another gateway is there already, or soon this one again
        await product.stop()
