"""Direct calls that change something: asked about on every surface, made once when they are allowed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from openclaw.domains.agents.service import questions
from openclaw.domains.devices.service import registry
from openclaw.domains.devices.service.invocations import call_id_of
from openclaw.kit import ids
from openclaw.protocol.gateway.scopes import READ
from openclaw.protocol.grading import grade_call
from openclaw.protocol.tools import Exec
from tests.support.accounts import Person, refused, register
from tests.support.devices import Machine, OnlineMachine, link, online
from tests.support.gateway_client import GatewayClient, Refused, operator
from tests.support.node_hosts import gateway_token, node_host, pair
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

DONE = {"exitCode": 0, "stdout": "", "stderr": ""}


@dataclass
class Scene:
    """Ann's command line and her page, and her machine."""

    ann: Person
    cli: GatewayClient
    page: GatewayClient
    peer: OnlineMachine

    def call(self, line: str = "touch ~/a", **changes: Any) -> "asyncio.Task[Any]":
        """Call ``exec`` on the machine, and do not wait."""
        params = {"command": "exec", "params": {"command": line}, "idempotencyKey": "k"}
        node = {"nodeId": self.peer.machine.node_id}
        return asyncio.ensure_future(self.cli.call("node.invoke", node | params | changes))

    async def asked(self) -> dict[str, Any]:
        """The question, as a page hears it."""
        return (await self.page.event("exec.approval.requested"))["approval"]

    async def decide(self, approval: dict[str, Any], decision: str, **more: Any) -> Any:
        """Answer on the page."""
        return await self.ann.post(f"/approvals/{approval['id']}/decision", {"decision": decision, **more})


@pytest_asyncio.fixture(loop_scope="module")
async def scene(server: Server) -> AsyncIterator[Scene]:
    ann = await register(server)
    machine = await link(ann)
    async with operator(ann) as cli, operator(ann) as page, online(machine) as peer:
        yield Scene(ann, cli, page, peer)


async def denied(task: "asyncio.Task[Any]") -> str:
    """The code that a call was refused with."""
    with pytest.raises(Refused) as refusal:
        await task
    return refusal.value.code


async def test_what_is_allowed_is_made_once(scene: Scene) -> None:
    asking = scene.call()
    approval = await scene.asked()
    assert approval["tool"] == "exec"
    assert approval["arguments"] == {"command": "touch ~/a"}
    assert (approval["runId"], approval["device"]["name"]) == (None, scene.peer.machine.name)
    assert scene.peer.seen == [], "nothing is sent before"
    again = scene.call()  # the same key: the same question
    await scene.decide(approval, "allow_once")
    call = await scene.peer.next_call()
    assert (call.command, call.params) == ("exec", {"command": "touch ~/a"})
    assert call.id == ids.from_wire("appr", approval["id"]).hex
    await call.answer(DONE)
    assert (await asking)["payload"] == DONE
    assert (await again)["payload"] == DONE
    scene.ann.server.gateway._idempotency._books.clear()  # what this process remembers, another one never knew
    assert (await scene.call())["payload"] == DONE
    assert len(scene.peer.seen) == 1
    actions = [entry["action"] for entry in (await scene.ann.get("/audit"))["items"]]
    assert {"agents.approval_asked", "agents.approval_decided"} <= set(actions)


async def test_what_is_denied_or_withdrawn_is_not_made(scene: Scene) -> None:
    asking = scene.call()
    await scene.decide(await scene.asked(), "deny", reason="not today")
    with pytest.raises(Refused, match="it was denied: not today"):
        await asking
    assert await denied(scene.call()) == "gateway.call_denied", "the same call is not asked about twice"
    assert scene.peer.seen == []


async def test_nobody_answers_in_time(scene: Scene) -> None:
    asking = scene.call()
    approval = await scene.asked()
    asking.cancel()
    scene.ann.server.manual.advance(timedelta(minutes=3))
    scene.ann.server.gateway._idempotency._books.clear()
    async with online(scene.peer.machine):  # it has been online all the time
        assert await denied(scene.call()) == "gateway.call_denied"
    late = await scene.ann.api.post(f"/approvals/{approval['id']}/decision", json={"decision": "allow_once"})
    assert refused(late) == (409, "agents.approval_decided")
    assert scene.peer.seen == []


@pytest.mark.parametrize(("minutes", "is_made"), [(9, True), (11, False)])
async def test_an_allowed_call_is_made_when_its_client_comes_back_soon(
    scene: Scene, minutes: int, is_made: bool
) -> None:
    """The gateway that asked may have died with the client's connection: the same key goes on from the answer."""
    machine = scene.peer.machine
    async with scene.ann.scope() as scope:
        device = await registry.access_device_by_node(scope, machine.node_id)
        call = Exec(command="touch ~/a")
        question = questions.Question(
            id=call_id_of(scope.who, "k"),
            tool="exec",
            arguments={"command": "touch ~/a"},
            assessment=grade_call("exec", call, home=""),
            asked_by="cli",
            device=device,
            lifetime=timedelta(minutes=2),
        )
        await questions.ask(scope, question)
    await scene.decide(await scene.asked(), "allow_once")
    scene.ann.server.manual.advance(timedelta(minutes=minutes))
    async with online(machine) as peer:  # it has been online all the time
        asking = scene.call()
        if is_made:
            await (await peer.next_call()).answer(DONE)
            assert (await asking)["payload"] == DONE
        else:
            assert await denied(asking) == "gateway.call_denied"
            assert peer.seen == []


async def test_always_leaves_a_rule_for_the_machine(scene: Scene) -> None:
    asking = scene.call(params={"command": "touch a", "cwd": "/home/ann/notes"})
    await scene.decide(await scene.asked(), "allow_always")
    await (await scene.peer.next_call()).answer(DONE)
    await asking
    second = scene.call(params={"command": "touch b", "cwd": "/home/ann/notes"}, idempotencyKey="k2")
    await (await scene.peer.next_call()).answer(DONE)
    assert (await second)["payload"] == DONE


async def test_a_policy_of_the_workspace_is_not_asked_about(scene: Scene) -> None:
    strict = {"maxGrade": "read", "standingRules": True, "deniedTools": []}
    await scene.ann.put("/tool-policy", strict)
    assert await denied(scene.call()) == "gateway.beyond_policy"
    asking = scene.call(idempotencyKey="k2", command="fs.list", params={"path": "~"})
    await (await scene.peer.next_call()).answer({"entries": []})
    await asking
    await scene.ann.put("/tool-policy", strict | {"maxGrade": "modify"})
    asking = scene.call()
    approval = await scene.asked()
    await scene.ann.put("/tool-policy", strict)  # while it is asked about
    await scene.decide(approval, "allow_once")
    assert await denied(asking) == "gateway.beyond_policy"
    assert [call.command for call in scene.peer.seen] == ["fs.list"]


async def test_a_key_is_one_call_also_while_it_is_asked_about(scene: Scene) -> None:
    asking = scene.call()
    await scene.asked()
    asking.cancel()
    scene.ann.server.gateway._idempotency._books.clear()
    assert await denied(scene.call("touch ~/b")) == "agents.question_id_in_use"


async def test_nobody_answers_for_another(scene: Scene) -> None:
    asking = scene.call()
    approval = await scene.asked()
    asking.cancel()
    bob = await register(scene.ann.server)
    stolen = await bob.api.post(f"/approvals/{approval['id']}/decision", json={"decision": "allow_once"})
    assert refused(stolen) == (404, "agents.approval_not_found")
    assert scene.peer.seen == []


async def test_a_command_line_that_only_reads_asks_nobody(scene: Scene) -> None:
    async with operator(scene.ann, scopes=[READ]) as poor:
        params = {"nodeId": scene.peer.machine.node_id, "command": "exec", "params": {"command": "touch ~/a"}}
        with pytest.raises(Refused):
            await poor.call("node.invoke", params | {"idempotencyKey": "k"})
    assert (await scene.ann.get("/approvals?state=pending"))["items"] == []


async def test_commands_of_released_machines_are_asked_about(server: Server) -> None:
    ann = await register(server)
    token = (await gateway_token(ann))["token"]
    machine: Machine = await pair(ann, token, protocol=3)
    async with operator(ann) as page, node_host(machine, token, protocol=3) as node:
        for command, params, grade in (
            ("browser.proxy", {"path": "/"}, "modify"),
            ("system.run", {"command": ["touch", "/tmp/a"], "approved": True}, "modify"),
        ):
            call = {
                "nodeId": machine.node_id,
                "command": command,
                "params": params,
                "idempotencyKey": command,
            }
            asking = asyncio.ensure_future(page.call("node.invoke", call))
            approval = (
                await page.event("exec.approval.requested", lambda p: p["approval"]["state"] == "pending")
            )["approval"]
            page.events.clear()
            assert approval["grade"] == grade
            await ann.post(f"/approvals/{approval['id']}/decision", {"decision": "allow_once"})
            sent = await node.next_call()
            assert sent.command == command
            await sent.answer({"result": "x"} if command == "browser.proxy" else DONE | {"success": True})
            await asking
