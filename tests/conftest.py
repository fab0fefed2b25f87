"""What every test shares: where a browser is, a loud word when there is none, PostgreSQL and a server on it."""

import gc
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from xdist.scheduler.loadscope import LoadScopeScheduling

if TYPE_CHECKING:  # tests of the bridge and the protocols need no server code
    from tests.support.database import Cluster
    from tests.support.server import Server

ROOT = Path(__file__).resolve().parent.parent
_ONE_WORKER = (
    "tests/e2e/",  # pages look for a bridge at one port only
    "tests/chaos/",  # one installation for all
)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The browser that browser tests drive: ``OPENCLAW_TEST_CHROMIUM``, or the system's."""
    return os.environ.get("OPENCLAW_TEST_CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)


class _Scheduling(LoadScopeScheduling):
    """The tests of a module on one worker, which may share a server; a folder of ``_ONE_WORKER`` on one, too."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return next((folder for folder in _ONE_WORKER if nodeid.startswith(folder)), module)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Scheduling:
    """Our own: `xdist_group` marks are not seen under pytest 9.2."""
    return _Scheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser its tests are skipped; the other tests need none."""
    if find_chromium() is None:
        missing = pytest.mark.skip(reason="no Chromium on this machine (tools/setup_system.sh)")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(missing)


def pytest_collection_finish() -> None:
    """What was imported stays: nobody need look through it for garbage again and again, a second each time.

    Nor so often through the rest, most of which is one server after the other.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 5, 5)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A test that was skipped for want of a program must not look like a passed one."""
    skipped = terminalreporter.stats.get("skipped", [])
    for missing in (
        "no Chromium",
        "no packaged PostgreSQL",
        "no real Pi runtime",
        "no published gateway protocol",
        "no isolation",
    ):
        if count := sum(missing in str(report.longrepr) for report in skipped):
            terminalreporter.write_sep("!", f"{count} TESTS DID NOT RUN: {missing}", red=True)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def cluster(worker_id: str) -> "Iterator[Cluster]":
    """A PostgreSQL for the session."""
    from tests.support.database import running_cluster

    with running_cluster(worker_id) as cluster:
        yield cluster


@pytest.fixture
def database_url(cluster: "Cluster") -> Iterator[str]:
    """A migrated database of the test's own."""
    with cluster.database() as url:
        yield url


@pytest.fixture
async def server(database_url: str, tmp_path: Path) -> "AsyncIterator[Server]":
    """A server on a database of its own, with its gateway; time stands still unless the test moves it."""
    from tests.support.server import running_server

    async with running_server(database_url, tmp_path) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(cluster: "Cluster", tmp_path_factory: pytest.TempPathFactory) -> "AsyncIterator[Server]":
    """A server for a module whose tests share a loop: each brings its own people, and none needs another.

    Such a module starts no other server beside it: the engine is one in a process.
    """
    from tests.support.server import running_server

    with cluster.database() as url:
        async with running_server(url, tmp_path_factory.mktemp("home")) as server:
            yield server
