"""`openclaw server`: configuration to running process."""

from openclaw.apps.process.database import database_url
from openclaw.apps.process.loop import loaded
from openclaw.apps.process.loop import run as run_loop
from openclaw.apps.process.parts import open_process
from openclaw.apps.process.signals import stopped
from openclaw.apps.server.app import build_app
from openclaw.apps.server.serve import listening, serving
from openclaw.infra.config import Config
from openclaw.infra.logs import configure_logs


def main() -> None:
    """Serve until told to stop."""
    config = Config()
    configure_logs(config, "server")
    run_loop(_serve(config))


async def _serve(config: Config) -> None:
    with listening(config) as (found, listeners):
        async with (
            database_url(found) as url,
            open_process(found, url, on_loaded=loaded) as process,
            serving(build_app(process.platform), *listeners, trusted_proxies=found.trusted_proxies),
        ):
            await stopped()
