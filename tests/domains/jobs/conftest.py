"""Somebody with jobs, on a server that a module shares: its workspaces have few at work at once, and few that wait."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.support.accounts import Person, register
from tests.support.database import Cluster
from tests.support.server import Server, running_server

AT_ONCE, QUEUED = 2, 3


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    settings: dict[str, Any] = {"workspace_jobs_at_once": AT_ONCE, "workspace_jobs_queued": QUEUED}
    with cluster.database() as url:
        async with running_server(url, tmp_path_factory.mktemp("home"), **settings) as server:
            yield server


@pytest_asyncio.fixture(loop_scope="module")
async def ann(server: Server) -> Person:
    """Somebody new for each test."""
    return await register(server)
