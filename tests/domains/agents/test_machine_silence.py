"""A run on a machine when nobody answers, or the machine is gone: on a server that waits a minute for each."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from openclaw.protocol.runs import ANSWER
from tests.domains.agents.test_machine_runs import machine_with_pi, said, started
from tests.support.accounts import Person, register
from tests.support.database import Cluster
from tests.support.server import Server, running_server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hasty_server(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    home = tmp_path_factory.mktemp("home")
    with cluster.database() as url:
        async with running_server(url, home, approval_minutes=1, device_wait_minutes=1) as server:
            yield server


@pytest_asyncio.fixture(loop_scope="module")
async def hasty(hasty_server: Server) -> Person:
    """Somebody new for each test."""
    return await register(hasty_server)


async def test_nobody_answers_in_time(hasty: Person) -> None:
    """That is a no, and the runtime is told so."""
    async with machine_with_pi(hasty) as pi:
        await pi.begin()
        question = {
            "id": "q1",
            "method": "gate",
            "grade": "high",
            "tool": "exec",
            "arguments": {"command": "make"},
        }
        await pi.tell(started("c1", question=question))
        await pi.chat.asked()
        hasty.server.manual.advance(timedelta(seconds=61))
        await pi.tell(said("thinking"))  # whatever comes, wakes the run
        answer = await pi.machine.next_call()
        assert (answer.command, answer.params["question"]) == (ANSWER, "q1")
        assert answer.params["isAllowed"] is False
        await answer.answer({})
        await pi.tell({"kind": "tool_ended", "call": "c1", "isError": True, "isDenied": True})
        await pi.end()
        assert [part["state"] for part in (await pi.chat.reply())["parts"] if part["type"] == "tool"] == [
            "denied"
        ]


async def test_the_machine_does_not_come_back(hasty: Person) -> None:
    async with machine_with_pi(hasty) as pi:
        await pi.begin()
        await pi.tell(said("Half"))
        await pi.machine.client.close()
        await pi.chat.watch.event("device.changed", reason="offline")
        hasty.server.manual.advance(timedelta(minutes=3))
        await hasty.patch(f"/devices/{pi.machine.machine.session['deviceId']}", {"name": "gone"})
        await pi.chat.watch.event("device.changed", reason="renamed")
        reply = await pi.chat.reply()
        assert (reply["state"], reply["error"]["code"]) == ("failed", "agents.machine_lost")
