"""Two gateways of one installation: who is at the one is reached from the other."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from openclaw.apps.gateway.main import gateway
from openclaw.domains.devices.events import device_topic
from tests.support.accounts import Person, register
from tests.support.devices import link, online
from tests.support.gateway_client import GatewayClient, operator
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAPS = ["tool-events", "approvals", "run-names", "cursor"]
INFO = {"hostname": "laptop", "system": "Linux", "home": "/home/ann"}


@pytest_asyncio.fixture(loop_scope="module")
async def elsewhere(server: Server) -> AsyncIterator[Server]:
    """The same installation, seen from its second gateway."""
    async with gateway(server.platform) as second:
        yield replace(server, gateway=second)


def at(other: Server, person: Person) -> Person:
    """The person as one who connects there."""
    return replace(person, server=other)


async def there(page: GatewayClient, *texts: str) -> None:
    """Wait until the page is told that exactly these clients are there."""
    await page.event("presence", lambda p: sorted(e["text"] for e in p["presence"]) == sorted(texts))


async def test_a_page_drives_a_machine_at_the_other_gateway(ann: Person, elsewhere: Server) -> None:
    machine = await link(at(elsewhere, ann))
    async with (
        operator(ann) as page,
        online(machine, {"system.info": lambda _: INFO}) as laptop,
    ):
        await page.event("device.changed", lambda p: p["online"])
        (node,) = (await page.call("node.list"))["nodes"]
        assert node["connected"] is True
        params = {"nodeId": machine.node_id, "command": "system.info", "idempotencyKey": "one"}
        assert (await page.call("node.invoke", params))["payload"] == INFO
        async with operator(at(elsewhere, ann)) as other:
            again = await other.call("node.invoke", params)
        assert again["payload"] == INFO
        assert len(laptop.seen) == 1, "the same call by another gateway is the same call"
    await page_is_told_of_the_end(ann, machine.node_id)


async def page_is_told_of_the_end(ann: Person, node_id: str) -> None:
    async with operator(ann) as page:
        (node,) = (await page.call("node.list"))["nodes"]
    assert (node["nodeId"], node["connected"]) == (node_id, False)


async def test_a_call_that_its_cancellation_overtook_is_not_made(server: Server, ann: Person) -> None:
    machine = await link(ann)
    topic = device_topic(machine.device_id)
    async with online(machine) as laptop:
        for call in ("00" * 16, "11" * 16):
            if call.startswith("0"):
                server.platform.bus.publish_live(topic, {"kind": "cancel", "callId": call})
            asked = {"id": call, "command": "system.info", "params": {}, "timeoutMs": 1000}
            server.platform.bus.publish_live(topic, {"kind": "invoke", "call": asked})
        assert (await laptop.next_call()).id == "11" * 16


async def test_a_page_comes_back_at_the_other_gateway(ann: Person, elsewhere: Server) -> None:
    async with operator(ann, caps=CAPS) as page:
        cursor = page.hello["resume"]["cursor"]
    made = await ann.post("/conversations", {"title": "One"})
    async with operator(at(elsewhere, ann), caps=CAPS, cursor=cursor) as page:
        assert page.hello["resume"]["resumed"] is True
        await page.event("sessions.changed", lambda p: p["sessionKey"] == made["id"])


async def test_clients_see_those_at_the_other_gateway(server: Server, ann: Person, elsewhere: Server) -> None:
    bob = await register(server)
    here, cli = "openclaw-control-ui (web)", "cli (linux)"
    other_client = {"id": "cli", "version": "1", "platform": "linux", "mode": "cli"}
    async with operator(ann) as page, operator(at(elsewhere, bob)) as stranger:
        async with operator(at(elsewhere, ann), client=other_client) as other:
            await there(page, here, cli)
            await there(other, here, cli)
            assert len(await page.call("system-presence")) == 2
            async with operator(ann) as second:
                await there(other, here, here, cli)
                assert len(second.hello["snapshot"]["presence"]) == 3
        page.events.clear()
        await there(page, here)
        assert len(await stranger.call("system-presence")) == 1, (
            "another person's clients are nobody's business"
        )


async def test_a_gateway_that_died_takes_its_clients_with_it(server: Server, ann: Person) -> None:
    entry = {"mode": "cli", "reason": "connect", "text": "cli (linux)", "ts": 1}
    body: dict[str, Any] = {
        "gateway": "another",
        "user": ann.user_id.hex,
        "workspace": ann.workspace_id.hex,
        "presence": [entry],
        "asks": False,
    }
    async with operator(ann) as page:
        here = page.hello["snapshot"]["presence"][0]["text"]
        server.platform.bus.publish_live("presence", body)
        await there(page, here, "cli (linux)")
        page.events.clear()
        with server.watching("presence") as watch:
            for rounds in range(1, 4):
                server.manual.advance(timedelta(seconds=25))
                await watch.until(lambda _, rounds=rounds: len(watch.messages) >= rounds)
        await there(page, here)
