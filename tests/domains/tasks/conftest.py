"""Somebody who launches tasks: on a server of the test's own, or (``bea``) on one that a module shares."""

import pytest
import pytest_asyncio

from tests.support.accounts import Person, register
from tests.support.server import Server


@pytest.fixture
async def ann(server: Server) -> Person:
    return await register(server, "ann")


@pytest_asyncio.fixture(loop_scope="module")
async def bea(shared: Server) -> Person:
    """Somebody new for each test."""
    return await register(shared)
