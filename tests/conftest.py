"""What every test shares: where a browser is, and a loud word when there is none."""

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str | None:
    """The browser that browser tests drive: ``OPENCLAW_TEST_CHROMIUM``, or the system's."""
    return os.environ.get("OPENCLAW_TEST_CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a browser its tests are skipped; the other tests need none."""
    if find_chromium() is None:
        missing = pytest.mark.skip(reason="no Chromium on this machine (tools/setup_system.sh)")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(missing)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A skipped browser test must not look like a passed one."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if "no Chromium" in str(r.longrepr)]
    if skipped:
        terminalreporter.write_sep("!", f"{len(skipped)} BROWSER TESTS DID NOT RUN: no Chromium", red=True)


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT
