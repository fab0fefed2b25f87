"""A sandbox of each tier, and folders that its users may read."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from openclaw.sandbox.calls import Tier
from openclaw.sandbox.client import Sandbox
from openclaw.sandbox.errors import SandboxUnavailableError
from openclaw.sandbox.frames import Settings


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=[Tier.NAMESPACES, Tier.LANDLOCK], ids=lambda tier: tier.value
)
async def sandbox(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """Each tier in turn."""
    sandbox = Sandbox(Settings(slots=1, only=request.param))
    try:
        hello = await sandbox.start()
        if hello.tier is Tier.NONE:
            pytest.skip(hello.reason)
        yield sandbox
    except SandboxUnavailableError as error:
        pytest.skip(str(error))
    finally:
        await sandbox.close()


@pytest.fixture
def code_folder(tmp_path: Path) -> Path:
    """An empty folder that other users may read."""
    for folder in (tmp_path, *tmp_path.parents[:3]):
        with contextlib.suppress(PermissionError):
            folder.chmod(0o755)
    return tmp_path
