"""One server for a module: each test brings its own people and machines."""

import pytest
import pytest_asyncio

from tests.support.accounts import Person, register
from tests.support.server import Server


@pytest.fixture(scope="module")
def server(shared: Server) -> Server:
    return shared


@pytest_asyncio.fixture(loop_scope="module")
async def ann(server: Server) -> Person:
    """Somebody new for each test."""
    return await register(server)
