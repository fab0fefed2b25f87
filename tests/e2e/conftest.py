"""The product as its user has it: one standalone process, real bridges, a real Chromium."""

import contextlib
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.conftest import ROOT, find_chromium
from tests.e2e.console import Console
from tests.support import processes
from tests.support.processes import BridgeProcess, Installation, RealProcess, environment

PAGE_PORT = 43115  # where pages look for a bridge
PATIENCE_MS = 20_000
_TAKEN = f"port {PAGE_PORT} is taken by another program"
_OPENED = pytest.StashKey[list[Console]]()
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("e2e"))  # a page looks for a bridge at one port only
            if find_chromium() is None:
                item.add_marker(
                    pytest.mark.skip(reason="no Chromium on this machine (tools/setup_system.sh)")
                )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if _TAKEN in str(r.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", f"{len(skipped)} BROWSER TESTS DID NOT RUN: {_TAKEN}", red=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.failed and Path(__file__).parent in item.path.parents:
        report.sections.append(("processes", processes.logs()))
        for number, console in enumerate(item.stash.get(_OPENED, [])):
            file = console.folder / f"page-{number}.png"
            with contextlib.suppress(Exception):  # a page that hangs must not hide what went wrong before
                console.page.screenshot(path=file)
            report.sections.append(("page", "\n".join([str(file), *console.said])))
    return report


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """`openclaw up`, for all of the folder."""
    assert (ROOT / "src/openclaw/apps/server/static/index.html").is_file(), (
        "build the console first: make web"
    )
    with processes.installation() as made:
        made.start("standalone", "--no-browser")
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. For a module only: while it runs, no asynchronous test can."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=find_chromium(), args=list(_FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def open_console(
    request: pytest.FixtureRequest, installation: Installation, browser: Browser, tmp_path: Path
) -> Iterator[Callable[..., Console]]:
    """Opens a page of its own session; options are those of a browser context."""
    processes.forget_logs()
    installation.start("standalone", "--no-browser")
    opened = request.node.stash.setdefault(_OPENED, [])
    with contextlib.ExitStack() as ends:

        def open_one(**options: object) -> Console:
            context = browser.new_context(**({"locale": "en-US", "reduced_motion": "reduce"} | options))  # pyright: ignore[reportArgumentType]
            ends.callback(context.close)
            context.set_default_timeout(PATIENCE_MS)
            opened.append(Console(context.new_page(), installation, tmp_path))
            return opened[-1]

        yield open_one


@pytest.fixture
def console(open_console: Callable[..., Console]) -> Console:
    """A page in English at desktop size."""
    return open_console()


@pytest.fixture
def bridge(installation: Installation, tmp_path: Path) -> Iterator[BridgeProcess]:
    """A running bridge at any port: pages do not find it, codes reach it."""
    yield from _running(BridgeProcess(tmp_path, installation.url))


@pytest.fixture
def bridge_of_this_machine(installation: Installation, tmp_path: Path) -> Iterator[BridgeProcess]:
    """A running bridge where pages look for it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PAGE_PORT))
        except OSError:
            pytest.skip(_TAKEN)
    yield from _running(BridgeProcess(tmp_path, installation.url, port=PAGE_PORT))


@pytest.fixture
def model_url() -> Iterator[str]:
    """The base URL of an OpenAI-compatible server that does what it is told in words."""
    ready = re.compile(r"^http://\S+$")
    server = RealProcess(
        "model", ["-m", "tests.support.scripted_openai", "--port", "0"], environment(), ready=ready
    )
    yield server.start()[0]
    server.kill()


def _running(bridge: BridgeProcess) -> Iterator[BridgeProcess]:
    (bridge.home / "Documents").mkdir(parents=True)
    bridge.start()
    yield bridge
    bridge.kill()
