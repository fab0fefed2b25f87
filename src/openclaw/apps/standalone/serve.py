"""Every role in one event loop."""

import sys
import webbrowser

from openclaw.apps.gateway.main import gateway
from openclaw.apps.process.database import database_url
from openclaw.apps.process.loop import loaded
from openclaw.apps.process.loop import run as run_loop
from openclaw.apps.process.parts import open_process
from openclaw.apps.process.signals import stopped
from openclaw.apps.server.app import build_app
from openclaw.apps.server.serve import listening, serving
from openclaw.infra.config import Config
from openclaw.infra.logs import configure_logs
from openclaw.infra.postgres import EmbeddedPostgres


def run(config: Config, embedded: EmbeddedPostgres, *, opens_browser: bool) -> None:
    """Serve until told to stop."""
    configure_logs(config, "standalone")
    run_loop(_serve(config, embedded, opens_browser=opens_browser))


async def _serve(config: Config, embedded: EmbeddedPostgres, *, opens_browser: bool) -> None:
    with listening(config) as (found, listeners):
        async with (
            database_url(found, embedded) as url,
            open_process(found, url, on_loaded=loaded) as process,
            gateway(process.platform),
            serving(build_app(process.platform), *listeners, trusted_proxies=found.trusted_proxies),
        ):
            address = found.public_url or found.web_origin
            sys.stdout.write(
                f"OpenClaw is running at {address}\nData is kept in {found.home}. Stop with Ctrl+C.\n"
            )
            sys.stdout.flush()
            if opens_browser and sys.stdout.isatty():
                webbrowser.open(address)
            await stopped()
            sys.stdout.write("Stopping …\n")
