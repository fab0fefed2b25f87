"""One server for the folder: each test brings its own people and workspaces."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.database import Cluster
from tests.support.server import Server, running_server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    with cluster.database() as url:
        async with running_server(url, tmp_path_factory.mktemp("home")) as server:
            yield server
