"""`openclaw up`: the whole product in one process, with its own database."""

import contextlib
import sys
import threading

from openclaw.infra.config import Config
from openclaw.infra.postgres import EmbeddedPostgres


def main(arguments: list[str] | None = None) -> None:
    """Serve until told to stop. The database starts while the rest of the program is still being loaded."""
    arguments = sys.argv[1:] if arguments is None else arguments
    config = Config(log_format="console", log_level="WARNING") if sys.stderr.isatty() else Config()
    # One process per home: its own unfinished runs start again at once. A shared database may have several.
    if config.executor_id is None and config.database_url is None:
        config = config.model_copy(update={"executor_id": "standalone"})
    embedded = EmbeddedPostgres(config.home / "postgres")
    if config.database_url is None:
        threading.Thread(target=_begin, args=[embedded], name="embedded database").start()

    from openclaw.apps.standalone.serve import run

    run(config, embedded, opens_browser="--no-browser" not in arguments)


def _begin(embedded: EmbeddedPostgres) -> None:
    with contextlib.suppress(Exception):  # whoever needs the database starts it again, and tells why it fails
        embedded.start()
