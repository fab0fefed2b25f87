"""The browser's session: cookies that scripts cannot read, and proof that a change came from our own page."""

import itertools
from http.cookies import SimpleCookie
from typing import Any

import httpx2
import pytest

from tests.support.accounts import PASSWORD, refused, register, succeeded
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")
_numbers = itertools.count(1)


async def browser(server: Server) -> tuple[httpx2.AsyncClient, dict[str, Any]]:
    """A browser of somebody new that is signed in, and what it was told."""
    client, name = server.client(), f"browser{next(_numbers)}"
    body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD, "session": "cookie"}
    return client, succeeded(await client.post("/auth/register", json=body))


def cookies_of(response: httpx2.Response) -> dict[str, dict[str, Any]]:
    found: SimpleCookie = SimpleCookie()
    for header in response.headers.get_list("set-cookie"):
        found.load(header)
    return {name: {"value": c.value, **{k: v for k, v in c.items() if v != ""}} for name, c in found.items()}


async def test_a_change_needs_the_proof_and_a_read_does_not(server: Server) -> None:
    client, session = await browser(server)
    assert (await client.get("/users/me")).status_code == 200
    other, others_session = await browser(server)
    for headers in (
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 64},
        {"X-CSRF-Token": others_session["csrfToken"]},
    ):
        for method, path in (("POST", "/conversations"), ("PATCH", "/users/me"), ("POST", "/auth/logout")):
            response = await client.request(method, path, json={}, headers=headers)
            assert refused(response) == (403, "identity.csrf")
    strange = {b"X-CSRF-Token": "é".encode("latin-1")}
    assert refused(await client.post("/conversations", json={}, headers=strange)) == (403, "identity.csrf")
    right = {"X-CSRF-Token": session["csrfToken"]}
    assert (await client.post("/conversations", json={}, headers=right)).status_code == 201
    assert (await other.get("/conversations")).json()["items"] == []


async def test_a_bearer_token_needs_no_proof_and_wins_over_cookies(server: Server) -> None:
    client, _ = await browser(server)
    bob = await register(server)
    response = await client.post("/conversations", json={}, headers={"Authorization": f"Bearer {bob.token}"})
    assert response.status_code == 201
    assert len((await bob.get("/conversations"))["items"]) == 1
    # A bad bearer token is not made good by a cookie, which would need the proof.
    assert refused(await client.get("/users/me", headers={"Authorization": "Bearer x"}))[0] == 401


async def test_the_refresh_cookie_rotates(server: Server) -> None:
    client, session = await browser(server)
    before = client.cookies["openclaw_refresh"]
    response = await client.post("/auth/refresh")
    assert response.status_code == 200
    assert client.cookies["openclaw_refresh"] != before
    assert response.json()["csrfToken"] == session["csrfToken"], "the proof belongs to the session"
    assert response.json().get("accessToken") is None, "a page never sees the tokens"
    thief = server.client(cookies={"openclaw_refresh": before})
    assert refused(await thief.post("/auth/refresh")) == (401, "identity.session_revoked")
    assert refused(await client.get("/users/me"))[0] == 401
    assert refused(await server.client().post("/auth/refresh")) == (401, "identity.not_signed_in")


async def test_signing_out_clears_the_cookies(server: Server) -> None:
    client, session = await browser(server)
    response = await client.post("/auth/logout", headers={"X-CSRF-Token": session["csrfToken"]})
    assert response.status_code == 204
    assert {c["value"] for c in cookies_of(response).values()} == {""}
    assert not client.cookies.get("openclaw_session")
