"""One server for a module: each test brings its own people."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.database import Cluster
from tests.support.server import Server, running_server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    with cluster.database() as url:
        home = tmp_path_factory.mktemp("home")
        bucket = (home / "bucket").as_uri()
        (home / "bucket").mkdir()
        async with running_server(
            url, home, publish_bucket=bucket, publish_bucket_url="https://sites.example"
        ) as server:
            yield server
