"""A machine's credentials: rotation that survives a lost answer, and what a thief gets."""

import asyncio
from datetime import timedelta

import pytest

from openclaw.infra.secrets import new_token
from tests.support.accounts import refused, register, succeeded
from tests.support.devices import Machine, link, online
from tests.support.gateway_client import Refused, open_socket
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

REVOKED = (401, "devices.session_revoked")


async def is_linked(machine: Machine) -> bool:
    async with machine.server.owner() as owner:
        return bool(
            await owner.fetchval("SELECT revoked_at IS NULL FROM devices WHERE id = $1", machine.device_id)
        )


async def refused_connect(machine: Machine) -> str:
    with pytest.raises(Refused) as refusal:
        async with online(machine):
            pass
    return refusal.value.code


async def test_tokens_rotate(server: Server) -> None:
    machine = await link(await register(server))
    before = dict(machine.session)
    fresh = succeeded(await machine.refresh())
    assert set(fresh) == {"accessToken", "accessExpiresAt", "refreshToken", "gatewayUrl", "pageKey"}
    assert fresh["accessToken"] != before["accessToken"]
    assert fresh["refreshToken"] != before["refreshToken"]
    async with online(machine) as peer:
        assert peer.client.hello["type"] == "hello-ok"
    for _ in range(3):
        succeeded(await machine.refresh())


async def test_a_stolen_old_refresh_token_ends_the_link(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    stolen = machine.session["refreshToken"]
    succeeded(await machine.refresh())
    async with online(machine) as peer:
        assert refused(await machine.refresh(stolen)) == REVOKED
        assert await peer.client.ended() == (1008, "device revoked")
    assert not await is_linked(machine)
    assert refused(await machine.refresh()) == REVOKED
    assert (await ann.get("/devices"))["items"] == []
    actions = [e["action"] for e in (await ann.get("/audit"))["items"]]
    assert actions[0] == "devices.token_reused"


async def test_a_stolen_old_access_token_ends_the_link(server: Server) -> None:
    machine = await link(await register(server))
    stolen = machine.session["accessToken"]
    succeeded(await machine.refresh())
    machine.session["accessToken"], current = stolen, machine.session["accessToken"]
    await refused_connect(machine)
    assert not await is_linked(machine)
    machine.session["accessToken"] = current
    await refused_connect(machine)


async def test_a_lost_answer_may_be_asked_for_again(server: Server) -> None:
    """The machine chose its next token and kept it: asking twice with it is one rotation."""
    machine = await link(await register(server))
    old, chosen = machine.session["refreshToken"], new_token("ocdr")
    first = succeeded(await machine.refresh(old, nextRefreshToken=chosen))
    second = succeeded(await machine.refresh(old, nextRefreshToken=chosen))
    assert first["refreshToken"] == second["refreshToken"] == chosen
    assert first["accessToken"] != second["accessToken"]
    assert await is_linked(machine)
    async with online(machine):
        pass
    third = succeeded(await machine.refresh(chosen))
    # Once the chosen one was used, the pair is old news, and so a sign of theft.
    assert refused(await machine.refresh(old, nextRefreshToken=chosen)) == REVOKED
    assert not await is_linked(machine)
    assert refused(await machine.refresh(third["refreshToken"])) == REVOKED


@pytest.mark.parametrize("following", [None, "the right one"])
async def test_an_old_token_without_the_key_is_theft_too(server: Server, following: str | None) -> None:
    machine, thief = await link(await register(server)), Machine(server)
    old, chosen = machine.session["refreshToken"], new_token("ocdr")
    succeeded(await machine.refresh(old, nextRefreshToken=chosen))
    changes = {"nextRefreshToken": chosen} if following else {}
    assert refused(await thief.refresh(old, nodeId=machine.node_id, **changes)) == REVOKED
    assert not await is_linked(machine)
    assert refused(await thief.refresh(old, **changes)) == REVOKED


@pytest.mark.parametrize("following", [None, "another"])
async def test_an_old_token_with_another_next_one_is_theft(server: Server, following: str | None) -> None:
    machine = await link(await register(server))
    old = machine.session["refreshToken"]
    succeeded(await machine.refresh(old, nextRefreshToken=new_token("ocdr")))
    changes = {"nextRefreshToken": new_token("ocdr")} if following else {}
    assert refused(await machine.refresh(old, **changes)) == REVOKED
    assert not await is_linked(machine)


async def test_a_token_that_exists_is_no_next_token(server: Server) -> None:
    """Neither one's own present one nor somebody else's can be chosen."""
    ann = await register(server)
    machine, other = await link(ann), await link(ann, "other")
    for taken in (
        machine.session["refreshToken"],
        other.session["refreshToken"],
        other.session["accessToken"],
    ):
        assert refused(await machine.refresh(nextRefreshToken=taken)) == (422, "request.invalid")
    assert await is_linked(machine)
    assert await is_linked(other)
    succeeded(await machine.refresh())
    succeeded(await other.refresh())


async def test_a_rotation_needs_the_device_key(server: Server) -> None:
    ann = await register(server)
    machine, thief = await link(ann), Machine(server)
    token = machine.session["refreshToken"]
    assert refused(await thief.refresh(token)) == (401, "devices.bad_proof")
    assert refused(await thief.refresh(token, nodeId=machine.node_id)) == (401, "devices.bad_proof")
    assert refused(await machine.refresh(token, signature="A" * 86)) == (401, "devices.bad_proof")
    late = machine.now_ms - 11 * 60_000
    assert refused(await machine.refresh(token, signedAt=late)) == (401, "devices.bad_proof")
    assert await is_linked(machine), "somebody without the key changes nothing"
    succeeded(await machine.refresh())


async def test_an_access_token_is_no_refresh_token(server: Server) -> None:
    machine = await link(await register(server))
    assert refused(await machine.refresh(machine.session["accessToken"])) == REVOKED
    assert refused(await machine.refresh("ocdr_" + "x" * 43)) == REVOKED
    machine.session["accessToken"] = machine.session["refreshToken"]
    await refused_connect(machine)
    assert await is_linked(machine)


async def test_tokens_end(server: Server) -> None:
    machine = await link(await register(server))
    server.manual.advance(timedelta(minutes=15))
    assert await refused_connect(machine) == "devices.token_expired"
    succeeded(await machine.refresh())
    async with online(machine):
        pass
    server.manual.advance(timedelta(days=60))
    assert refused(await machine.refresh()) == REVOKED


async def test_a_socket_whose_session_was_not_refreshed_is_closed(server: Server) -> None:
    machine = await link(await register(server))
    async with online(machine) as peer:
        server.manual.advance(timedelta(minutes=14))
        succeeded(await machine.refresh())
        server.manual.advance(timedelta(minutes=14))
        await peer.client.call("skills.bins")
        ended = asyncio.ensure_future(peer.client.ended())
        while not ended.done():  # a round that is under way does not hear the clock
            server.manual.advance(timedelta(minutes=2))
            await server.platform.database.ping()
        assert await ended == (1008, "session expired")


async def test_machines_of_every_tenant_stay_online_while_their_sockets_stand(server: Server) -> None:
    people = [await register(server) for _ in range(2)]
    machines = [await link(person) for person in people]
    async with online(machines[0]), online(machines[1]), server.owner() as owner:
        # Bob's was taken up by another gateway meanwhile: that one speaks for it.
        await owner.execute(
            "UPDATE devices SET connection_id = 'elsewhere' WHERE id = $1", machines[1].device_id
        )
        seen = "SELECT last_seen_at FROM devices WHERE id = $1"
        server.manual.advance(timedelta(seconds=30))
        while await owner.fetchval(seen, machines[0].device_id) != server.manual.now():
            pass
        assert await owner.fetchval(seen, machines[1].device_id) != server.manual.now()
        server.manual.advance(timedelta(seconds=60))
        online_now = [(await person.get("/devices"))["items"][0]["online"] for person in people]
        assert online_now == [True, False]


async def test_unlinking_at_the_machine(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    headers = {"Authorization": f"Bearer {machine.session['accessToken']}"}
    async with online(machine) as peer:
        assert (await machine.api.post("/bridge/session/unlink", headers=headers)).status_code == 204
        assert await peer.client.ended() == (1008, "device revoked")
    assert (await ann.get("/devices"))["items"] == []
    assert refused(await machine.api.post("/bridge/session/unlink", headers=headers)) == REVOKED
    person = {"Authorization": f"Bearer {ann.token}"}
    for other in ({}, {"Authorization": "Bearer x"}, person):
        assert refused(await machine.api.post("/bridge/session/unlink", headers=other))[0] == 401


async def test_a_token_connects_only_the_machine_that_it_was_issued_to(server: Server) -> None:
    ann = await register(server)
    machine, other = await link(ann), await link(ann, "other")
    other.session["accessToken"] = machine.session["accessToken"]
    await refused_connect(other)
    assert await is_linked(machine)
    async with open_socket(server, origin=None) as client:  # and not at all without the key
        challenge = await client.event("connect.challenge")
        params = machine.connect_params(challenge)
        del params["device"]
        with pytest.raises(Refused) as refusal:
            await client.call("connect", params)
        assert refusal.value.error["code"] == "NOT_PAIRED"
