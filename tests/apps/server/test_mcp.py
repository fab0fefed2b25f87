"""Workflows as tools, asked for by the protocol's own client over HTTP."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from tests.domains.workflows.running import definition, expr, save, step, transform
from tests.support.accounts import Person, register
from tests.support.node_hosts import gateway_token
from tests.support.server import ORIGIN, Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPT = {"accept": "application/json, text/event-stream"}


@pytest.fixture(scope="module")
def server(shared: Server) -> Server:
    return shared


@pytest_asyncio.fixture(loop_scope="module")
async def ann(server: Server) -> Person:
    """Somebody new for each test."""
    return await register(server)


@contextlib.asynccontextmanager
async def connected(server: Server, token: str, mode: str = "auto") -> AsyncIterator[Client]:
    http = server.client(base="", headers={"authorization": f"Bearer {token}"})
    async with Client(streamable_http_client(f"{ORIGIN}/mcp", http_client=http), mode=mode) as client:
        yield client


def addition(name: str = "Add up", **more: Any) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer", "default": 2}},
    }
    made = definition(transform("add", {"sum": expr("input.a + input.b")}), input=schema)
    return {**made, "name": name, "description": "Two numbers", **more}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_active_workflows_are_tools(server: Server, ann: Person, mode: str) -> None:
    await save(ann, addition())
    await ann.post("/workflows", {"definition": addition("A draft")})
    async with connected(server, ann.token, mode) as client:
        offered = (await client.list_tools()).tools
        assert [tool.name for tool in offered] == ["add_up", "get_workflow_run"]
        assert (offered[0].title, offered[0].description) == ("Add up", "Two numbers")
        assert offered[0].input_schema["required"] == ["a"]
        done = await client.call_tool("add_up", {"a": 40})
        assert (done.is_error, done.structured_content) == (False, {"sum": 42})
        wrong = await client.call_tool("add_up", {"a": "x"})
        assert wrong.is_error
        assert "$.a" in said(wrong)


async def test_names_that_clients_take_and_that_differ(server: Server, ann: Person) -> None:
    for name in ("Fetch: news!", "fetch news", "获取新闻", "get workflow run", "x" * 100):
        await save(ann, addition(name))
    async with connected(server, ann.token) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
    assert names[0] == "fetch_news"
    assert len(set(names)) == 6
    assert all(name.isascii() and len(name) <= 64 and name.replace("_", "").isalnum() for name in names)


async def test_a_failure_is_the_tools_answer(server: Server, ann: Person) -> None:
    await save(ann, {**definition(transform("a", expr("input.nothing"))), "name": "Fails"})
    async with connected(server, ann.token) as client:
        done = await client.call_tool("fails", {})
        assert done.is_error
        assert "Step a failed" in said(done)
        gone = await client.call_tool("no_such_tool", {})
        assert "no longer active" in said(gone)


async def test_a_run_that_waits_for_a_person_is_looked_at_later(server: Server, ann: Person) -> None:
    asking = definition(
        step("approval", "ask", {"message": "Pay {{ input.n }}?"}, next_steps=["end"]), transform("end", 7)
    )
    await save(ann, {**asking, "name": "Pay"})
    async with connected(server, ann.token) as client:
        waiting = (await client.call_tool("pay", {"n": 3})).structured_content
        assert waiting["state"] == "waiting"
        assert "Pay 3?" in waiting["message"]
        steps = (await ann.get(f"/workflow-runs/{waiting['run_id']}/steps"))["items"]
        await ann.post(
            f"/workflow-runs/{waiting['run_id']}/steps/{steps[0]['id']}/answer", {"approved": True}
        )
        done: Any = None
        while done is None or done.structured_content:  # it is told to be running until the answer was taken
            done = await client.call_tool("get_workflow_run", {"run_id": waiting["run_id"]})
        assert said(done) == "7"


async def test_a_run_that_waits_for_a_signal_says_which(server: Server, ann: Person) -> None:
    await save(ann, {**definition(step("signal", "wait", {"name": "paid"})), "name": "Sell"})
    async with connected(server, ann.token) as client:
        waiting = (await client.call_tool("sell", {})).structured_content
        assert "waits for the signal paid" in waiting["message"]


async def test_gateway_tokens_are_what_programs_hold(server: Server, ann: Person) -> None:
    await save(ann, addition())
    may_run = (await gateway_token(ann, "operator.write"))["token"]
    async with connected(server, may_run) as client:
        assert (await client.call_tool("add_up", {"a": 1})).structured_content == {"sum": 3}
    may_read = (await gateway_token(ann, "operator.read"))["token"]
    async with connected(server, may_read) as client:
        assert len((await client.list_tools()).tools) == 2
        refused = await client.call_tool("add_up", {"a": 1})
        assert refused.is_error
        assert (await ann.get("/workflow-runs"))["items"][1:] == [], (
            "a token that may only read starts nothing"
        )


async def test_others_see_and_start_nothing(server: Server, ann: Person) -> None:
    await save(ann, addition())
    async with connected(server, ann.token) as client:
        await client.call_tool("add_up", {"a": 1})
    run_id = (await ann.get("/workflow-runs"))["items"][0]["id"]
    eve = await register(server)
    async with connected(server, eve.token) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["get_workflow_run"]
        assert (await client.call_tool("add_up", {"a": 1})).is_error
        for run in (run_id, "wrun_" + "0" * 32, "nonsense", None):
            assert (await client.call_tool("get_workflow_run", {"run_id": run})).is_error


async def test_nobody_gets_in_without_a_token(server: Server, ann: Person) -> None:
    nodes_only = (await gateway_token(ann, "node"))["token"]
    revoked = await gateway_token(ann, "operator.write")
    await ann.api.delete(f"/gateway-tokens/{revoked['id']}")
    for headers, status in (
        ({}, 401),
        ({"authorization": "Bearer ocgt_wrong"}, 401),
        ({"authorization": f"Bearer {revoked['token']}"}, 401),
        ({"authorization": f"Bearer {nodes_only}"}, 403),
        ({"cookie": f"openclaw_access={ann.token}"}, 401),
    ):
        answer = await server.client(base="").post("/mcp", json=PING, headers={**ACCEPT, **headers})
        assert answer.status_code == status, (headers, answer.text)
        if status == 401:
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_nonsense_is_refused(server: Server, ann: Person) -> None:
    headers = {**ACCEPT, "authorization": f"Bearer {ann.token}", "content-type": "application/json"}
    unknown = b'{"jsonrpc":"2.0","id":1,"method":"x"}'
    for body in (b"", b"{", b"[]", b'{"jsonrpc":"2.0"}', unknown, b"\xff", b"[" * 100_000):
        answer = await server.client(base="").post("/mcp", content=body, headers=headers)
        assert answer.status_code in {200, 400, 404}, body[:40]
        assert "error" in answer.json(), body[:40]


def said(result: Any) -> str:
    return "".join(part.text for part in result.content)
