"""Somebody who launches tasks: on a server of the test's own, or (``bea``) on one that a module shares."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.accounts import Person, register
from tests.support.database import Cluster
from tests.support.server import Server, running_server


@pytest.fixture
async def ann(server: Server) -> Person:
    return await register(server, "ann")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    with cluster.database() as url:
        async with running_server(url, tmp_path_factory.mktemp("home")) as server:
            yield server


@pytest_asyncio.fixture(loop_scope="module")
async def bea(shared: Server) -> Person:
    """Somebody new for each test."""
    return await register(shared)
