"""Commands on released node hosts: through approval, in their words, run once, and never more than they declared."""

import asyncio
from typing import Any

import pytest

from openclaw.kit import ids
from tests.domains.agents.chatting import chatting, text, tools, use_model
from tests.support.accounts import Person
from tests.support.gateway_client import Refused, operator
from tests.support.node_hosts import OLD_COMMANDS, gateway_token, node_host, pair
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINUX = {
    "exitCode": 0,
    "timedOut": False,
    "success": True,
    "stdout": "Linux\n",
    "stderr": "",
    "error": None,
}
TOUCH = [Say(calls=[Call("exec", {"command": "touch a", "cwd": "/srv"})]), Say("Done.")]
PLAN = {
    "argv": ["/bin/sh", "-lc", "touch a"],
    "cwd": "/srv",
    "commandText": '/bin/sh -lc "touch a"',
    "commandPreview": "touch a",
    "agentId": "main",
    "sessionKey": "agent:main:main",
    "policySnapshot": {"security": "full", "ask": "off", "allowlistRules": []},
}


async def token_of(person: Person) -> str:
    return (await gateway_token(person))["token"]


async def test_an_old_node_host_runs_what_was_approved(ann: Person) -> None:
    token = await token_of(ann)
    machine = await pair(ann, token, protocol=3)
    async with (
        ScriptedOpenAI(TOUCH) as model,
        node_host(machine, token, protocol=3) as node,
        chatting(ann) as chat,
    ):
        await use_model(ann, model)
        await chat.say("touch it")
        approval = await chat.asked()
        assert approval["device"]["name"] == "build-box"
        assert node.seen == [], "nothing goes out before the answer"
        await chat.decide(approval, "allow_once")
        call = await node.next_call()
        assert (call.command, call.params) == (
            "system.run",
            {
                "command": ["/bin/sh", "-lc", "touch a"],
                "rawCommand": "touch a",
                "cwd": "/srv",
                "agentId": "main",
                "sessionKey": "agent:main:main",
                "runId": call.id,
                "timeoutMs": 120_000,
                "approved": True,
                "approvalDecision": "allow-once",
            },
        )
        assert await call.answer(LINUX) == {"ok": True}
        assert await call.answer(LINUX) == {"ok": True, "ignored": True}
        reply = await chat.reply()
    (step,) = tools(reply)
    assert (step["state"], text(reply)) == ("ok", "Done.")
    assert step["result"] == step["result"] | {"exitCode": 0, "stdout": "Linux\n", "timedOut": False}


async def test_a_new_node_host_says_first_what_it_would_run(ann: Person) -> None:
    token = await token_of(ann)
    machine = await pair(ann, token)
    async with ScriptedOpenAI(TOUCH) as model, node_host(machine, token) as node, chatting(ann) as chat:
        await use_model(ann, model)
        await chat.say("touch it")
        await chat.decide(await chat.asked(), "allow_once")
        prepare = await node.next_call()
        assert (prepare.command, prepare.params) == (
            "system.run.prepare",
            {
                "command": ["/bin/sh", "-lc", "touch a"],
                "rawCommand": "touch a",
                "security": "full",
                "ask": "off",
                "cwd": "/srv",
                "agentId": "main",
                "sessionKey": "agent:main:main",
            },
        )
        await prepare.answer({"plan": PLAN, "execPolicy": {"security": "full", "ask": "off"}})
        run = await node.next_call()
        assert run.command == "system.run"
        assert run.id != prepare.id
        assert run.params == run.params | {
            "systemRunPlan": PLAN,
            "rawCommand": PLAN["commandText"],
            "approved": True,
            "approvalDecision": "allow-once",
        }
        await run.answer(LINUX)
        assert tools(await chat.reply())[0]["state"] == "ok"


async def test_no_rule_is_made_for_a_folder_that_is_not_known(ann: Person) -> None:
    """Where a node host's home is, it does not say: "here" would be the whole machine."""
    token = await token_of(ann)
    machine = await pair(ann, token, protocol=3)
    script = [Say(calls=[Call("exec", {"command": "touch a"})]), Say("Done.")]
    async with (
        ScriptedOpenAI(script) as model,
        node_host(machine, token, protocol=3) as node,
        chatting(ann) as chat,
    ):
        await use_model(ann, model)
        await chat.say("touch it")
        approval = await chat.asked()
        assert approval["coverage"] is None
        refused = await chat.decide(approval, "allow_always")
        assert refused.json()["code"] == "agents.rule_not_possible"
        assert node.seen == []
        await chat.decide(approval, "deny")
        await chat.ended()


async def test_the_machines_own_policy_has_the_last_word(ann: Person) -> None:
    token = await token_of(ann)
    machine = await pair(ann, token, protocol=3)
    async with (
        ScriptedOpenAI(TOUCH) as model,
        node_host(machine, token, protocol=3) as node,
        chatting(ann) as chat,
    ):
        await use_model(ann, model)
        await chat.say("touch it")
        await chat.decide(await chat.asked(), "allow_once")
        await (await node.next_call()).fail("UNAVAILABLE", "SYSTEM_RUN_DENIED: approval required")
        (step,) = tools(await chat.reply())
    assert (step["state"], step["error"]["code"]) == ("error", "DENIED_BY_LOCAL_POLICY")


async def test_what_a_node_host_cannot_do_is_told_to_the_model(ann: Person) -> None:
    token = await token_of(ann)
    machine = await pair(ann, token)
    script = [
        Say(calls=[Call("fs_list", {"path": "/srv"}), Call("exec", {"command": "ls", "cwd": "~/x"})]),
        Say("I see."),
    ]
    async with ScriptedOpenAI(script) as model, node_host(machine, token) as node, chatting(ann) as chat:
        await use_model(ann, model)
        await chat.say("look")
        steps = tools(await chat.reply())
        assert [step["error"]["code"] for step in steps] == ["NOT_OFFERED", "INVALID_ARGUMENTS"]
        assert node.seen == []


async def test_it_is_never_asked_for_more_than_it_declared(ann: Person) -> None:
    token = await token_of(ann)
    machine = await pair(ann, token)
    script = [Say(calls=[Call("exec", {"command": "ls"})]), Say("I see.")]
    async with (
        ScriptedOpenAI(script) as model,
        node_host(machine, token, commands=["system.which"]) as node,
        chatting(ann) as chat,
        operator(ann) as page,
    ):
        await use_model(ann, model)
        await chat.say("look")
        assert tools(await chat.reply())[0]["error"]["code"] == "NOT_OFFERED"
        for command in ("system.run", "exec", "camera.snap"):
            with pytest.raises(Refused) as refused:
                await page.call("node.invoke", _invoke(machine.node_id, command, command=["ls"]))
            assert refused.value.code == "gateway.command_not_allowed"
        assert node.seen == []


async def test_a_lost_connection_ends_what_ran_and_nothing_runs_twice(ann: Person) -> None:
    token = await token_of(ann)
    machine = await pair(ann, token, protocol=3)
    script = [Say(calls=[Call("exec", {"command": "ls"})]), Say("I see.")]
    async with ScriptedOpenAI(script) as model, chatting(ann) as chat:
        await use_model(ann, model)
        async with node_host(machine, token, protocol=3) as node:
            await chat.say("look")
            await node.next_call()
            node.client.drop()
            (step,) = tools(await chat.reply())
        assert (step["state"], step["error"]["code"]) == ("error", "INTERRUPTED")
        async with node_host(machine, token, protocol=3) as node:
            assert node.seen == []


async def test_what_a_dead_gateway_had_sent_is_not_sent_again(ann: Person) -> None:
    """The process that held the socket is gone, and with it what it knew: the row says that the call went out."""
    token = await token_of(ann)
    machine = await pair(ann, token, protocol=3)
    script = [Say(calls=[Call("exec", {"command": "ls"})]), Say("I see.")]
    async with ScriptedOpenAI(script) as model, chatting(ann) as chat:
        await use_model(ann, model)
        await chat.say("look")
        await chat.tool("waiting_for_device")
        async with ann.server.owner() as owner:
            await owner.execute("UPDATE device_calls SET state = 'sent' WHERE user_id = $1", ann.user_id)
        async with node_host(machine, token, protocol=3) as node:
            (step,) = tools(await chat.reply())
            assert step["error"]["code"] == "INTERRUPTED"
            assert node.seen == []


async def test_a_call_that_waited_is_sent_when_the_node_host_comes(ann: Person) -> None:
    token = await token_of(ann)
    machine = await pair(ann, token, protocol=3)
    script = [Say(calls=[Call("exec", {"argv": ["ls", "-l"]})]), Say("I see.")]
    async with ScriptedOpenAI(script) as model, chatting(ann) as chat:
        async with node_host(machine, token, protocol=3):
            pass
        await chat.watch.event("device.changed", reason="offline")
        await use_model(ann, model)
        await chat.say("look")
        await chat.tool("waiting_for_device")
        async with node_host(machine, token, protocol=3) as node:
            call = await node.next_call()
            assert call.params["command"] == ["ls", "-l"]
            assert not {"rawCommand", "cwd"} & set(call.params)
            await call.answer(LINUX)
            assert tools(await chat.reply())[0]["state"] == "ok"


async def test_stopping_tells_the_node_host(ann: Person) -> None:
    token = await token_of(ann)
    machine = await pair(ann, token)
    script = [Say(calls=[Call("exec", {"command": "ls"})]), Say("I see.")]
    async with ScriptedOpenAI(script) as model, node_host(machine, token) as node, chatting(ann) as chat:
        await use_model(ann, model)
        run_id = await chat.say("look")
        prepare = await node.next_call()
        await ann.post(f"/runs/{run_id}/abort", {})
        await chat.ended()
        assert await node.cancelled.get() == prepare.id
        assert await prepare.answer({"plan": PLAN}) == {"ok": True, "ignored": True}
        assert [call.command for call in node.seen] == ["system.run.prepare"]


async def test_a_command_line_calls_what_only_reads(ann: Person) -> None:
    token = await token_of(ann)
    machine = await pair(ann, token, protocol=3)
    bins = {"bins": {"uname": "/usr/bin/uname"}}
    answers: dict[str, Any] = {"system.which": lambda _: bins, "system.run": lambda _: LINUX}
    async with operator(ann) as page, node_host(machine, token, protocol=3, answers=answers) as node:
        call = _invoke(machine.node_id, "system.which", bins=["uname"])
        assert (await page.call("node.invoke", call))["payload"] == bins
        claims = {"approved": True, "approvalDecision": "allow-always", "systemRunPlan": {"argv": ["rm"]}}
        call = _invoke(machine.node_id, "system.run", command=["uname", "-s"], **claims)
        assert (await page.call("node.invoke", call))["payload"] == LINUX
        assert node.seen[-1].params["command"] == ["uname", "-s"]
        assert "systemRunPlan" not in node.seen[-1].params
        seen = len(node.seen)
        refusals = {
            "agents.never_run": [
                _invoke(machine.node_id, "system.run", command=["rm", "-rf", "/"], **claims),
            ],
            "request.invalid": [
                _invoke(machine.node_id, "system.run", command="ls"),
                _invoke(machine.node_id, "system.run", command=["ls"], env={"LD_PRELOAD": "x"}),
            ],
        }
        for code, wrong in refusals.items():
            for params in wrong:
                with pytest.raises(Refused) as refused:
                    await page.call("node.invoke", params)
                assert refused.value.code == code, params
        assert len(node.seen) == seen


async def test_what_a_new_node_host_sends_after_hello_is_answered(ann: Person) -> None:
    token = await token_of(ann)
    machine = await pair(ann, token)
    async with node_host(machine, token) as node:
        answers = await asyncio.gather(
            node.client.call("node.event", {"event": "node.host.stats", "payloadJSON": "{}"}),
            node.client.call("node.skills.update", {"skills": []}),
            node.client.call("node.pluginTools.update", {"tools": []}),
        )
        assert [answer["ok"] for answer in answers] == [True] * 3
        assert "system.run" in OLD_COMMANDS


def _invoke(node_id: str, name: str, **params: Any) -> dict[str, Any]:
    return {"nodeId": node_id, "command": name, "params": params, "idempotencyKey": ids.new_id().hex}
