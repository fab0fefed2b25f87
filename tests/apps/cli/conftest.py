"""One installation for all of these tests, and a terminal with a session of its own for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.apps.cli.installation import Installation, Terminal


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A server with one account (ann) and one machine, online."""
    running = Installation(tmp_path_factory.mktemp("installation"))
    try:
        running.link_machine()
        yield running
    finally:
        running.close()


@pytest.fixture
def terminal(installation: Installation, tmp_path: Path) -> Terminal:
    """Where Ann is logged in."""
    return installation.someone(tmp_path / "ann")


@pytest.fixture
def stranger(tmp_path: Path) -> Terminal:
    """Where nobody is logged in, and the server does not run."""
    home = tmp_path / "stranger"
    home.mkdir()
    return Terminal(home, "http://127.0.0.1:9")
