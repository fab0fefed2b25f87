"""One server for a file: each test has people of its own on it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from openclaw.infra.scope import Scope
from tests.support.database import Cluster
from tests.support.server import Server, running_server


class Told:
    """Keeps what users are told, in place of their notifications."""

    def __init__(self) -> None:
        self.told: list[tuple[UUID, str, dict[str, Any], str]] = []

    async def __call__(self, scope: Scope, user_id: UUID, kind: str, data: dict[str, Any], link: str) -> None:
        self.told.append((user_id, kind, data, link))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    with cluster.database() as url:
        async with running_server(url, tmp_path_factory.mktemp("home")) as server:
            object.__setattr__(server.platform.automations, "notify", Told())
            yield server
