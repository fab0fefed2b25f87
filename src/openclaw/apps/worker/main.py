"""`openclaw worker`: configuration to running process."""

from openclaw.apps.process.database import database_url
from openclaw.apps.process.loop import loaded
from openclaw.apps.process.loop import run as run_loop
from openclaw.apps.process.parts import open_process
from openclaw.apps.process.signals import stopped
from openclaw.infra.config import Config
from openclaw.infra.logs import configure_logs


def main() -> None:
    """Work until told to stop."""
    config = Config()
    configure_logs(config, "worker")
    run_loop(_work(config))


async def _work(config: Config) -> None:
    async with database_url(config) as url, open_process(config, url, on_loaded=loaded):
        await stopped()
