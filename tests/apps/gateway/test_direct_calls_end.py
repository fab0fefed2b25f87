"""A gateway that stops keeps what was read: on a server that serves nobody else."""

import pytest

from openclaw.apps.gateway.product import Product
from tests.apps.gateway.test_direct_calls import INFO, call_of, rows_of
from tests.support.accounts import Person
from tests.support.devices import link, online
from tests.support.gateway_client import operator

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_ended_is_kept_when_the_gateway_stops(ann: Person) -> None:
    machine = await link(ann)
    async with operator(ann) as page, online(machine, {"system.info": lambda _: INFO}):
        await page.call("node.invoke", call_of(machine))
        product = ann.server.gateway._dispatcher
        assert isinstance(product, Product)
        await product._direct.close()
        assert await rows_of(ann) == [("system.info", "done")]
