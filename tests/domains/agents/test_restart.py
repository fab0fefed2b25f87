"""A server that is stopped and started again: what waited for somebody goes on."""

from datetime import timedelta
from pathlib import Path

from tests.domains.agents.chatting import CREATE, WRITTEN, chatting, tools
from tests.support.accounts import register, signed_in
from tests.support.devices import link, online
from tests.support.server import running_server


async def test_a_parked_question_survives_a_restart(database_url: str, tmp_path: Path) -> None:
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        ann = await register(server)
        machine = await link(ann)
        async with chatting(ann) as chat:
            await chat.say(CREATE)
            approval = await chat.asked()
    async with running_server(database_url, tmp_path, executor_id="one") as server:
        again = signed_in(server, ann.session)
        machine.server = server
        async with online(machine, WRITTEN) as peer, chatting(again, chat.id) as later:
            later.run_id = chat.run_id
            assert (await again.get("/approvals?state=pending"))["items"] == [approval]
            # If it had not been noted down as durable before the stop, its recorded fact starts it.
            server.manual.advance(timedelta(seconds=3))
            server.platform.bus.publish_live("outbox", {})
            assert (await later.decide(approval, "allow_once")).status_code == 200
            reply = await later.reply()
            assert (reply["state"], tools(reply)[0]["state"]) == ("complete", "ok")
            assert len(peer.seen) == 1
            assert len(await later.messages()) == 2
