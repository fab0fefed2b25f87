"""Every event and every kind of answer that we send, against the published schemas of protocol 4.

Each test client checks each frame by them; here it is made sure that none is left out of that.
"""

import copy
from datetime import timedelta
from typing import Any

import pytest

from openclaw.protocol.gateway.events import EVENTS
from tests.domains.agents.chatting import chatting, use_model
from tests.support import gateway_schema
from tests.support.accounts import register
from tests.support.devices import Machine
from tests.support.gateway_client import SCOPES, operator
from tests.support.gateway_schema import problem_of
from tests.support.node_hosts import command_line, gateway_token, node_host, pair, try_to_connect
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI
from tests.support.server import Server

WORK = [Say("Let me see.", calls=[Call("exec", {"command": "touch a", "cwd": "/srv"})]), Say("Done.")]
CAPS = ["tool-events", "approvals"]  # of a client of theirs: without what only ours ask for

pytestmark = pytest.mark.usefixtures("published_schemas")


async def test_every_event_is_sent_as_the_published_schemas_have_it(server: Server) -> None:
    ann = await register(server, "ann")
    token = (await gateway_token(ann, "node", *SCOPES))["token"]
    machine = await pair(ann, token)
    async with (
        ScriptedOpenAI(WORK) as model,
        command_line(ann, token, scopes=SCOPES) as cli,
        operator(ann, caps=CAPS) as page,
        node_host(machine, token) as node,
        chatting(ann) as chat,
    ):
        await use_model(ann, model)
        await page.call("sessions.messages.subscribe", {"key": chat.id})
        await chat.say("touch it")
        await chat.decide(await chat.asked(), "allow_once")
        await (await node.next_call()).fail("UNAVAILABLE", "SYSTEM_RUN_DENIED: no")
        await page.event("chat", lambda p: p["state"] == "final")
        await page.event("session.message", lambda p: p["message"]["role"] == "assistant")
        error, _ = await try_to_connect(Machine(server, "late"), token)
        await page.call("device.pair.reject", {"requestId": error["details"]["requestId"]})
        await page.event("device.pair.resolved")
        server.manual.advance(timedelta(seconds=61))
        await page.event("tick")
        await server.gateway.stop(reason="service restart")
        await page.ended()
        await node.client.ended()
        heard = {event["event"] for client in (page, cli, node.client) for event in client.events}
        # The second goes to bridges only, the others are ours alone.
        unheard = {"node.invoke.cancel", "node.invoke.prepare"} | {
            f"{name}.changed"
            for name in ("workflow", "host", "system", "task", "artifact", "automation", "channel")
        }
        assert set(EVENTS) - heard == unheard, "each of them was looked at"
        assert page.problem is cli.problem is node.client.problem is None


@pytest.mark.parametrize("change", ["event", "response", "hello", "chat", "unknown"])
def test_the_check_bites(change: str) -> None:
    """A field too many, or one too few, is found: a check that never turns red guards nothing."""
    tick: dict[str, Any] = {"type": "event", "event": "tick", "payload": {"ts": 1}, "seq": 1}
    chat = {"runId": "r", "sessionKey": "s", "seq": 1, "state": "delta", "deltaText": "a"}
    answer: dict[str, Any] = {"type": "res", "id": "1", "ok": True, "payload": {}}
    good = {
        "event": tick,
        "response": answer,
        "hello": None,
        "chat": {"type": "event", "event": "chat", "payload": chat},
        "unknown": {"type": "event", "event": "agent", "payload": {}},
    }[change]
    if change == "hello":
        assert problem_of(answer | {"payload": {"type": "hello-ok"}}, method="connect") is not None
        return
    assert good is not None
    if change == "unknown":
        assert problem_of(good) is not None
        return
    bad = copy.deepcopy(good)
    (bad["payload"] if change == "chat" else bad)["recipientProfileId"] = "p"
    for protocol in (3, 4):
        assert problem_of(good, protocol=protocol) is None
        assert problem_of(bad, protocol=protocol) is not None


def test_each_name_is_one_of_the_package() -> None:
    known = gateway_schema.definitions()
    assert {*gateway_schema.EVENTS.values(), *gateway_schema.RESULTS.values()} <= known
    assert set(gateway_schema.EVENTS) <= set(EVENTS)
