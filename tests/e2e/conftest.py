"""The product as its user has it: one standalone process, real bridges, a real Chromium."""

import contextlib
import json
import re
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from openclaw.apps.bridge.state import SETTINGS, StateFolder
from tests.conftest import ROOT, find_chromium
from tests.e2e.console import Console
from tests.support import processes
from tests.support.processes import BridgeProcess, Installation, RealProcess, environment

PAGE_PORT = 43115  # where pages look for a bridge
PATIENCE_MS = 40_000
PUBLIC_HOST = "app.example"
PLANTED = "PLANTED-7f3a"  # must never be on a page
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
        made.start("standalone", "--no-browser", OPENCLAW_ALLOWED_ORIGINS=json.dumps([public_url(made)]))
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. For a module only: while it runs, no asynchronous test can."""
    with launched_chromium() as launched:
        yield launched


@contextlib.contextmanager
def launched_chromium(*flags: str) -> Iterator[Browser]:
    """A Chromium with more flags."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=find_chromium(), args=[*_FLAGS, *flags])
        yield launched
        launched.close()


def public_url(installation: Installation) -> str:
    """The same server under a name of the internet, to a browser that is told so."""
    return f"http://{PUBLIC_HOST}:{installation.port}"


@contextlib.contextmanager
def chromium_of_the_internet(installation: Installation) -> Iterator[Browser]:
    """A Chromium to which the server is a public, secure site: its pages need a permission for 127.0.0.1."""
    public = [f"127.0.0.1:{port}=public" for port in (installation.port, installation.gateway_port())]
    with launched_chromium(
        f"--host-resolver-rules=MAP {PUBLIC_HOST} 127.0.0.1",
        f"--ip-address-space-overrides={','.join(public)}",
        f"--unsafely-treat-insecure-origin-as-secure={public_url(installation)}",
    ) as launched:
        yield launched


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
    """A running bridge where pages look for it, with a Pi runtime that has something to show."""
    check_page_port()
    runtime(tmp_path, {"big": 400, "secret": PLANTED})
    yield from _running(
        BridgeProcess(tmp_path, installation.url, port=PAGE_PORT, origins=[public_url(installation)])
    )


def runtime(folder: Path, faults: dict[str, object]) -> None:
    """Have the bridge in ``folder`` start the stand-in of the family that leaks most."""
    command = [sys.executable, str(ROOT / "tests/support/pi_standin.py"), "--profile", "npm-0.58"]
    settings = {"piCommand": [*command, "--faults", json.dumps(faults)]}
    StateFolder(folder / "state").write(SETTINGS, json.dumps(settings).encode())


def check_page_port() -> None:
    """Skip the test, loudly, when another program has the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", PAGE_PORT))
        except OSError:
            pytest.skip(_TAKEN)


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
