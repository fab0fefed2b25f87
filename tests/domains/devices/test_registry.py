"""The list of machines: names, presence, revocation, and which one a call goes to."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from openclaw.domains.devices.errors import DeviceNotFoundError, NoDeviceError
from openclaw.domains.devices.service import calls, groups, registry
from openclaw.kit.ids import new_id
from tests.support.accounts import Person, refused, register
from tests.support.devices import Machine, link, online
from tests.support.gateway_client import Refused, operator
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def the_device(person: Person, machine: Machine) -> dict[str, object]:
    return await person.get(f"/devices/{machine.session['deviceId']}")


async def test_presence_follows_the_socket(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    async with operator(ann) as page:
        async with online(machine, home="/home/ann"):
            device = await the_device(ann, machine)
            assert device["online"] is True
            assert datetime.fromisoformat(str(device["lastSeenAt"])) == server.clock.now()
            assert device["home"] == "/home/ann"
            assert "fs.list" in device["commands"]  # pyright: ignore[reportOperatorIssue]
            await page.event("device.changed", lambda p: p["reason"] == "online")
        gone = await page.event("device.changed", lambda p: p["reason"] == "offline")
        assert gone == gone | {"deviceId": machine.session["deviceId"], "online": False}
    assert (await the_device(ann, machine))["online"] is False


async def test_a_machine_that_vanishes_is_offline_after_two_missed_ticks(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    async with ann.scope() as scope:
        await registry.note_connected(
            scope, machine.device_id, connection_id="gone", version="1", platform="linux", commands=[]
        )
    server.manual.advance(timedelta(seconds=74))
    assert (await the_device(ann, machine))["online"] is True
    server.manual.advance(timedelta(seconds=1))
    assert (await the_device(ann, machine))["online"] is False


async def test_an_older_connection_does_not_put_a_newer_one_offline(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    async with ann.scope() as scope:
        for connection in ("old", "new"):
            await registry.note_connected(
                scope, machine.device_id, connection_id=connection, version="1", platform="linux", commands=[]
            )
    async with ann.scope() as scope:
        await registry.note_gone(scope, machine.device_id, connection_id="old")
    assert (await the_device(ann, machine))["online"] is True
    async with ann.scope() as scope:
        await registry.note_gone(scope, machine.device_id, connection_id="new")
    assert (await the_device(ann, machine))["online"] is False


async def test_a_reconnect_replaces_the_socket_and_stays_online(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    async with online(machine) as first, online(machine) as second:
        assert (await first.client.ended())[0] == 4002
        await second.client.call("skills.bins")
        assert (await the_device(ann, machine))["online"] is True


async def test_renaming(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    path = f"/devices/{machine.session['deviceId']}"
    assert (await ann.patch(path, {"name": " Büro 书房 "}))["name"] == "Büro 书房"
    assert [d["name"] for d in (await ann.get("/devices"))["items"]] == ["Büro 书房"]
    for name in ("", "   ", "x" * 101, 5):
        assert refused(await ann.api.patch(path, json={"name": name}))[0] == 422
    team = await ann.create_workspace()
    viewer = await team.invite(await register(server), "viewer")
    assert refused(await viewer.api.patch(path, json={"name": "x"})) == (404, "devices.not_found")


async def test_revoking_closes_the_socket_and_ends_open_calls(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    path = f"/devices/{machine.session['deviceId']}"
    call_id = new_id()
    async with online(machine) as peer:
        async with ann.scope() as scope:
            await calls.send_call(
                scope,
                call_id=call_id,
                device_id=machine.device_id,
                command="exec",
                params={"command": "sleep 1000"},
                timeout=timedelta(minutes=1),
                wait=timedelta(minutes=1),
            )
        assert (await peer.next_call()).id == call_id.hex
        await ann.delete(path)
        assert await peer.client.ended() == (1008, "device revoked")
    async with ann.scope() as scope:
        end = await calls.find_end(scope, call_id)
    assert end is not None
    assert end.error is not None
    assert end.error["code"] == "DEVICE_REVOKED"
    for response in (
        await ann.api.get(path),
        await ann.api.delete(path),
        await ann.api.patch(path, json={"name": "x"}),
    ):
        assert refused(response) == (404, "devices.not_found")
    assert refused(await machine.refresh()) == (401, "devices.session_revoked")
    entries = (await ann.get("/audit"))["items"]
    assert [e["detail"] for e in entries if e["action"] == "devices.revoked"] == [{"name": "laptop"}]


async def test_a_call_is_sent_once_answered_once_and_cancelled_once(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    call_id, minute = new_id(), timedelta(minutes=1)

    async def send() -> None:
        async with ann.scope() as scope:
            await calls.send_call(
                scope,
                call_id=call_id,
                device_id=machine.device_id,
                command="x",
                params={},
                timeout=minute,
                wait=minute,
            )

    async with online(machine) as peer:
        await send()
        await send()
        call = await peer.next_call()
        assert await call.answer({"n": 1}) == {"ok": True}
        assert await call.answer({"n": 2}) == {"ok": True, "ignored": True}
        async with ann.scope() as scope:
            await calls.cancel_call(scope, call_id)  # too late, and no harm
            end = await calls.find_end(scope, call_id)
        assert end == calls.CallEnd({"n": 1}, None)
        await peer.client.call("skills.bins")
        assert len(peer.seen) == 1
        assert peer.cancelled.empty()


async def test_a_call_whose_time_is_over_ends_on_the_machine_too(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    first, second, minute = new_id(), new_id(), timedelta(minutes=1)
    async with online(machine) as peer:
        for call_id in (first, second):
            async with ann.scope() as scope:
                await calls.send_call(
                    scope,
                    call_id=call_id,
                    device_id=machine.device_id,
                    command="x",
                    params={},
                    timeout=minute,
                    wait=minute,
                )
        await peer.next_call()
        await (await peer.next_call()).answer({"n": 2})
        server.manual.advance(minute)
        async with ann.scope() as scope:
            assert await calls.time_left(scope, first) == timedelta()
            end = await calls.find_end(scope, first)
            assert await calls.expire_call(scope, second) == calls.CallEnd({"n": 2}, None), "answered in time"
        assert end is not None
        assert end.error is not None
        assert end.error["code"] == "DEVICE_OFFLINE"
        assert await peer.cancelled.get() == first.hex


async def test_what_waited_is_sent_on_every_connection_until_it_is_answered(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    ids = [new_id() for _ in range(3)]
    for call_id in ids:
        async with ann.scope() as scope:
            await calls.send_call(
                scope,
                call_id=call_id,
                device_id=machine.device_id,
                command="x",
                params={"text": "\u00e9"},
                timeout=timedelta(minutes=1),
                wait=timedelta(minutes=5),
            )
    async with online(machine) as peer:
        got = [await peer.next_call() for _ in ids]
        assert [call.id for call in got] == [call_id.hex for call_id in ids]
        assert got[0].params == {"text": "\u00e9"}
        await got[0].answer({})
    async with online(machine) as peer:
        assert [(await peer.next_call()).id for _ in ids[1:]] == [call_id.hex for call_id in ids[1:]]
    server.manual.advance(timedelta(minutes=5))
    async with ann.scope() as scope:
        end = await calls.find_end(scope, ids[1])
    assert end is not None
    assert end.error is not None
    assert end.error["code"] == "DEVICE_OFFLINE"
    async with online(machine) as peer:
        assert peer.seen == []


async def test_results_that_postgresql_cannot_keep_are_kept_readable(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    call_id, minute = new_id(), timedelta(minutes=1)
    async with online(machine) as peer:
        async with ann.scope() as scope:
            await calls.send_call(
                scope,
                call_id=call_id,
                device_id=machine.device_id,
                command="x",
                params={},
                timeout=minute,
                wait=minute,
            )
        await (await peer.next_call()).answer({"stdout": "a\0b", "lines": ["\0"]})
    async with ann.scope() as scope:
        assert await calls.find_end(scope, call_id) == calls.CallEnd({"stdout": "a␀b", "lines": ["␀"]}, None)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        ({"ok": True, "payloadJSON": "{"}, "INVALID_RESULT"),
        ({"ok": True, "payloadJSON": f'{{"n": {10**30}}}'}, "INVALID_RESULT"),
        ({"ok": True, "payloadJSON": "[" * 400 + "]" * 400}, "INVALID_RESULT"),
        ({"ok": True, "payloadJSON": "[" * 100_000 + "]" * 100_000}, "INVALID_RESULT"),
        ({"ok": True, "payload": {"n": 10**30}}, "INVALID_RESULT"),
    ],
    ids=range(5),
)
async def test_a_result_that_no_row_holds_ends_the_call(
    server: Server, outcome: dict[str, Any], code: str
) -> None:
    ann = await register(server)
    machine = await link(ann)
    call_id, minute = new_id(), timedelta(minutes=1)
    async with online(machine) as peer:
        async with ann.scope() as scope:
            await calls.send_call(
                scope,
                call_id=call_id,
                device_id=machine.device_id,
                command="x",
                params={},
                timeout=minute,
                wait=minute,
            )
        await peer.next_call()
        params = {"id": call_id.hex, "nodeId": peer.node_id, **outcome}
        assert await peer.client.call("node.invoke.result", params) == {"ok": True}
    async with ann.scope() as scope:
        end = await calls.find_end(scope, call_id)
    assert end is not None
    assert end.error is not None
    assert end.error["code"] == code


async def test_arguments_that_no_row_holds_are_refused(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    async with online(machine) as peer, operator(ann) as page:
        params = {
            "nodeId": machine.node_id,
            "command": "fs.read",
            "params": {"path": "~/a", "offset": 10**30},
            "idempotencyKey": "k",
        }
        with pytest.raises(Refused) as refusal:
            await page.call("node.invoke", params)
        assert refusal.value.code == "request.invalid"
        assert peer.seen == []


async def test_which_machine_a_call_goes_to(server: Server) -> None:
    ann = await register(server)
    async with ann.scope() as scope:
        with pytest.raises(NoDeviceError):
            await groups.choose_devices(scope, tool="exec", named=None, preferred_id=None)
    laptop = await link(ann, "Laptop")
    server.manual.advance(timedelta(seconds=1))
    desktop = await link(ann, "Desktop")

    async def chosen(named: str | None = None, preferred: Machine | None = None) -> str:
        async with ann.scope() as scope:
            preferred_id = preferred.device_id if preferred else None
            _, (row,) = await groups.choose_devices(
                scope, tool="exec", named=named, preferred_id=preferred_id
            )
            return row.name

    assert await chosen() == "Desktop", "the one linked last, when none was seen"
    assert await chosen(preferred=laptop) == "Laptop"
    for name in ("laptop", "LAPTOP", laptop.node_id, laptop.session["deviceId"]):
        assert await chosen(name, preferred=desktop) == "Laptop"
    async with online(laptop):
        assert await chosen() == "Laptop", "one that is online before one that is not"
    with pytest.raises(DeviceNotFoundError):
        await chosen("phone")
    await ann.delete(f"/devices/{laptop.session['deviceId']}")
    assert await chosen(preferred=laptop) == "Desktop", (
        "a conversation's machine that is gone does not matter"
    )
    with pytest.raises(DeviceNotFoundError):
        await chosen("laptop")


async def test_a_name_hides_no_id(server: Server) -> None:
    """A machine that got the name of another's id before such names were refused."""
    ann = await register(server)
    first = await link(ann, "first")
    second = await link(ann, "second")  # the more recently linked one is looked at first
    for shadowed in (first.node_id, first.session["deviceId"]):
        async with server.owner() as owner:
            await owner.execute("UPDATE devices SET name = $1 WHERE id = $2", shadowed, second.device_id)
        async with ann.scope() as scope:
            assert (await registry.access_device_by_node(scope, shadowed)).id == first.device_id
            _, (chosen,) = await groups.choose_devices(scope, tool="exec", named=shadowed, preferred_id=None)
            assert chosen.id == first.device_id
            assert (await registry.access_device_by_id(scope, shadowed)).id == first.device_id


@pytest.mark.parametrize("name", ["0f" * 32, "0F" * 32, "dev_" + "0f" * 16, f" dev_{'0f' * 16} "])
async def test_a_name_of_the_form_of_an_id_is_refused(server: Server, name: str) -> None:
    ann = await register(server)
    machine = await link(ann, "laptop")
    response = await ann.api.patch(f"/devices/{machine.session['deviceId']}", json={"name": name})
    assert refused(response) == (422, "request.invalid")
    async with operator(ann) as page:
        for method, params in (
            ("node.rename", {"nodeId": machine.node_id, "displayName": name[:64]}),
            ("device.pair.rename", {"deviceId": machine.node_id, "label": name[:64]}),
            ("node.rename", {"nodeId": machine.node_id, "displayName": "   "}),
        ):
            with pytest.raises(Refused) as refusal:
                await page.call(method, params)
            assert refusal.value.code == "request.invalid"
    other = Machine(server, name)
    challenge = await ann.post("/bridge/public-link", {})
    assert refused(await other.redeem(challenge["code"], challenge["challengeId"])) == (
        422,
        "request.invalid",
    )
    assert [d["name"] for d in (await ann.get("/devices"))["items"]] == ["laptop"]
    other.name = "other"
    assert (await other.redeem(challenge["code"], challenge["challengeId"])).is_success, "nothing was spent"


async def test_pairing_is_by_id_only(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann, "laptop")
    async with operator(ann) as page:
        for method, more in (("device.pair.remove", {}), ("device.pair.rename", {"label": "x"})):
            with pytest.raises(Refused) as refusal:
                await page.call(method, {"deviceId": "laptop", **more})
            assert refusal.value.code == "devices.not_found"
        assert (await page.call("node.describe", {"nodeId": "laptop"}))["nodeId"] == machine.node_id
        await page.call("device.pair.rename", {"deviceId": machine.node_id, "label": "desk"})
        await page.call("device.pair.remove", {"deviceId": machine.session["deviceId"]})
    assert (await ann.get("/devices"))["items"] == []
