"""Sessions: access tokens that end, refresh tokens that rotate, revocation that closes sockets."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from openclaw.infra.secrets import KeyRing
from tests.support.accounts import Person, refused, register, sign_in, signed_in, succeeded
from tests.support.devices import link
from tests.support.gateway_client import Refused, open_socket, operator, operator_params
from tests.support.server import SECRET, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def refresh(server: Server, token: str) -> httpx2.Response:
    return await server.client().post("/auth/refresh", json={"refreshToken": token})


async def whoami(server: Server, token: str) -> httpx2.Response:
    return await server.client(headers={"Authorization": f"Bearer {token}"}).get("/users/me")


async def test_an_access_token_ends_after_fifteen_minutes(server: Server) -> None:
    ann = await register(server)
    ends = datetime.fromisoformat(ann.session["accessExpiresAt"])
    assert ends == server.clock.now() + timedelta(minutes=15)
    server.manual.advance(timedelta(minutes=14, seconds=59))
    assert (await ann.api.get("/users/me")).status_code == 200
    server.manual.advance(timedelta(seconds=1))
    assert refused(await ann.api.get("/users/me")) == (401, "identity.not_signed_in")
    fresh = succeeded(await refresh(server, ann.session["refreshToken"]))
    assert (await whoami(server, fresh["accessToken"])).status_code == 200


async def test_refresh_tokens_rotate_and_old_ones_end_the_session(server: Server) -> None:
    ann = await register(server)
    stolen = ann.session["refreshToken"]
    fresh = succeeded(await refresh(server, stolen))
    assert fresh["refreshToken"] != stolen
    assert refused(await refresh(server, stolen)) == (401, "identity.session_revoked")
    # The whole family is gone: the thief's and the owner's tokens alike.
    assert refused(await refresh(server, fresh["refreshToken"])) == (401, "identity.session_revoked")
    assert refused(await whoami(server, fresh["accessToken"])) == (401, "identity.not_signed_in")
    assert refused(await ann.api.get("/users/me")) == (401, "identity.not_signed_in")
    assert refused(await refresh(server, stolen)) == (401, "identity.session_revoked"), "and stays so"
    other = await sign_in(server, ann)
    await server.settle()
    actions = [e["action"] for e in (await other.get("/audit"))["items"]]
    assert actions.count("identity.token_reused") == 1


async def test_one_of_two_refreshes_at_once_wins(server: Server) -> None:
    ann = await register(server)
    answers = await asyncio.gather(*(refresh(server, ann.session["refreshToken"]) for _ in range(4)))
    assert min(a.status_code for a in answers) == 200
    assert sum(a.is_success for a in answers) == 1
    assert all(refused(a)[1] == "identity.session_revoked" for a in answers if not a.is_success)


@pytest.mark.parametrize("token", ["ocrt_nobody", "x", " ", "ocrt_" + "é" * 20])
async def test_unknown_refresh_tokens_are_refused(server: Server, token: str) -> None:
    assert refused(await refresh(server, token))[0] == 401


async def test_a_session_unused_for_a_month_is_over(server: Server) -> None:
    ann = await register(server)
    server.manual.advance(timedelta(days=29))
    fresh = succeeded(await refresh(server, ann.session["refreshToken"]))
    server.manual.advance(timedelta(days=29))
    fresh = succeeded(await refresh(server, fresh["refreshToken"]))
    server.manual.advance(timedelta(days=30))
    assert refused(await refresh(server, fresh["refreshToken"])) == (401, "identity.session_revoked")


async def test_revoking_a_session_closes_its_sockets_and_no_others(server: Server) -> None:
    ann = await register(server)
    other = await sign_in(server, ann)
    doomed = next(s for s in (await ann.get("/auth/sessions"))["items"] if not s["current"])
    async with operator(other) as others_page, operator(ann) as page:
        await ann.delete(f"/auth/sessions/{doomed['id']}")
        assert await others_page.ended() == (1008, "session ended")
        assert (await page.call("health"))["ok"]
    assert refused(await other.api.get("/users/me"))[0] == 401
    assert refused(await refresh(server, other.session["refreshToken"])) == (401, "identity.session_revoked")
    assert refused(await ann.api.delete(f"/auth/sessions/{doomed['id']}")) == (
        404,
        "identity.session_not_found",
    )


async def test_signing_out_ends_the_session_at_once(server: Server) -> None:
    ann = await register(server)
    ticket = await ann.ticket()
    async with operator(ann) as page:
        await ann.post("/auth/logout")
        assert await page.ended() == (1008, "session ended")
    assert refused(await ann.api.get("/users/me"))[0] == 401
    async with open_socket(server) as late:
        await late.event("connect.challenge")
        with pytest.raises(Refused):
            await late.call("connect", operator_params(ticket))
    await server.settle()
    again = await sign_in(server, ann)
    assert "identity.signed_out" in [e["action"] for e in (await again.get("/audit"))["items"]]


async def test_a_new_password_ends_every_other_session(server: Server) -> None:
    ann = await register(server)
    other = await sign_in(server, ann)
    path, new = "/auth/password", "another horse battery"
    wrong = {"currentPassword": "not this one", "newPassword": new}
    assert refused(await ann.api.post(path, json=wrong)) == (401, "identity.invalid_credentials")
    weak = {"currentPassword": ann.password, "newPassword": "password1"}
    assert refused(await ann.api.post(path, json=weak)) == (422, "identity.weak_password")
    assert (await other.api.get("/users/me")).status_code == 200
    async with operator(other) as others_page:
        await ann.post(path, {"currentPassword": ann.password, "newPassword": new})
        assert await others_page.ended() == (1008, "session ended")
    assert (await ann.api.get("/users/me")).status_code == 200
    assert refused(await other.api.get("/users/me"))[0] == 401
    body = {"identifier": ann.username, "password": ann.password}
    assert refused(await server.client().post("/auth/login", json=body))[0] == 401
    assert (await server.client().post("/auth/login", json=body | {"password": new})).status_code == 200


async def test_a_session_is_no_place_to_guess_the_password(server: Server) -> None:
    ann = await register(server)
    path, right = "/auth/password", {"currentPassword": ann.password, "newPassword": "another horse battery"}
    for number in range(5):
        wrong = right | {"currentPassword": f"guess {number}"}
        assert refused(await ann.api.post(path, json=wrong)) == (401, "identity.invalid_credentials")
    locked = await ann.api.post(path, json=right)
    assert refused(locked) == (429, "identity.locked")
    assert locked.headers["retry-after"] == "901"
    body = {"identifier": ann.username, "password": ann.password}
    assert refused(await server.client().post("/auth/login", json=body))[1] == "identity.locked", "as one"
    server.manual.advance(timedelta(minutes=14))
    assert refused(await ann.api.post(path, json=right))[1] == "identity.locked"
    server.manual.advance(timedelta(minutes=1, seconds=1))
    fresh = await sign_in(server, ann)
    await fresh.post(path, right)


async def test_profile_changes_are_kept(server: Server) -> None:
    ann = await register(server)
    changed = await ann.patch("/users/me", {"displayName": " Ann ", "language": "zh", "theme": "dark"})
    assert (changed["displayName"], changed["language"], changed["theme"]) == ("Ann", "zh", "dark")
    await ann.patch("/users/me", {"theme": "light"})
    me = await ann.get("/users/me")
    assert me["user"] == changed | {"theme": "light"}
    assert [w["id"] for w in me["workspaces"]] == [ann.workspace["id"]]
    assert me["workspace"] == me["workspaces"][0]


def forged(ann: Person, **changes: Any) -> str:
    """A token of this installation's own key, with other claims."""
    header = changes.pop("header", {"alg": "HS256"})
    key = changes.pop("key", KeyRing(bytes.fromhex(SECRET)).key("access-tokens-v1"))
    claims = (
        jwt.decode(ann.token, OctKey.import_key(key), algorithms=["HS256"]).claims
        if not changes.get("raw")
        else {}
    )
    return jwt.encode(header, {**claims, **changes}, OctKey.import_key(key))


NO_TOKENS = (
    "",
    "x",
    "a.b.c",
    "..",
    "e30.e30.",
    "W10.W10.W10",
    "MQ.MQ.MQ",
    "bnVsbA.bnVsbA.bnVsbA",
    "eyJhbGciOiJub25lIn0.eyJpc3MiOiJvcGVuY2xhdyIsImF1ZCI6ImFwaSJ9.",
    "eyJhbGciOlsiSFMyNTYiXX0.e30.AAAA",
    "eyJhbGciOiJIUzI1NiIsImNyaXQiOlsiYiJdfQ.e30.AAAA",
    "eyJhbGciOiJIUzI1NiJ9.e30.AAAA",
    "\u00e9\u00e9.\u00e9.\u00e9",
    "a" * 8000,
    "a.b.c.d.e",
)


async def test_tokens_that_are_none_are_refused(server: Server) -> None:
    client = server.client()
    for token in NO_TOKENS:
        headers = {b"Authorization": f"Bearer {token}".encode("latin-1")}
        for path in ("/users/me", "/devices"):
            answer = refused(await client.get(path, headers=headers))
            assert answer == (401, "identity.not_signed_in"), token


async def test_tokens_are_for_what_they_were_made_for(server: Server) -> None:
    ann = await register(server)
    now = int(server.clock.now().timestamp())
    for changes in (
        {"aud": "gateway"},
        {"iss": "somebody"},
        {"exp": now},
        {"exp": "soon"},
        {"sub": "x"},
        {"sid": ann.user_id.hex},
        {"sub": ann.workspace_id.hex},
    ):
        assert refused(await whoami(server, forged(ann, **changes)))[0] == 401, changes
    assert (await whoami(server, forged(ann, exp=now + 60))).status_code == 200
    assert refused(await whoami(server, await ann.ticket())) == (401, "identity.not_signed_in")
    machine = await link(ann)
    assert refused(await whoami(server, machine.session["accessToken"])) == (401, "identity.not_signed_in")
    async with open_socket(server) as client:  # nor is a machine's token a person's at the gateway
        await client.event("connect.challenge")
        with pytest.raises(Refused):
            await client.call("connect", operator_params(machine.session["accessToken"]))


async def test_a_gateway_ticket_is_good_for_a_minute(server: Server) -> None:
    ann = await (await register(server)).create_workspace()
    ticket = await ann.post("/auth/gateway-ticket")
    assert datetime.fromisoformat(ticket["expiresAt"]) == server.clock.now() + timedelta(minutes=1)
    server.manual.advance(timedelta(seconds=59))
    async with operator(ann, token=ticket["ticket"]) as page:
        assert page.hello["auth"]["scopes"]
    server.manual.advance(timedelta(seconds=1))
    with pytest.raises(Refused):
        async with operator(ann, token=ticket["ticket"]):
            pass


async def test_sessions_of_two_accounts_are_apart(server: Server) -> None:
    ann, bob = await register(server), await register(server)
    mine = (await ann.get("/auth/sessions"))["items"]
    assert len(mine) == 1
    theirs = (await bob.get("/auth/sessions"))["items"]
    assert refused(await ann.api.delete(f"/auth/sessions/{theirs[0]['id']}"))[0] == 404
    assert (await bob.api.get("/users/me")).status_code == 200
    fresh = signed_in(server, succeeded(await refresh(server, ann.session["refreshToken"])))
    assert (await fresh.get("/auth/sessions"))["items"][0]["current"] is True
