"""One server for a module, with one sandbox: each test brings its own people and workspaces."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.database import Cluster
from tests.support.server import Server, running_server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    with cluster.database() as url:
        home = tmp_path_factory.mktemp("home")
        async with running_server(url, home, plugin_internal_hosts=("localhost",)) as server:
            yield server
