"""Put in, changed, brought to another version, taken out: all of it or nothing, and only what was granted."""

from typing import Any

import pytest

from tests.domains.plugins.making import OTHER_SIGNER, archive, install, publish, work
from tests.domains.plugins.wheels import MOON, PLUGIN, needing
from tests.domains.workflows.running import definition, run
from tests.support.accounts import Person, refused, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def rows(person: Person) -> dict[str, Any]:
    """How many rows the workspace has."""
    async with person.server.owner() as owner:
        names = ("plugins", "plugin_packages", "plugin_publishers", "plugin_entries")
        return {
            name: await owner.fetchval(
                f"SELECT count(*) FROM {name} WHERE workspace_id = $1", person.workspace_id
            )
            for name in names
        }


async def attempt(person: Person, package: dict[str, Any], **more: Any) -> tuple[int, str, dict[str, Any]]:
    """How installing ends that must not work."""
    answer = await person.api.post("/plugins", json={"packageId": package["id"], **more})
    return *refused(answer), answer.json()


async def test_when_a_hook_fails_nothing_is_installed(server: Server) -> None:
    ann = await register(server)
    package = await publish(ann)
    granted = {"kv": {}}
    for settings, code, words in (
        ({"hook": "fail"}, "plugins.hook_failed", "There is no room for me."),
        ({"hook": "phone"}, "plugins.hook_failed", "http was not granted"),
        ({"greeting": "wrong"}, "plugins.wrong_settings", "does not work with them"),
    ):
        _, found, body = await attempt(ann, package, settings=settings, permissions=granted)
        assert found == code
        assert words in body["title"]
    assert await rows(ann) == {
        "plugins": 0,
        "plugin_packages": 1,
        "plugin_publishers": 1,
        "plugin_entries": 0,
    }
    body = {"packageId": package["id"], "permissions": granted, "settings": {"hook": "keep"}}
    installed = await ann.post("/plugins", body)
    assert (await rows(ann))["plugin_entries"] == 1, "what on_install kept"
    assert (await attempt(ann, package, permissions=granted))[:2] == (409, "plugins.installed")
    await ann.delete(f"/plugins/{installed['id']}")
    assert (await rows(ann))["plugin_entries"] == 0, "its hook fails, and cannot prevent it"
    actions = [each["action"] for each in (await ann.get("/audit"))["items"]]
    assert actions[:3] == ["plugins.uninstalled", "plugins.installed", "plugins.published"]


async def test_what_is_granted_is_no_more_than_what_is_asked_for(server: Server) -> None:
    ann = await register(server)
    package = await publish(ann, archive(permissions={"network": {"hosts": ["*.example.com"]}}))
    assert [each["words"] for each in package["permissions"]] == ["Reach these hosts: *.example.com"]
    for more in (
        {"kv": {}},
        {"network": {"hosts": ["example.org"]}},
        {"network": {"hosts": ["*"]}},
        {"x": {}},
    ):
        assert (await attempt(ann, package, permissions=more))[:2] == (422, "request.invalid")
    less = {"network": {"hosts": ["api.example.com"]}}
    installed = await ann.post("/plugins", {"packageId": package["id"], "permissions": less})
    assert [each["items"] for each in installed["permissions"]] == [["api.example.com"]]
    assert [each["items"] for each in installed["asked"]] == [["*.example.com"]]


async def test_an_update_that_wants_more_has_to_be_granted_more(server: Server) -> None:
    ann = await register(server)
    installed = await install(ann)
    wider = await publish(
        ann, archive(version="1.1.0", permissions={"kv": {}, "network": {"hosts": ["example.com"]}})
    )
    path = f"/plugins/{installed['id']}/update"
    detail = await ann.get(f"/plugin-packages/{wider['id']}")
    assert [(c["name"], c["kind"], c["needsConsent"]) for c in detail["changes"]] == [
        ("network", "added", True)
    ]
    answer = await ann.api.post(path, json={"packageId": wider["id"]})
    assert refused(answer) == (409, "plugins.permissions_not_granted")
    assert "Reach these hosts: example.com" in answer.json()["title"]
    assert (await ann.get(f"/plugins/{installed['id']}"))["version"] == "1.0.0"
    updated = await ann.post(path, {"packageId": wider["id"], "permissions": {"kv": {}}})
    assert (updated["version"], [each["name"] for each in updated["permissions"]]) == ("1.1.0", ["kv"])
    narrower = await publish(ann, archive(version="1.2.0", permissions={}))
    updated = await ann.post(path, {"packageId": narrower["id"]})
    assert (updated["version"], updated["permissions"]) == ("1.2.0", [])


async def test_another_publisher_has_to_be_accepted_twice(server: Server) -> None:
    """By the registry for the name, and by the workspace for what it has installed."""
    ann = await (await register(server)).create_workspace()
    admin = await ann.invite(await register(server), "admin")
    installed = await install(ann)
    other = archive(version="2.0.0", signer=OTHER_SIGNER)
    headers = {"Content-Type": "application/octet-stream"}
    answer = await ann.api.post("/plugin-packages", content=other, headers=headers)
    assert refused(answer) == (409, "plugins.publisher_changed")
    body = {"name": "worker", "visibility": "private", "key": answer.json()["data"]["found"]}
    assert refused(await admin.api.post("/plugin-publishers/accept", json=body))[0] == 403
    await ann.post("/plugin-publishers/accept", body)
    package = await publish(ann, other)
    path = f"/plugins/{installed['id']}/update"
    assert (await ann.get(f"/plugin-packages/{package['id']}"))["publisherChanged"]
    answer = await ann.api.post(path, json={"packageId": package["id"]})
    assert refused(answer) == (409, "plugins.publisher_changed")
    updated = await ann.post(path, {"packageId": package["id"], "acceptPublisher": True})
    assert updated["publisherKey"] == body["key"]


async def test_only_admins_install(server: Server) -> None:
    ann = await (await register(server)).create_workspace()
    member = await ann.invite(await register(server), "member")
    installed = await install(ann)
    package = installed["packageId"]
    path = f"/plugins/{installed['id']}"
    for answer in (
        await member.api.post("/plugins", json={"packageId": package}),
        await member.api.post(f"{path}/update", json={"packageId": package}),
        await member.api.patch(path, json={"enabled": False}),
        await member.api.delete(path),
        await member.api.put("/plugin-settings", json={"leastTier": "landlock"}),
        await member.api.post("/plugin-blocks", json={"name": "worker", "reason": "x"}),
        await member.api.post("/plugin-packages", content=archive(version="3.0.0")),
    ):
        assert refused(answer) == (403, "workspaces.not_allowed")
    done = await run(member, definition(work(do="echo", text="x")))
    assert done["state"] == "completed", "what is installed is for all members"


async def test_a_secret_that_is_not_given_again_stays(server: Server) -> None:
    ann = await register(server)
    asked = {"secrets": {"names": ["token", "other"]}}
    plugin = await install(ann, archive(permissions=asked), secrets={"token": "s3cret-thing"})
    changed = await ann.patch(f"/plugins/{plugin['id']}", {"secrets": {"other": "more"}})
    assert changed["secrets"] == ["other", "token"]
    changed = await ann.patch(f"/plugins/{plugin['id']}", {"settings": {"greeting": "Hello"}})
    assert changed["secrets"] == ["other", "token"]


async def test_a_disabled_plugin_does_not_run(server: Server) -> None:
    ann = await register(server)
    installed = await install(ann)
    await ann.patch(f"/plugins/{installed['id']}", {"enabled": False})
    done = await run(ann, definition(work(do="echo")))
    assert done["error"]["title"].endswith("worker is disabled in this workspace.")
    await ann.patch(f"/plugins/{installed['id']}", {"enabled": True, "settings": {"greeting": "again"}})
    assert (await run(ann, definition(work(do="echo"))))["output"]["greeting"] == "again"


async def test_a_plugin_imports_the_wheels_that_it_brings(server: Server) -> None:
    ann = await register(server)
    files = {"worker.py": PLUGIN, "wheels/moon-1.0-py3-none-any.whl": MOON}
    await install(ann, archive(files=files, dependencies=needing(MOON)))
    done = await run(ann, definition(work(do="x")))
    assert done["output"] == {"text": "full"}
    missing = archive(version="2.0.0", files={"worker.py": PLUGIN}, dependencies=needing(MOON))
    package = await ann.api.post("/plugin-packages", content=missing)
    answer = await ann.api.post("/plugins", json={"packageId": package.json()["id"]})
    assert refused(answer) == (409, "plugins.dependency")
    assert "no index is configured" in answer.json()["title"]
