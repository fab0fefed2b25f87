"""While its owner is asked, the machine hears of the call, so that it can see whether things change until it runs."""

import json

from tests.domains.agents.chatting import CREATE, WRITTEN, chatting
from tests.support.accounts import Person
from tests.support.devices import link, online


async def test_a_machine_hears_of_the_very_call_that_its_owner_is_asked_about(ann: Person) -> None:
    machine = await link(ann)
    async with online(machine, WRITTEN) as peer, chatting(ann) as chat:
        await chat.say(CREATE)
        approval = await chat.asked()
        heard = await peer.client.event("node.invoke.prepare")
        assert (heard["nodeId"], heard["command"]) == (machine.node_id, "fs.write")
        await chat.decide(approval, "allow_once")
        await chat.ended()
    (run,) = peer.seen
    assert (heard["id"], json.loads(heard["paramsJSON"])) == (run.id, run.params)


async def test_a_machine_that_was_away_hears_of_it_when_it_comes_back(ann: Person) -> None:
    machine = await link(ann)
    async with chatting(ann) as chat:
        await chat.say(CREATE)
        approval = await chat.asked()
        async with online(machine) as peer:
            heard = await peer.client.event("node.invoke.prepare")
            assert json.loads(heard["paramsJSON"]) == approval["arguments"] | {"path": "~/docs/notes.txt"}
        await chat.decide(approval, "deny")
        await chat.ended()
        async with online(machine) as peer:  # what was answered is no longer announced
            assert "node.invoke.prepare" not in [event["event"] for event in peer.client.events]


async def test_what_only_reads_is_not_announced(ann: Person) -> None:
    async with online(await link(ann), WRITTEN) as peer, chatting(ann) as chat:
        await chat.say("system info")
        await chat.ended()
        assert "node.invoke.prepare" not in [event["event"] for event in peer.client.events]
