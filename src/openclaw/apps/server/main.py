"""`openclaw server`: configuration to running process."""

from openclaw.apps.process.database import database_url
from openclaw.apps.process.loop import loaded
from openclaw.apps.process.loop import run as run_loop
from openclaw.apps.process.parts import open_process
from openclaw.apps.process.signals import stopped
from openclaw.apps.server.app import build_app
from openclaw.apps.server.serve import listen_for, serving
from openclaw.infra.config import Config
from openclaw.infra.logs import configure_logs


def main() -> None:
    """Serve until told to stop."""
    config = Config()
    configure_logs(config, "server")
    run_loop(_serve(config))


async def _serve(config: Config) -> None:
    config, listeners = listen_for(config)
    async with (
        database_url(config) as url,
        open_process(config, url, on_loaded=loaded) as process,
        serving(build_app(process.platform), *listeners, trusted_proxies=config.trusted_proxies),
    ):
        await stopped()
