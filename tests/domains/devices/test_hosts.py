"""Hosts over the API and the gateway: enrolment, heartbeats, what members and admins may do, the end of one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from openclaw.domains.devices.service import calls, hosts
from openclaw.kit import ids
from tests.support.accounts import Person, refused, register, succeeded
from tests.support.devices import Machine, claim_slot, enrol, heartbeat, link, online, online_host
from tests.support.gateway_client import Refused
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")
LEASE = timedelta(seconds=30)


@pytest_asyncio.fixture(loop_scope="module")
async def ann(server: Server) -> Person:
    return await (await register(server)).create_workspace()


def host_of(machine: Machine) -> str:
    return machine.session["deviceId"].replace("dev_", "host_")


async def host(person: Person, machine: Machine) -> dict[str, Any]:
    return await person.get(f"/hosts/{host_of(machine)}")


async def actions(person: Person) -> list[str]:
    return [entry["action"] for entry in (await person.get("/audit"))["items"]]


async def test_a_token_makes_one_host_once(ann: Person) -> None:
    about = {"name": "builder", "labels": ["gpu"], "capacity": 2, "region": "eu-1"}
    made = await ann.post("/host-tokens", about)
    assert made["command"].endswith(f"--token {made['token']} --server {made['serverUrl']}")
    machine, thief = Machine(ann.server, "as it calls itself"), Machine(ann.server)
    machine.session = succeeded(await machine.enrol(made["token"]))
    assert machine.session["scopes"] == ["host:connect", "runs:carry"]
    for late in (thief, machine):
        assert refused(await late.enrol(made["token"])) == (404, "devices.host_token_ended")
    assert "devices.host_token_refused" in await actions(ann)

    [token] = (await ann.get("/host-tokens"))["items"]
    assert (token["status"], token["hostId"]) == ("used", host_of(machine))
    assert made["token"] not in str(token)
    async with ann.server.owner() as owner:
        kept = await owner.fetch("SELECT t::text FROM host_enrolments t")
    assert made["token"] not in str(kept)
    found = await host(ann, machine)
    assert (found["name"], found["status"], found["slots"]) == ("builder", "pending", 2)
    assert found["offers"] == ["gpu", "platform:linux", "region:eu-1"]
    assert (await ann.get("/devices"))["items"] == [], "a host is nobody's device"


async def test_tokens_that_are_over_or_stolen_make_nothing(ann: Person) -> None:
    server = ann.server
    admin = await ann.invite(await register(server), "admin")
    expired = (await ann.post("/host-tokens", {"expiresInMinutes": 1}))["token"]
    revoked = await ann.post("/host-tokens", {})
    await ann.delete(f"/host-tokens/{revoked['id']}")
    orphaned = (await admin.post("/host-tokens", {}))["token"]
    path = f"/workspaces/{ann.workspace['id']}/members/{admin.id}"
    await ann.patch(path, {"role": "member"})
    server.manual.advance(timedelta(minutes=2))
    machine = Machine(server)
    for token in (expired, revoked["token"], orphaned, "oche_" + "x" * 43):
        assert refused(await machine.enrol(token)) == (404, "devices.host_token_ended")
    good = (await ann.post("/host-tokens", {}))["token"]
    other = Machine(server)
    for changes in (
        {"signature": other.enrol_body(good)["signature"]},  # of another key
        {"signature": machine.enrol_body("oche_" + "x" * 43)["signature"]},  # for another token
        {"signedAt": machine.now_ms - 3_600_000},
    ):
        body = machine.enrol_body(good) | changes
        answer = await machine.api.post("/bridge/host/enroll", json=body)
        assert refused(answer) == (401, "devices.bad_proof")
    assert (await ann.get("/hosts"))["items"] == []
    assert (await machine.enrol(good)).is_success, "tries with a wrong proof spend nothing"


async def test_guesses_are_limited(ann: Person) -> None:
    guesser = Machine(ann.server)
    codes = [refused(await guesser.enrol(f"oche_{n:043d}"))[1] for n in range(25)]
    assert codes[:20] == ["devices.host_token_ended"] * 20
    assert set(codes[20:]) == {"request.rate_limited"}


async def test_only_admins_look_after_hosts(ann: Person) -> None:
    server, machine = ann.server, await enrol(ann)
    path = f"/hosts/{host_of(machine)}"
    token = (await ann.post("/host-tokens", {}))["id"]
    for role in ("member", "viewer"):
        person = await ann.invite(await register(server), role)
        assert [found["id"] for found in (await person.get("/hosts"))["items"]] == [host_of(machine)]
        for answer in (
            await person.api.post("/host-tokens", json={}),
            await person.api.get("/host-tokens"),
            await person.api.delete(f"/host-tokens/{token}"),
            await person.api.patch(path, json={"draining": True}),
            await person.api.delete(path),
            await person.api.post(f"{path}/rotate"),
        ):
            assert refused(answer)[0] == 403
        for answer in (  # the routes of devices know no hosts
            await person.api.get(f"/devices/{machine.session['deviceId']}"),
            await person.api.delete(f"/devices/{machine.session['deviceId']}"),
        ):
            assert refused(answer) == (404, "devices.not_found")
    assert (
        refused(await ann.api.patch(f"/devices/{machine.session['deviceId']}", json={"name": "x"}))[0] == 404
    )


async def test_a_host_is_as_its_heartbeats_say(ann: Person) -> None:
    server, machine = ann.server, await enrol(ann)
    said = {"labels": ["gpu"], "maxConcurrentTasks": 4, "browserOperator": True, "memoryMb": 2048}
    with server.watching(ann.topic) as watch:
        async with online_host(machine, **said) as there:
            await watch.event("host.changed", reason="status", online=True)
            found = await host(ann, machine)
            assert (found["status"], found["slots"], found["freeSlots"]) == ("healthy", 4, 4)
            assert found["offers"] == ["can:browser", "gpu", "platform:linux"]
            assert found["capabilities"]["memoryMb"] == 2048
            answer = await there.client.call("node.host.heartbeat", heartbeat(machine, **said))
            assert answer == {"ok": True, "leaseMs": 30_000, "everyMs": 10_000, "slots": 4}

            await there.client.call("node.host.heartbeat", heartbeat(machine, **said, trouble="disk"))
            found = await host(ann, machine)
            assert (found["status"], found["trouble"]) == ("degraded", "disk")
            changed = {"labels": ["cpu"], "capacity": 1, "draining": True, "name": "renamed"}
            found = await ann.patch(f"/hosts/{host_of(machine)}", changed)
            assert (found["slots"], found["freeSlots"], found["name"]) == (1, 0, "renamed")
            async with ann.scope() as scope:
                assert await claim_slot(scope, run_id=ids.new_id()) is None, "it takes nothing new"
            await ann.patch(f"/hosts/{host_of(machine)}", {"draining": False, "capacity": 9})
            await there.client.call("node.host.heartbeat", heartbeat(machine, **said))
            found = await host(ann, machine)
            assert (found["slots"], found["offers"][1]) == (4, "cpu"), "operators narrow, and name"
            assert [h["id"] for h in (await ann.get("/hosts?offers=cpu"))["items"]] == [host_of(machine)]
            assert (await ann.get("/hosts?offers=gpu"))["items"] == []

            server.manual.advance(timedelta(seconds=21))
            assert (await host(ann, machine))["status"] == "degraded", "two heartbeats are missing"
        await watch.event("host.changed", reason="offline", online=False)
    assert (await host(ann, machine))["status"] == "offline"


async def test_others_cannot_speak_for_a_host(ann: Person) -> None:
    machine, laptop = await enrol(ann), await link(ann)
    async with online(laptop) as there:
        for node in (machine, laptop):
            with pytest.raises(Refused) as refusal:
                await there.client.call("node.host.heartbeat", heartbeat(laptop, nodeId=node.node_id))
            assert refusal.value.code in ("devices.not_found", "devices.host_not_found")
    async with online(machine) as there:
        for bad in ({"labels": ["Two Words"]}, {"maxConcurrentTasks": 0}, {"region": "x:y"}, {"running": -1}):
            with pytest.raises(Refused):
                await there.client.call("node.host.heartbeat", heartbeat(machine, **bad))
    assert (await host(ann, machine))["status"] == "pending"


async def test_a_member_reaches_a_host_while_it_carries_their_run(ann: Person) -> None:
    """The call is the member's, the machine an admin's: its answer finds its way."""
    server, machine = ann.server, await enrol(ann)
    carl = await ann.invite(await register(server))
    call, run = ids.new_id(), ids.new_id()
    asked = {"command": "system.info", "params": {}, "timeout": LEASE, "wait": LEASE}
    async with online_host(machine) as there:
        about = {"title": "on the host", "deviceId": machine.session["deviceId"]}
        assert refused(await carl.api.post("/conversations", json=about)) == (404, "devices.not_found")
        async with carl.scope() as scope:
            assert await claim_slot(scope, run_id=run) is not None
        assert (await carl.post("/conversations", about))["deviceId"] == machine.session["deviceId"]
        async with carl.scope() as scope:
            await calls.send_call(scope, call_id=call, device_id=machine.device_id, **asked)
        await (await there.next_call()).answer({"os": "linux"})
        async with carl.scope() as scope:
            end = await calls.find_end(scope, call)
            assert end is not None
            assert end.result == {"os": "linux"}
            assert await hosts.release_slot(scope, run_id=run)
        assert refused(await carl.api.post("/conversations", json=about)) == (404, "devices.not_found")


async def test_a_revoked_host_loses_its_socket_its_calls_and_its_runs(ann: Person) -> None:
    server, machine = ann.server, await enrol(ann)
    carl = await ann.invite(await register(server))
    call = ids.new_id()
    asked = {"command": "system.info", "params": {}, "timeout": LEASE, "wait": LEASE}
    async with online_host(machine) as there:
        async with carl.scope() as scope:
            slot = await claim_slot(scope, run_id=ids.new_id())
            assert slot is not None
            await calls.send_call(scope, call_id=call, device_id=machine.device_id, **asked)
        await there.next_call()
        await ann.delete(f"/hosts/{host_of(machine)}")
        assert await there.client.ended() == (1008, "device revoked")
    async with carl.scope() as scope:
        end = await calls.find_end(scope, call)
        assert end is not None
        assert end.error is not None
        assert end.error["code"] == "HOST_LOST"
    assert refused(await machine.refresh())[1] == "devices.session_revoked"
    assert (await host(ann, machine))["status"] == "revoked"
    assert (await ann.get("/hosts"))["items"] == []
    assert len((await ann.get("/hosts?includeRevoked=true"))["items"]) == 1
    assert refused(await ann.api.delete(f"/hosts/{host_of(machine)}")) == (404, "devices.host_not_found")


async def test_what_a_silent_host_was_asked_is_over_when_it_comes_back(ann: Person) -> None:
    server, machine = ann.server, await enrol(ann)
    call = ids.new_id()
    asked = {"command": "system.info", "params": {}, "timeout": LEASE, "wait": timedelta(hours=1)}
    async with online_host(machine) as there:
        async with ann.scope() as scope:
            run = ids.new_id()
            assert await claim_slot(scope, run_id=run) is not None
            await calls.send_call(scope, call_id=call, device_id=machine.device_id, **asked)
        await there.next_call()
        server.manual.advance(1.5 * LEASE)
    succeeded(await machine.refresh())
    async with online_host(machine) as again:
        assert await again.cancelled.get() == call.hex
        assert again.seen == []
        async with ann.scope() as scope:
            assert await hosts.find_slot(scope, run) is None
            assert await claim_slot(scope, run_id=run) is not None, "it is there for others, and for it"


async def test_a_rotated_host_comes_back_with_the_new_token_on_its_own_machine_only(ann: Person) -> None:
    server, machine = ann.server, await enrol(ann, labels=["gpu"], capacity=2)
    path = f"/hosts/{host_of(machine)}"
    admin = await ann.invite(await register(server), "admin")
    old = dict(machine.session)
    async with online_host(machine) as there:
        slot = await claim_slot_of(ann)
        first = await ann.post(f"{path}/rotate")
        assert await there.client.ended() == (1008, "device revoked")
    async with ann.scope() as scope:
        assert await hosts.find_slot(scope, slot) is None
    await ann.patch(path, {"name": "renamed", "draining": True})
    assert refused(await machine.refresh())[1] == "devices.session_revoked"
    assert (await host(ann, machine))["status"] == "offline", "the old token ends no more than itself"

    made = await admin.post(f"{path}/rotate")
    assert made["command"].endswith(f"--token {made['token']} --server {made['serverUrl']}")
    assert (made["status"], made["hostId"]) == ("open", host_of(machine))
    assert refused(await machine.enrol(first["token"])) == (404, "devices.host_token_ended")
    thief = Machine(server)
    assert refused(await thief.enrol(made["token"])) == (409, "devices.host_token_of_another_host")
    machine.session = succeeded(await machine.enrol(made["token"]))
    assert machine.session["deviceId"] == old["deviceId"]
    assert machine.session["refreshToken"] != old["refreshToken"]
    async with online_host(machine):
        found = await host(ann, machine)
    assert (found["name"], found["status"], found["labels"]) == ("renamed", "healthy", ["gpu"])
    assert (found["capacity"], found["draining"], found["registeredBy"]) == (2, True, ann.id)
    assert {"devices.host_rotated", "devices.host_token_refused"} <= set(await actions(ann))

    last = (await ann.post(f"{path}/rotate"))["token"]
    stranger = await (await register(server)).create_workspace()
    assert refused(await stranger.api.post(f"{path}/rotate")) == (404, "devices.host_not_found")
    await ann.delete(path)
    assert refused(await machine.enrol(last)) == (404, "devices.host_token_ended")
    assert refused(await ann.api.post(f"{path}/rotate")) == (404, "devices.host_not_found")


async def claim_slot_of(person: Person) -> UUID:
    """A run of the person's that holds room on a host; its id."""
    run = ids.new_id()
    async with person.scope() as scope:
        assert await claim_slot(scope, run_id=run) is not None
    return run


async def test_an_old_token_of_a_host_ends_it(ann: Person) -> None:
    machine = await enrol(ann)
    old = machine.session["refreshToken"]
    succeeded(await machine.refresh())
    assert refused(await machine.refresh(old)) == (401, "devices.session_revoked")
    assert (await host(ann, machine))["status"] == "revoked"


async def test_hosts_stay_when_who_enrolled_them_leaves(ann: Person) -> None:
    server = ann.server
    admin = await ann.invite(await register(server), "admin")
    machine, laptop = await enrol(admin), await link(admin)
    await ann.delete(f"/workspaces/{ann.workspace['id']}/members/{admin.id}")
    await server.settle()
    assert refused(await laptop.refresh())[1] == "devices.session_revoked"
    assert (await host(ann, machine))["status"] == "pending"
    assert (await machine.refresh()).is_success
