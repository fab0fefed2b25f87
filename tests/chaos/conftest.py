"""One installation for the whole folder: an App Server, two gateways and a worker, each a process of its own.

Every test may kill what it likes; whoever comes next starts what is missing. With ``OPENCLAW_TEST_BROKER`` in the
environment a Valkey carries the messages between them.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.chaos.chat import Chat, Script, open_chat
from tests.chaos.remote import RemoteServer
from tests.support import processes
from tests.support.buses import valkey
from tests.support.processes import BridgeProcess, Installation
from tests.support.scripted_openai import ScriptedOpenAI

ROLES = ("server", "gateway", "gateway-2", "worker")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.chaos)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if report.failed and Path(__file__).parent in item.path.parents:
        report.sections.append(("processes", processes.logs()))
    return report


@pytest.fixture(scope="session")
def shared_installation() -> Iterator[Installation]:
    with ExitStack() as stack:
        made = stack.enter_context(processes.installation())
        if os.environ.get("OPENCLAW_TEST_BROKER"):
            broker = stack.enter_context(valkey())
            made.settings["OPENCLAW_REDIS_URL"] = broker.connection_url
        made.settings["OPENCLAW_PLUGIN_INTERNAL_HOSTS"] = '["localhost"]'  # where peers of the tests are
        made.settings["OPENCLAW_HOST_LEASE_SECONDS"] = "3"  # what a host that was lost is waited for
        made.start_all(*ROLES)
        yield made


@pytest.fixture
def installation(shared_installation: Installation) -> Installation:
    """The installation with every role running."""
    processes.forget_logs()
    shared_installation.start_all(*ROLES)
    return shared_installation


@pytest.fixture
async def remote(installation: Installation) -> AsyncIterator[RemoteServer]:
    server = RemoteServer(installation)
    yield server
    await server.close()


@pytest.fixture
async def chat(remote: RemoteServer) -> AsyncIterator[Chat]:
    """A new person's conversation with a model that says what the test puts into ``chat.script``."""
    script = Script()
    async with ScriptedOpenAI(script) as model:
        yield await open_chat(remote, model, script)


@pytest.fixture
def bridge(installation: Installation, tmp_path: Path) -> Iterator[BridgeProcess]:
    """A running bridge, not linked yet."""
    process = BridgeProcess(tmp_path, installation.url)
    process.start()
    yield process
    process.kill()
