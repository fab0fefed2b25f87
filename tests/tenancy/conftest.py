"""One world for a module: nothing that its tests do may change it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.database import Cluster
from tests.support.server import running_server
from tests.tenancy.estate import World, furnished_world


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    with cluster.database() as url:
        async with (
            running_server(url, tmp_path_factory.mktemp("home")) as server,
            furnished_world(server) as world,
        ):
            yield world
