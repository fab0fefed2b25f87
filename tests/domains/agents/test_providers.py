"""Model providers: the workspace's, kept by its admins, with keys that nobody sees again."""

from typing import Any

import pytest
import pytest_asyncio

from openclaw.domains.agents.errors import ProviderKeyUnreadableError
from openclaw.domains.agents.service import providers
from openclaw.kit import ids
from tests.domains.agents.chatting import chatting, use_model
from tests.support.accounts import Person, refused, register
from tests.support.scripted_openai import Fail, Say, ScriptedOpenAI
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEY = "sk-not-to-be-seen-1234"
BODY = {"kind": "openai", "name": "Local", "baseUrl": "http://127.0.0.1:9/v1", "model": "m1", "apiKey": KEY}


@pytest_asyncio.fixture(loop_scope="module")
async def ann(server: Server) -> Person:
    return await (await register(server)).create_workspace()


async def sealed_of(person: Person) -> bytes | None:
    async with person.server.owner() as owner:
        return await owner.fetchval(
            "SELECT sealed_key FROM model_providers WHERE workspace_id = $1", person.workspace_id
        )


async def key_in_use(person: Person, provider: dict[str, Any]) -> str:
    """What would be sent to the provider."""
    async with person.scope() as scope:
        provider_id = ids.from_wire("prov", provider["id"])
        return (await providers.get_config(scope, provider_id, person.server.platform.keys)).api_key


async def test_the_demo_model_until_there_is_another(ann: Person) -> None:
    assert await ann.get("/models") == {"nextCursor": None, "items": [await _demo()]}
    provider = await ann.post("/model-providers", BODY)
    models = (await ann.get("/models"))["items"]
    assert models == [{"id": provider["id"], "name": "m1", "provider": "Local", "demo": False}]
    await ann.delete(f"/model-providers/{provider['id']}")
    assert (await ann.get("/models"))["items"] == [await _demo()]


async def _demo() -> dict[str, Any]:
    return {"id": "demo", "name": "Demo model", "provider": "demo", "demo": True}


async def test_a_key_is_sealed_and_never_shown(ann: Person) -> None:
    provider = await ann.post("/model-providers", BODY)
    assert provider["keyHint"] == "…1234"
    path = f"/model-providers/{provider['id']}"
    await ann.patch(path, {"name": "Other"})
    everything = str([await ann.get("/model-providers"), await ann.get("/models"), await ann.get("/audit")])
    assert KEY not in everything
    assert "sealed" not in everything
    sealed = await sealed_of(ann)
    assert sealed is not None
    assert KEY.encode() not in sealed
    assert await key_in_use(ann, provider) == KEY


async def test_a_sealed_key_opens_in_its_workspace_only(ann: Person) -> None:
    await ann.post("/model-providers", BODY)
    sealed, keys = await sealed_of(ann), ann.server.platform.keys
    assert sealed is not None
    column = "model_providers.sealed_key"
    assert keys.decrypt(sealed, workspace_id=ann.workspace_id, column=column) == KEY
    for workspace_id, name in ((ids.new_id(), column), (ann.workspace_id, "other")):
        with pytest.raises(ValueError, match="was not sealed for this place"):
            keys.decrypt(sealed, workspace_id=workspace_id, column=name)


async def test_a_key_copied_into_another_workspace_is_useless(ann: Person) -> None:
    """Somebody who may write rows but has no key: the sealed bytes of others do not decrypt in theirs."""
    await ann.post("/model-providers", BODY)
    bob = await register(ann.server)
    stolen = await bob.post(
        "/model-providers", BODY | {"apiKey": None, "baseUrl": "http://127.0.0.1:9/thief"}
    )
    async with ann.server.owner() as owner:
        await owner.execute(
            "UPDATE model_providers SET sealed_key = (SELECT sealed_key FROM model_providers WHERE workspace_id = $1)"
            " WHERE workspace_id = $2",
            ann.workspace_id,
            bob.workspace_id,
        )
    with pytest.raises(ProviderKeyUnreadableError):
        await key_in_use(bob, stolen)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"baseUrl": "http://127.0.0.1:9/elsewhere"}, ""),
        ({"baseUrl": "http://127.0.0.1:9/elsewhere", "apiKey": "sk-another-key-5678"}, "sk-another-key-5678"),
        ({"baseUrl": BODY["baseUrl"]}, KEY),
        ({"model": "m2"}, KEY),
        ({"apiKey": "sk-another-key-5678"}, "sk-another-key-5678"),
        ({"apiKey": ""}, ""),
    ],
)
async def test_a_key_is_not_sent_to_an_address_that_it_was_not_given_for(
    ann: Person, change: dict[str, str], expected: str
) -> None:
    provider = await ann.post("/model-providers", BODY)
    changed = await ann.patch(f"/model-providers/{provider['id']}", change)
    assert await key_in_use(ann, provider) == expected
    assert bool(changed["keyHint"]) is bool(expected)


async def test_one_of_them_is_the_default(ann: Person) -> None:
    first = await ann.post("/model-providers", BODY | {"isDefault": False})
    assert first["isDefault"] is True, "the first one, whatever was asked"
    second = await ann.post("/model-providers", BODY | {"name": "Second", "isDefault": False})
    third = await ann.post("/model-providers", BODY | {"name": "Third"})
    names = [(p["name"], p["isDefault"]) for p in (await ann.get("/model-providers"))["items"]]
    assert names == [("Third", True), ("Local", False), ("Second", False)]
    await ann.patch(f"/model-providers/{second['id']}", {"isDefault": True})
    assert [p["name"] for p in (await ann.get("/model-providers"))["items"] if p["isDefault"]] == ["Second"]
    await ann.delete(f"/model-providers/{second['id']}")
    assert refused(await ann.api.delete(f"/model-providers/{second['id']}")) == (
        404,
        "agents.provider_not_found",
    )
    assert {p["id"] for p in (await ann.get("/model-providers"))["items"]} == {first["id"], third["id"]}


@pytest.mark.parametrize("role", ["viewer", "member", "admin"])
async def test_admins_keep_them_and_members_use_them(ann: Person, role: str) -> None:
    async with ScriptedOpenAI(lambda _: Say("hello")) as model:
        provider = await use_model(ann, model)
        bob = await ann.invite(await register(ann.server), role)
        path = f"/model-providers/{provider['id']}"
        assert len((await bob.get("/model-providers"))["items"]) == 1
        attempts = [
            await bob.api.post("/model-providers", json=BODY),
            await bob.api.patch(path, json={"name": "x"}),
            await bob.api.post(f"{path}/test"),
            await bob.api.delete(path),
        ]
        if role == "admin":
            assert [a.status_code for a in attempts] == [201, 200, 200, 204]
            return
        assert {refused(a) for a in attempts} == {(403, "workspaces.not_allowed")}
        if role == "member":
            async with chatting(bob) as chat:
                await chat.say("hi")
                assert (await chat.reply())["model"] == "scripted-1"


async def test_a_test_says_how_it_went(ann: Person) -> None:
    async with ScriptedOpenAI([Say("ready"), Fail(401, f"wrong key {KEY}")]) as model:
        provider = await use_model(ann, model, apiKey=KEY)
        good = await ann.post(f"/model-providers/{provider['id']}/test")
        assert (good["ok"], good["error"]) == (True, None)
        bad = await ann.post(f"/model-providers/{provider['id']}/test")
        assert (bad["ok"], bad["error"]["code"]) == (False, "runtime.provider_auth")
        assert KEY not in str(bad), "a provider that repeats the key does not make us repeat it"


async def test_changes_are_in_the_audit_log(ann: Person) -> None:
    provider = await ann.post("/model-providers", BODY)
    await ann.patch(f"/model-providers/{provider['id']}", {"name": "New"})
    await ann.delete(f"/model-providers/{provider['id']}")
    entries = [(e["action"], e["detail"]) for e in (await ann.get("/audit"))["items"][:3]]
    assert entries == [
        ("agents.provider_removed", {"name": "New"}),
        ("agents.provider_changed", {"name": "New"}),
        ("agents.provider_added", {"name": "Local"}),
    ]
