"""`openclaw up`: the whole product in one process, with its own database."""

import asyncio
import contextlib
import sys
import webbrowser

from openclaw.apps.gateway.main import gateway
from openclaw.apps.process.database import database_url
from openclaw.apps.process.parts import open_process
from openclaw.apps.process.signals import stopped
from openclaw.apps.server.app import build_app
from openclaw.apps.server.serve import listen, serving
from openclaw.infra.config import Config
from openclaw.infra.logs import configure_logs


def main(arguments: list[str] | None = None) -> None:
    """Serve until told to stop."""
    arguments = sys.argv[1:] if arguments is None else arguments
    config = Config(log_format="console", log_level="WARNING") if sys.stderr.isatty() else Config()
    if config.executor_id is None:  # one process per home: its own unfinished runs start again at once
        config = config.model_copy(update={"executor_id": "standalone"})
    configure_logs(config, "standalone")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(config, opens_browser="--no-browser" not in arguments))


async def _serve(config: Config, *, opens_browser: bool) -> None:
    listener = listen(config.host, config.port)
    config = config.model_copy(update={"port": listener.getsockname()[1]})
    async with (
        database_url(config) as url,
        open_process(config, url) as process,
        gateway(process.platform),
        serving(build_app(process.platform), listener),
    ):
        address = config.public_url or config.web_origin
        sys.stdout.write(
            f"OpenClaw is running at {address}\nData is kept in {config.home}. Stop with Ctrl+C.\n"
        )
        sys.stdout.flush()
        if opens_browser and sys.stdout.isatty():
            webbrowser.open(address)
        await stopped()
        sys.stdout.write("Stopping …\n")
