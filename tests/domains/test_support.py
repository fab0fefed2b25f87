"""probe"""
from tests.support.accounts import register
from tests.support.devices import link, online
from tests.support.gateway_client import operator
from tests.support.server import Server

import pytest

@pytest.mark.parametrize("n", range(6))
async def test_path(server: Server, n: int) -> None:
    ann = await register(server)
    machine = await link(ann)
    async with online(machine, {"system.info": lambda _: {"hostname": "x"}}) as peer, operator(ann) as page:
        conv = await ann.post("/conversations", {})
        with server.watching(ann.topic) as watch:
            sent = await ann.post(f"/conversations/{conv['id']}/messages", {"text": "system info"})
            await watch.event("chat", state="final")
        m = await ann.get(f"/conversations/{conv['id']}/messages")
        print(m)
        assert m["items"][-1]["state"] == "complete"
    await server.settle()
    print([e["action"] for e in (await ann.get("/audit"))["items"]])
