"""Gateway tokens over REST: shown once, named, scoped, bounded, revocable, and nothing for anybody else."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from openclaw.domains.devices.repository import pairing
from openclaw.domains.devices.schemas import CreateGatewayToken
from openclaw.domains.devices.service import gateway_tokens
from tests.support.accounts import Person, refused, register
from tests.support.node_hosts import gateway_token
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = CreateGatewayToken.model_validate({"name": "t", "scopes": ["node"]})
OPERATOR = ["operator.read", "operator.write", "operator.approvals", "operator.pairing"]


async def tokens_of(person: Person) -> list[dict[str, Any]]:
    return (await person.get("/gateway-tokens"))["items"]


async def test_a_token_is_shown_once_and_then_known_by_its_hint(server: Server) -> None:
    ann = await register(server)
    made = await gateway_token(ann, *OPERATOR, "node", name=" Laptop 书房 ")
    token = made.pop("token")
    assert token.startswith("ocgt_")
    assert made.pop("gatewayUrl").startswith("ws")
    assert made == made | {"name": "Laptop 书房", "hint": token[-4:], "scopes": [*OPERATOR, "node"]}
    assert made == made | {"expiresAt": None, "lastUsedAt": None}
    assert datetime.fromisoformat(made["createdAt"]) == server.clock.now()
    assert await tokens_of(ann) == [made]
    async with server.owner() as owner:
        stored = str(await owner.fetch("SELECT * FROM gateway_tokens"))
    assert token not in stored


async def test_what_is_made_and_revoked_is_in_the_audit_log(server: Server) -> None:
    ann = await register(server)
    made = await gateway_token(ann, name="CI")
    await ann.delete(f"/gateway-tokens/{made['id']}")
    entries = (await ann.get("/audit"))["items"]
    assert [(e["action"], e["subject"]) for e in entries if "gateway_token" in e["action"]] == [
        ("devices.gateway_token_revoked", made["id"]),
        ("devices.gateway_token_created", made["id"]),
    ]
    assert made["token"] not in str(entries)
    assert await tokens_of(ann) == []
    assert refused(await ann.api.delete(f"/gateway-tokens/{made['id']}")) == (
        404,
        "devices.gateway_token_not_found",
    )


@pytest.mark.parametrize(
    "body",
    [
        {"name": "t", "scopes": []},
        {"name": "t", "scopes": ["operator.admin"]},
        {"name": "t", "scopes": ["operator.read", "anything"]},
        {"name": "", "scopes": ["node"]},
        {"name": "x" * 101, "scopes": ["node"]},
        {"name": "t", "scopes": ["node"], "expiresInDays": 0},
        {"name": "t", "scopes": ["node"], "expiresInDays": 3651},
        {"scopes": ["node"]},
    ],
)
async def test_what_no_token_can_be(server: Server, body: dict[str, Any]) -> None:
    ann = await register(server)
    assert refused(await ann.api.post("/gateway-tokens", json=body))[0] == 422
    assert await tokens_of(ann) == []


async def test_a_viewer_may_have_tokens_that_read(server: Server) -> None:
    ann = await (await register(server)).create_workspace("Team")
    viewer = await ann.invite(await register(server), "viewer")
    assert (await gateway_token(viewer, "operator.read"))["scopes"] == ["operator.read"]
    for scope in ("operator.write", "operator.approvals", "operator.pairing", "node"):
        body = {"name": "t", "scopes": ["operator.read", scope]}
        assert refused(await viewer.api.post("/gateway-tokens", json=body)) == (
            403,
            "workspaces.not_allowed",
        )


async def test_live_tokens_are_bounded(server: Server) -> None:
    ann = await register(server)
    first = await gateway_token(ann)
    await gateway_token(ann, expiresInDays=1)
    async with ann.scope() as scope:
        row, _ = await gateway_tokens.create_token(scope, BODY)
        for _ in range(gateway_tokens.MOST_LIVE - 3):
            await gateway_tokens.create_token(scope, BODY)
    body = {"name": "one more", "scopes": ["node"]}
    answer = await ann.api.post("/gateway-tokens", json=body, headers={"Accept-Language": "zh"})
    assert refused(answer) == (409, "devices.too_many_gateway_tokens")
    assert "50" in answer.json()["detail"]
    assert "令牌" in answer.json()["detail"]
    server.manual.advance(timedelta(days=1))  # one has expired
    async with ann.scope() as scope:
        await gateway_tokens.create_token(scope, BODY)
        await gateway_tokens.revoke_token(scope, row.id)
        await gateway_tokens.create_token(scope, BODY)
    assert first["id"] in {token["id"] for token in await _listed(ann)}


async def test_who_leaves_a_workspace_loses_the_tokens_for_it(server: Server) -> None:
    ann = await (await register(server)).create_workspace("Team")
    carl = await ann.invite(await register(server), "member")
    token = (await gateway_token(carl, "operator.read"))["token"]
    async with server.platform.database.system() as scope:
        bearer = await gateway_tokens.authenticate(scope, token)
        assert bearer.scopes == ["operator.read"]
    await carl.delete(f"/workspaces/{ann.workspace['id']}/members/{carl.id}")
    await server.settle()
    async with server.owner() as owner:
        revoked = "SELECT revoked_at FROM gateway_tokens WHERE user_id = $1"
        assert await owner.fetchval(revoked, carl.user_id) is not None


async def test_ended_tokens_are_forgotten_after_a_month(server: Server) -> None:
    ann = await register(server)
    kept = await gateway_token(ann)
    await gateway_token(ann, expiresInDays=2)
    revoked = await gateway_token(ann)
    await ann.delete(f"/gateway-tokens/{revoked['id']}")
    for days, left in ((31, 2), (2, 1)):
        server.manual.advance(timedelta(days=days))
        async with server.platform.database.system() as scope:
            await pairing.forget_ended(scope)
        async with server.owner() as owner:
            rows = await owner.fetch("SELECT id FROM gateway_tokens WHERE user_id = $1", ann.user_id)
        assert len(rows) == left
    assert rows[0][0].hex == kept["id"].removeprefix("gtok_")


async def _listed(person: Person) -> list[dict[str, Any]]:
    async with person.scope() as scope:
        return [token.model_dump(mode="json") for token in await gateway_tokens.list_tokens(scope)]
