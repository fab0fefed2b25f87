"""Rules that end, what a rule would have covered, and what would happen with a call."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from openclaw.protocol.tools import ARGUMENTS, POLICY_CHECK
from tests.domains.agents.chatting import CREATE, WRITTEN, chatting, tools
from tests.support.accounts import Person, refused
from tests.support.devices import HOME, Machine, link, online
from tests.support.gateway_client import Refused, operator
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMANDS = [*ARGUMENTS, POLICY_CHECK]


async def renew(ann: Person) -> None:
    """Sign in again: so much time has passed."""
    signed_in = await ann.post("/auth/login", {"identifier": ann.email, "password": ann.password})
    ann.api.headers["Authorization"] = f"Bearer {signed_in['accessToken']}"


async def always(ann: Person, **more: Any) -> dict[str, Any]:
    async with chatting(ann) as chat:
        await chat.say(CREATE)
        decided = await chat.decide(await chat.asked(), "allow_always", **more)
        assert decided.status_code == 200, decided.text
        await chat.ended()
    return (await ann.get("/approval-rules"))["items"][0]


async def simulated(ann: Person, machine: Machine, **call: Any) -> dict[str, Any]:
    return await ann.post("/tool-policy/simulate", {"deviceId": machine.session["deviceId"], **call})


async def test_a_rule_ends_when_its_days_are_over(server: Server, ann: Person) -> None:
    machine = await link(ann)
    async with online(machine, WRITTEN):
        rule = await always(ann, ruleDays=7)
        assert datetime.fromisoformat(rule["expiresAt"]) == server.clock.now() + timedelta(days=7)
        server.manual.advance(timedelta(days=7))
        await renew(ann)
        assert (await ann.get("/approval-rules"))["items"] == []
    answer = await ann.api.post("/approvals/x/decision", json={"decision": "allow_always", "ruleDays": 0})
    assert refused(answer)[0] in (404, 422)


async def test_a_preview_names_the_calls_that_a_rule_would_have_covered(server: Server, ann: Person) -> None:
    machine = await link(ann)
    async with online(machine, WRITTEN):
        async with chatting(ann) as chat:
            for text in (
                CREATE,
                "create deep.txt with one line in ~/docs/deep",
                "create x.txt with one line in ~/x",
            ):
                await chat.say(text)
                await chat.decide(await chat.asked(), "allow_once")
                await chat.ended()
        device = machine.session["deviceId"]
        rule = {"deviceId": device, "programs": ["fs.write"], "folder": "~/docs"}
        preview = await ann.post("/approval-rules/preview", rule)
        assert (preview["total"], preview["isPartial"]) == (2, False)
        assert [call["text"] for call in preview["items"]] == [
            f"{HOME}/docs/deep/deep.txt",
            f"{HOME}/docs/notes.txt",
        ]
        assert all(call["wasAsked"] for call in preview["items"])
        assert (await ann.get("/approval-rules"))["items"] == [], "a preview makes no rule"
        for changed in ({"programs": ["fs.edit"]}, {"folder": "~/other"}):
            assert (await ann.post("/approval-rules/preview", rule | changed))["total"] == 0
        server.manual.advance(timedelta(days=31))
        await renew(ann)
        assert (await ann.post("/approval-rules/preview", rule))["total"] == 0


async def test_a_simulation_tells_grade_and_outcome(ann: Person) -> None:
    machine = await link(ann)
    for command, grade, outcome, parts in (
        ("ls -la", "read", "run", 1),
        ("touch a && cat b", "modify", "ask", 2),
        ("rm a", "high", "ask_twice", 1),
        ("cat a; rm -rf /", "dangerous", "refuse", 2),
    ):
        found = await simulated(ann, machine, command=command, folder="~/work")
        assert (found["grade"], found["outcome"], found["decidedBy"]) == (grade, outcome, "grade")
        assert found["device"] == {"state": "offline", "message": None}
        assert len(found["segments"]) == parts


async def test_a_simulation_names_the_rule_that_decides(ann: Person) -> None:
    machine = await link(ann)
    async with online(machine, WRITTEN):
        rule = await always(ann)
        write = {"tool": "fs.write", "arguments": {"path": "~/docs/other.txt", "content": ""}}
        found = await simulated(ann, machine, **write)
        assert (found["outcome"], found["decidedBy"], found["rules"]) == ("run", "rules", [rule])
        path = f"/devices/{machine.session['deviceId']}/policy"
        for policy, expected in (
            ({"standingRules": False}, ("ask", "policy")),
            ({"maxGrade": "read"}, ("refuse", "policy")),
            ({"deniedTools": ["fs.write"]}, ("refuse", "tool_off")),
        ):
            await ann.put(path, policy)
            found = await simulated(ann, machine, **write)
            assert (found["outcome"], found["decidedBy"]) == expected
        await ann.put(path, {})
        await ann.delete(f"/approval-rules/{rule['id']}")
        assert (await simulated(ann, machine, **write))["outcome"] == "ask"


async def test_the_machine_has_a_word_of_its_own(ann: Person) -> None:
    machine = await link(ann)
    for answer, state, message in (
        ({"allowed": True}, "allowed", None),
        ({"allowed": False, "message": "not in there"}, "refused", "not in there"),
        ({"allowed": "yes"}, "unknown", None),
        ({}, "unknown", None),
    ):
        answers = {POLICY_CHECK: lambda _, answer=answer: answer}
        async with online(machine, answers, commands=COMMANDS) as peer:
            found = await simulated(ann, machine, command="touch a")
            assert found["device"] == {"state": state, "message": message}
            asked = {"tool": "exec", "arguments": {"command": "touch a", "cwd": "~"}}
            assert [call.params for call in peer.seen] == [asked]


async def test_a_policy_that_tightens_after_the_question_still_counts(ann: Person) -> None:
    machine = await link(ann)
    async with online(machine, WRITTEN) as peer, chatting(ann) as chat, operator(ann) as page:
        await chat.say(CREATE)
        approval = await chat.asked()
        policy = {"maxGrade": "read", "deniedTools": ["system.info"]}
        await ann.put(f"/devices/{machine.session['deviceId']}/policy", policy)
        await chat.decide(approval, "allow_once")
        part = tools(await chat.reply())[0]
        assert (part["state"], part["error"]["code"]) == ("denied", "REFUSED")
        with pytest.raises(Refused) as refusal:  # nor does a client get around it
            params = {"nodeId": machine.node_id, "command": "system.info", "idempotencyKey": "k"}
            await page.call("node.invoke", params)
        assert refusal.value.code == "gateway.command_not_allowed"
        assert peer.seen == []


async def test_what_is_no_call_is_refused(ann: Person) -> None:
    machine = await link(ann)
    for call in ({}, {"tool": "fs.read", "arguments": {"nothing": 1}}, {"tool": "nothing", "arguments": {}}):
        body = {"deviceId": machine.session["deviceId"], **call}
        answer = await ann.api.post("/tool-policy/simulate", json=body)
        assert refused(answer) == (422, "request.invalid")
