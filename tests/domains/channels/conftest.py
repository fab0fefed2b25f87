"""One server and one of each provider for a file: each test has people and bots of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.database import Cluster
from tests.support.scripted_telegram import ScriptedTelegram
from tests.support.server import Server, running_server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def telegram() -> AsyncIterator[ScriptedTelegram]:
    async with ScriptedTelegram() as telegram:
        yield telegram


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, telegram: ScriptedTelegram
) -> AsyncIterator[Server]:
    with cluster.database() as url:
        settings = {"telegram_url": telegram.url}
        async with running_server(url, tmp_path_factory.mktemp("home"), **settings) as server:
            yield server
