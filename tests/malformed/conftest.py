"""One target for a module: nothing that its tests ask for may change it."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from openclaw.kit import ids
from tests.malformed.cases import Target, everything
from tests.support.accounts import register
from tests.support.database import Cluster
from tests.support.devices import link
from tests.support.server import running_server
from tests.tenancy.estate import PREFIXES


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def target(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    with cluster.database() as url:
        async with running_server(url, tmp_path_factory.mktemp("home")) as server:
            person = await (await register(server)).create_workspace()
            machine = await link(person)
            values = {name: ids.to_wire(prefix, ids.new_id()) for prefix, name in PREFIXES.items()}
            values |= {
                "conversation_id": (await person.post("/conversations", {}))["id"],
                "device_id": machine.session["deviceId"],
                "user_id": person.id,
                "workspace_id": person.workspace["id"],
            }
            await server.settle()
            yield Target(person, machine, values)


@pytest_asyncio.fixture(loop_scope="module")
async def unchanged(target: Target) -> AsyncIterator[None]:
    """Nothing of what a test asked for was done, and the server answers as before."""
    before = await everything(target)
    yield
    assert await everything(target) == before
    assert (await target.person.api.get("/users/me")).status_code == 200
