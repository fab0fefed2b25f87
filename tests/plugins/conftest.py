"""One sandbox for all first-party plugins."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from openclaw.sandbox.calls import Tier
from openclaw.sandbox.client import Sandbox
from openclaw.sandbox.errors import SandboxUnavailableError
from openclaw.sandbox.frames import Settings


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    """The strongest tier of this machine."""
    sandbox = Sandbox(Settings(slots=2))
    try:
        if (await sandbox.start()).tier is Tier.NONE:
            pytest.skip("no isolation on this machine")
        yield sandbox
    except SandboxUnavailableError as error:
        pytest.skip(f"no isolation on this machine ({error})")
    finally:
        await sandbox.close()
