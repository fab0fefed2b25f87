"""Every gateway method as the wrong tenant, and every event: what belongs to others is unknown, and says nothing.

The methods come from the protocol's table. One that names something new fails here until `NAMES` knows it.
"""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from msgspec import inspect

from openclaw.kit import ids
from openclaw.protocol.gateway.methods import METHODS, Method
from openclaw.protocol.gateway.scopes import Role
from tests.support.devices import Machine, OnlineMachine, link, online
from tests.support.gateway_client import GatewayClient, Refused, operator
from tests.tenancy.estate import Estate, World, rows_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Fields that name something of somebody's, by method where one name stands for several things.
NAMES = {
    "agentId": "agent",
    "childSessionKey": "conversation",
    "deviceId": "node",
    "exec.approval.get.id": "approval",
    "exec.approval.request.id": "nothing",
    "exec.approval.request.sessionId": "nothing",
    "exec.approval.request.sessionKey": "nothing",
    "exec.approval.request.runId": "nothing",
    "accountId": "nothing",
    "catalogId": "nothing",
    "agent.spawnedBy": "nothing",
    "replyAccountId": "nothing",
    "groupId": "nothing",
    "threadId": "nothing",
    "exec.approval.resolve.id": "approval",
    "exec.approval.waitDecision.id": "approval",
    "expectedSessionId": "conversation",
    "idempotencyKey": "nothing",
    "invokeId": "call",
    "key": "conversation",
    "keys": "conversations",
    "messageId": "message",
    "node.invoke.progress.id": "call",
    "node.invoke.progress.nodeId": "own node",
    "node.host.heartbeat.nodeId": "own node",
    "node.invoke.result.id": "call",
    "node.invoke.result.nodeId": "own node",
    "node.run.event.id": "machine run",
    "node.run.event.nodeId": "own node",
    "nodeId": "node",
    "parentSessionKey": "conversation",
    "projectId": "nothing",
    "requestId": "request",
    "runId": "run",
    "sessionId": "conversation",
    "sessionKey": "conversation",
    "spawnedBy": "conversation",
    "toolCallId": "nothing",
    "turnSourceAccountId": "nothing",
    "turnSourceThreadId": "nothing",
}
# Where a command or a time decides what happens before the name is looked at.
FIXED: dict[str, dict[str, Any]] = {
    "node.invoke": {"command": "system.info", "timeoutMs": 1000},
    "exec.approval.waitDecision": {"timeoutMs": 1},
    "exec.approval.request": {"command": "touch x", "timeoutMs": 1},
    "agent.wait": {"timeoutMs": 1},
    "node.invoke.progress": {"data": "words from a stranger"},
    "node.run.event": {"event": {"kind": "said", "stop": "stop", "text": "words from a stranger"}, "seq": 1},
}


def theirs(estate: Estate) -> dict[str, Any]:
    """The names of an estate's things, as clients of the gateway use them."""
    assert estate.open_call is not None
    assert estate.machine_run is not None
    found = estate.ids
    return {
        "conversation": found["conversation_id"][0],
        "conversations": found["conversation_id"][:3],  # the last one is deleted
        "node": estate.machine.node_id,
        "approval": found["approval_id"][1],
        "request": found["request_id"][0],
        "message": found["message_id"][0],
        "run": found["run_id"][1],
        "call": estate.open_call.id,
        "machine run": estate.machine_run.id,
    }


def nobodys() -> dict[str, Any]:
    """Names of the same form that nobody has."""
    conversation = ids.to_wire("conv", ids.new_id())
    return {
        "conversation": conversation,
        "conversations": [conversation],
        "node": (ids.new_id().hex * 2),
        "approval": ids.to_wire("appr", ids.new_id()),
        "request": ids.to_wire("pair", ids.new_id()),
        "message": ids.to_wire("msg", ids.new_id()),
        "run": ids.to_wire("run", ids.new_id()),
        "call": ids.new_id().hex,
        "machine run": ids.new_id().hex,
    }


def params_of(method: Method, names: dict[str, Any], own_node: str) -> dict[str, Any]:
    """Valid parameters of ``method`` with ``names`` wherever it takes one."""
    info = inspect.type_info(method.params)
    assert isinstance(info, inspect.StructType)
    params: dict[str, Any] = {}
    for member in info.fields:
        named = NAMES.get(f"{method.name}.{member.encode_name}", NAMES.get(member.encode_name))
        is_id = member.encode_name.lower().endswith(("id", "key", "keys", "spawnedby"))
        assert named or not is_id, f"{method.name}: enter {member.encode_name!r} in NAMES"
        if named in names:
            params[member.encode_name] = names[named]
        elif named == "own node":
            params[member.encode_name] = own_node
        elif member.required:
            params[member.encode_name] = _sample(member.type)
    if "id" in params and "invokeId" in params:
        del params["invokeId"]
    if method.name == "sessions.resolve":  # by one name at a time; `key` takes the same as `sessionId`
        params.pop("sessionId", None)
        params = params or {"label": "sample"}
    return params | FIXED.get(method.name, {})


def _sample(wanted: inspect.Type) -> Any:
    match wanted:
        case inspect.StrType():
            return "sample"
        case inspect.BoolType():
            return True
        case inspect.IntType():
            return 1
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.ListType() | inspect.CollectionType():
            return []
        case inspect.DictType() | inspect.UnionType():
            return {}
        case _:
            raise AssertionError(f"no sample for {wanted}")


def is_about_something(method: Method) -> bool:
    return params_of(method, theirs_by_kind(), "own") != params_of(method, {}, "own")


def theirs_by_kind() -> dict[str, Any]:
    return dict.fromkeys(
        (
            "conversation",
            "conversations",
            "node",
            "approval",
            "request",
            "message",
            "run",
            "call",
            "machine run",
        ),
        "theirs",
    )


async def outcome(client: GatewayClient, method: str, params: dict[str, Any]) -> Any:
    """What came of a call, without what differs between two of them."""
    try:
        answer: Any = await client.call(method, params)
    except Refused as refusal:
        answer = {"refused": refusal.code, **refusal.error}
    text = json.dumps(answer, sort_keys=True)
    for value in params.values():
        for name in value if isinstance(value, list) else [value]:
            if isinstance(name, str) and len(name) > 20:
                text = text.replace(name, "asked-for")
    found = json.loads(text)
    if isinstance(found, dict) and isinstance(found.get("previews"), list):
        found["previews"] = [p for n, p in enumerate(found["previews"]) if p not in found["previews"][:n]]
    return found


@contextlib.asynccontextmanager
async def strangers(world: World, who: str) -> AsyncIterator[tuple[GatewayClient, OnlineMachine]]:
    """A page and the machine of ``who``."""
    estate: Estate = getattr(world, who)
    async with operator(estate.person) as page:
        yield page, estate.machine


async def test_every_method_has_parameters_that_we_can_make() -> None:
    about = {name for name, method in METHODS.items() if is_about_something(method)}
    assert {
        "chat.send",
        "node.invoke",
        "exec.approval.resolve",
        "node.invoke.result",
        "device.pair.remove",
    } <= about
    for method in METHODS.values():
        for names in (nobodys(), theirs_by_kind()):
            msgspec.convert(params_of(method, names | {"conversations": ["c"]}, "own"), method.params)


@pytest.mark.parametrize("who", ["bob", "carl"])
async def test_what_belongs_to_others_is_unknown(world: World, who: str) -> None:
    before = await rows_of(world.server, world.ann.person)
    wrong: list[str] = []
    async with strangers(world, who) as (page, machine):
        for name, method in METHODS.items():
            client = machine.client if method.role is Role.NODE else page
            answers = [
                await outcome(client, name, params_of(method, names, machine.node_id))
                for names in (theirs(world.ann), nobodys())
            ]
            if is_about_something(method) and answers[0] != answers[1]:
                wrong.append(f"{name}: {answers}")
            seen = [
                secret for secret in world.ann.names(personal=who == "carl") if secret in json.dumps(answers)
            ]
            if seen:
                wrong.append(f"{name} shows {seen}: {answers[0]}")
    assert not wrong, "\n".join(wrong)
    assert _untold(await rows_of(world.server, world.ann.person)) == _untold(before)


def _untold(rows: dict[str, list[str]]) -> dict[str, list[str]]:
    """Without the workspace's audit log, where it stands what a member's machine tried."""
    return {table: of for table, of in rows.items() if table not in ("audit_entries", "audit_heads")}


async def test_each_name_alone_is_unknown_too(world: World) -> None:
    """Where a method takes several names, and looks at the second only when the first is right or left out."""
    before = await rows_of(world.server, world.ann.person)
    mine, none = theirs(world.ann), nobodys()
    async with operator(world.bob.person) as page:
        for method, names in (
            ("sessions.create", {"key": "conversation"}),
            ("sessions.create", {"parentSessionKey": "conversation"}),
            ("sessions.abort", {"runId": "run"}),
            ("chat.startup", {"sessionKey": "conversation"}),
        ):
            more = {"fork": True} if "parentSessionKey" in names else {}
            answers = [
                await outcome(page, method, {field: of[kind] for field, kind in names.items()} | more)
                for of in (mine, none)
            ]
            assert answers[0] == answers[1], method
            assert world.ann.secret not in json.dumps(answers)
    assert _untold(await rows_of(world.server, world.ann.person)) == _untold(before)


async def test_the_names_are_those_of_real_things(world: World) -> None:
    """The same calls by their owner find what they name: otherwise "unknown" would prove nothing."""
    mine = theirs(world.ann)
    async with operator(world.ann.person) as page:
        for name in (
            "chat.history",
            "chat.startup",
            "sessions.preview",
            "node.describe",
            "exec.approval.get",
        ):
            answer = await outcome(page, name, params_of(METHODS[name], mine, ""))
            assert "refused" not in answer
            assert "missing" not in json.dumps(answer)


async def test_a_node_cannot_answer_as_another(world: World) -> None:
    """Neither under the other's name, nor for a call that went to the other."""
    assert world.ann.open_call is not None
    call, bob = world.ann.open_call, world.bob.machine
    before = await rows_of(world.server, world.ann.person)
    with pytest.raises(Refused) as refusal:
        await bob.client.call(
            "node.invoke.result", {"id": call.id, "nodeId": world.ann.machine.node_id, "ok": True}
        )
    assert refusal.value.code == "devices.not_found"
    answer = await bob.client.call("node.invoke.result", {"id": call.id, "nodeId": bob.node_id, "ok": True})
    assert answer == {"ok": True, "ignored": True}
    async with operator(world.ann.person) as page:
        await bob.client.call(
            "node.invoke.progress",
            {"id": call.id, "nodeId": bob.node_id, "seq": 1, "data": "words from a stranger"},
        )
        await call.say("words from the machine")
        update = await page.event("agent", lambda p: p["data"].get("phase") == "update")
        assert update["data"]["partialResult"]["text"] == "words from the machine"
        assert "words from a stranger" not in json.dumps(page.events)
    assert await rows_of(world.server, world.ann.person) == before


async def test_nobody_hears_of_what_others_do(world: World) -> None:
    """Ann does everything once; Bob, Carl in the same workspace, and Ann in another workspace hear nothing of it."""
    ann, bob, carl = world.ann.person, world.bob, world.carl
    elsewhere = await ann.create_workspace("Elsewhere")
    machine = await link(ann, "second")
    async with (
        operator(ann) as page,
        operator(elsewhere) as far_page,
        operator(bob.person) as bobs_page,
        operator(carl.person) as carls_page,
        online(await link(elsewhere, "far"), {}) as far_machine,
    ):
        listeners = [
            far_page,
            bobs_page,
            carls_page,
            bob.machine.client,
            carl.machine.client,
            far_machine.client,
        ]
        await far_page.event("device.changed", lambda p: p["reason"] == "online")
        for listener in listeners:
            listener.events.clear()
        await _do_everything(world, page, machine)
        heard = {event["event"] for event in page.events}
        assert {"chat", "agent", "exec.approval.requested", "exec.approval.resolved"} <= heard
        assert {"sessions.changed", "device.changed", "presence"} <= heard
        for listener in listeners:
            is_node = listener not in (far_page, bobs_page, carls_page)
            await listener.call(
                "skills.bins" if is_node else "health"
            )  # whatever was sent before is here now
            events = [
                event for event in listener.events if event["event"] != "health"
            ]  # told after connecting
            assert events == []
            assert world.ann.secret not in json.dumps(listener.events)


async def _do_everything(world: World, page: GatewayClient, machine: Machine) -> None:
    ann, secret = world.ann.person, world.ann.secret
    # Its provider cannot be reached, so the demo model answers from here on.
    for provider in (await ann.get("/model-providers"))["items"]:
        await ann.delete(f"/model-providers/{provider['id']}")
    conversation = await ann.post("/conversations", {"title": secret})
    key = conversation["id"]
    async with online(machine, {"exec": lambda _: {"exitCode": 0, "stdout": secret}}, home="/home/ann"):
        await ann.patch(f"/conversations/{key}", {"deviceId": machine.session["deviceId"]})
        await page.call(
            "chat.send", {"sessionKey": key, "message": f"run touch {secret}", "idempotencyKey": "k1"}
        )
        asked = await page.event("exec.approval.requested", lambda p: p["approval"]["conversationId"] == key)
        await page.call("exec.approval.resolve", {"id": asked["id"], "decision": "allow-once"})
        await page.event("chat", lambda p: p["state"] == "final" and p["sessionKey"] == key)
        await page.call("node.rename", {"nodeId": machine.node_id, "displayName": f"{secret}-2"})
        await ann.post("/bridge/public-link", {})
        await ann.delete(f"/devices/{machine.session['deviceId']}")
    await page.event("device.changed", lambda p: p["reason"] == "revoked")
    await ann.post(f"/conversations/{key}/archive")
    await ann.delete(f"/conversations/{key}")
    await page.event("sessions.changed", lambda p: p["reason"] == "deleted")
