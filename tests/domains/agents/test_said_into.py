"""What is said into a turn on a machine: heard in it, or a turn of its own; never neither, never both."""

from dataclasses import replace

import pytest

from openclaw.apps.gateway.main import gateway
from openclaw.protocol.runs import RUN, SAY
from tests.domains.agents.test_machine_runs import COMMANDS, Pi, machine_with_pi
from tests.support.accounts import Person
from tests.support.devices import Call, online

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def said_into(pi: Pi, *texts: str) -> list[Call]:
    """Say them one after the other, and let the machine have the calls."""
    calls: list[Call] = []
    for text in texts:
        await pi.chat.person.post(f"/conversations/{pi.chat.id}/messages", {"text": text})
        calls.append(await pi.machine.next_call())
        assert (calls[-1].command, calls[-1].params["text"]) == (SAY, text)
    return calls


async def test_what_came_too_late_for_a_run_is_a_turn_of_its_own(ann: Person) -> None:
    async with machine_with_pi(ann) as pi:
        await pi.begin("One")
        for late in await said_into(pi, "Two", "Three"):
            await late.fail("RUN_ENDED")
        await pi.end()
        await pi.chat.ended()
        told = [p for p in pi.chat.watch.events("sessions.changed") if p["reason"] == "message"]
        assert len({p["messageId"] for p in told}) == len(told) >= 2, "who follows can read each of them"
        again = await pi.machine.next_call()
        assert (again.command, again.params["text"]) == (RUN, "Two\n\nThree")


async def test_what_was_heard_is_no_turn_of_its_own(ann: Person) -> None:
    """The machine tells so before the end of the turn, which may be handled before the answers to what was said."""
    async with machine_with_pi(ann) as pi:
        await pi.begin("One")
        assert pi.call is not None
        two, _, four = await said_into(pi, "Two", "Three", "Four")
        await four.fail("INTERRUPTED")  # the bridge was started anew between the two
        for call in (pi.call, two, four):  # the turn itself is nothing that was said
            await pi.tell({"kind": "heard", "say": call.id})
        await pi.end()
        await pi.chat.ended()
        again = await pi.machine.next_call()
        assert (again.command, again.params["text"]) == (RUN, "Three")
        assert await two.answer({}) == {"ok": True, "ignored": True}


async def test_heard_at_one_gateway_and_ended_at_another(ann: Person) -> None:
    """The first one dies with the answer: what the machine tells the second is enough, however often."""
    async with machine_with_pi(ann) as pi, gateway(ann.server.platform) as second:
        await pi.begin("One")
        (two,) = await said_into(pi, "Two")
        heard = {"kind": "heard", "say": two.id}
        await pi.tell(heard)
        await pi.machine.client.close()
        there = replace(pi.machine.machine, server=replace(ann.server, gateway=second))
        async with online(there, commands=COMMANDS) as again:
            await pi.tell(heard, seq=pi.count, by=again)
            params = {"id": two.params["run"], "nodeId": again.node_id, "ok": True}
            outcome = {"outcome": "completed", "events": pi.count}
            await again.client.call("node.invoke.result", {**params, "payload": outcome})
            await pi.chat.ended()
            await ann.server.settle()
            assert [message["role"] for message in await pi.chat.messages()] == ["user", "assistant", "user"]
