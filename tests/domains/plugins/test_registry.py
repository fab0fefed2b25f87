"""Registries: hostile packages at the door, whose name it is, review, withdrawal, kill switches."""

from typing import Any

import pytest

from openclaw.protocol.packages.archive import PackageLimits, read_archive, write_archive
from openclaw.protocol.packages.package import MANIFEST, SIGNATURE
from tests.domains.plugins.making import OTHER_SIGNER, SIGNER, archive, at_home, install, publish, send, work
from tests.domains.workflows.peers import running_peer
from tests.domains.workflows.running import definition, ended, run, save, start
from tests.protocol.packages import hostile
from tests.support.accounts import Person, refused, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def people() -> dict[str, Person]:
    """The operator is whoever came first."""
    return {}


async def operator(server: Server, people: dict[str, Person]) -> Person:
    if "operator" not in people:
        people["operator"] = await register(server)
    return people["operator"]


async def stored(server: Server) -> tuple[Any, ...]:
    """All that publishing leaves behind."""
    async with server.owner() as owner:
        counts = await owner.fetchrow(
            "SELECT (SELECT count(*) FROM plugin_packages), (SELECT count(*) FROM plugin_publishers),"
            " (SELECT count(*) FROM audit_entries WHERE action LIKE 'plugins.%')"
        )
    assert counts is not None
    blobs = server.platform.config.home / "blobs" / "content"
    return *counts, sorted(path.name for path in blobs.glob("*"))


def changed(name: str, body: bytes | None) -> bytes:
    """The worker's archive with one file replaced or taken out, its signature as it was."""
    files = {key: value for key, value in read_archive(archive(), PackageLimits()).items() if key != name}
    return write_archive({**files, name: body} if body is not None else files)


async def test_what_is_hostile_is_refused_and_leaves_nothing(
    server: Server, people: dict[str, Person]
) -> None:
    ann = await operator(server, people)
    before = await stored(server)
    sound = archive()
    manifest = read_archive(sound, PackageLimits())[MANIFEST]
    cases = {
        "nothing": b"",
        "no archive": b"x" * 5000,
        "path escape": sound.replace(b"worker.py", b"../ker.py"),
        "changed file": changed("worker.py", b"import os\n"),
        "missing file": changed("worker.py", None),
        "unlisted file": changed("more.py", b"x = 1\n"),
        "unsigned": changed(SIGNATURE, None),
        "changed manifest": changed(MANIFEST, manifest.replace(b'"1.0.0"', b'"1.0.1"')),
        "no manifest": changed(MANIFEST, None),
        "more behind it": sound + b"PK",
        "bomb": changed("zeros", bytes(70 << 20)),
        "a path out of it, signed": hostile.with_file("../x.py"),
        "a link": hostile.symlink(),
        "a claim of a terabyte": hostile.claims(1 << 40 & 0xFFFFFFFF),
        "a lie about a size": hostile.lying_size(),
        "files that overlap": hostile.overlapping(),
        "an unknown permission": hostile.with_manifest(permissions={"everything": {}}),
    }
    for why, body in cases.items():
        for visibility in ("private", "public"):
            answer = await send(ann, body, visibility=visibility)
            assert refused(answer) == (422, "packages.refused"), (why, answer.text)
    hanging = {"type": "object", "properties": {"x": {"type": "string", "pattern": "(?=a)*b"}}}
    action = {"title": {"en": "x"}, "input": hanging, "output": {}}
    answer = await send(ann, archive(actions={"execute": action}))
    assert refused(answer) == (422, "packages.refused"), "a pattern that has no linear time"
    assert refused(await send(ann, b"x" * (33 << 20)))[0] == 413
    assert await stored(server) == before


async def test_a_version_never_changes(server: Server, people: dict[str, Person]) -> None:
    await operator(server, people)
    ann = await register(server)
    package = await publish(ann)
    assert (await publish(ann))["id"] == package["id"]
    other = archive(description={"en": "Something else."})
    assert refused(await send(ann, other)) == (409, "plugins.package_exists")
    await publish(ann, archive(version="1.10.0"))
    await publish(ann, archive(version="1.10.0-rc.1"))
    await publish(ann, archive(version="1.9.0"))
    listed = (await ann.get("/plugin-packages?name=worker&source=private"))["items"]
    assert [each["version"] for each in listed] == ["1.10.0", "1.10.0-rc.1", "1.9.0", "1.0.0"]
    downloaded = await ann.api.get(f"/plugin-packages/{package['id']}/archive")
    assert downloaded.content == archive()


async def test_a_readme_is_read_by_those_who_may_see_the_package(
    server: Server, people: dict[str, Person]
) -> None:
    await operator(server, people)
    ann, bob = await register(server), await register(server)
    files = {"worker.py": b"class Worker: ...", "README.md": "# 工人".encode()}
    package = await publish(ann, archive(files=files))
    assert package["hasReadme"]
    path = f"/plugin-packages/{package['id']}/readme"
    assert await ann.get(path) == {"text": "# 工人"}
    assert refused(await bob.api.get(path)) == (404, "plugins.not_found")
    plain = await publish(ann, archive(version="1.0.1"))
    assert not plain["hasReadme"]
    assert refused(await ann.api.get(f"/plugin-packages/{plain['id']}/readme")) == (404, "plugins.not_found")


async def test_the_marketplace_is_searched_in_both_languages(
    server: Server, people: dict[str, Person]
) -> None:
    await operator(server, people)
    ann = await register(server)
    await publish(ann)
    await publish(ann, archive(version="1.2.0"))
    await publish(ann, archive(name="painter", category="art", title={"en": "Painter", "zh": "画家"}))
    for query, found in (
        ("q=worker", ["worker"]),
        ("q=画家", ["painter"]),
        ("q=CHORES somebody", ["painter", "worker"]),
        ("category=art", ["painter"]),
        ("q=nothing", []),
    ):
        items = (await ann.get(f"/plugin-packages?source=private&{query}"))["items"]
        assert [each["name"] for each in items] == found, query
    page = await ann.get("/plugin-packages?source=private&limit=1")
    assert [each["name"] for each in page["items"]] == ["painter"]
    page = await ann.get(f"/plugin-packages?source=private&limit=1&cursor={page['nextCursor']}")
    assert [(each["name"], each["version"]) for each in page["items"]] == [("worker", "1.2.0")]
    chinese = await ann.get("/plugin-packages?q=worker", headers={"Accept-Language": "zh"})
    assert chinese["items"][0]["permissions"][0]["words"] == "在多次调用之间保存少量数据"


async def test_what_is_for_everybody_is_looked_at_first(server: Server, people: dict[str, Person]) -> None:
    boss = await operator(server, people)
    ann, bob = await register(server), await register(server)
    package = await publish(ann, visibility="public")
    path = f"/plugin-packages/{package['id']}"
    assert package["reviewState"] == "pending"
    assert refused(await bob.api.get(path))[0] == 404
    assert refused(await bob.api.post(f"{path}/review", json={"decision": "approve"}))[0] == 404
    assert refused(await ann.api.post(f"{path}/review", json={"decision": "approve"})) == (
        403,
        "plugins.not_operator",
    )
    body = {"packageId": package["id"], "permissions": {}}
    assert refused(await ann.api.post("/plugins", json=body)) == (409, "plugins.package_unusable")
    assert refused(await ann.api.get("/plugin-reviews")) == (403, "plugins.not_operator")
    assert [each["id"] for each in (await boss.get("/plugin-reviews"))["items"]] == [package["id"]]
    assert (await boss.api.get(f"{path}/archive")).content == archive(), "to be looked at"
    await boss.post(f"{path}/review", {"decision": "reject", "note": "Too greedy."})
    assert (await ann.get(path))["reviewNote"] == "Too greedy."
    await boss.post(f"{path}/review", {"decision": "approve"})
    assert (await bob.get(path))["source"] == "public"
    await bob.post("/plugins", body)
    assert (await run(bob, definition(work(do="echo", text="x"))))["state"] == "completed"

    stolen = archive(version="6.6.6", signer=OTHER_SIGNER)
    assert refused(await send(bob, stolen, visibility="public")) == (409, "plugins.publisher_changed")
    accept = {"name": "worker", "visibility": "public", "key": "0" * 64}
    assert refused(await ann.api.post("/plugin-publishers/accept", json=accept))[0] == 403
    assert refused(await bob.api.post(f"{path}/yank", json={"yanked": True})) == (
        403,
        "plugins.package_not_own",
    )
    await ann.post(f"{path}/deprecate", {"message": "Use painter."})
    await boss.post(f"{path}/yank", {"yanked": True, "reason": "It is broken."})
    seen = await bob.get(path)
    assert (seen["yanked"], seen["yankReason"], seen["deprecated"]) == (True, "It is broken.", "Use painter.")
    carl = await register(server)
    assert "It is broken." in (await carl.api.post("/plugins", json=body)).json()["title"]
    assert (await run(bob, definition(work(do="echo"), name="Still")))["state"] == "completed"


async def installed(person: Person, port: int) -> None:
    """The worker, which may reach a peer."""
    hosts = {"network": {"hosts": [f"localhost:{port}"]}}
    await install(person, archive(permissions=hosts), permissions=hosts)


async def test_a_running_call_is_ended_and_further_ones_are_refused(
    server: Server, people: dict[str, Person]
) -> None:
    boss = await operator(server, people)
    ann, bob = await register(server), await register(server)
    async with running_peer() as peer:
        for person in (ann, bob):
            await installed(person, peer.port)
        raw = definition(work(do="post", url=at_home(peer)))
        workflows = [await save(person, raw) for person in (ann, bob)]
        with server.watching(ann.topic) as watch, server.watching(bob.topic) as other:
            runs = [await start(p, w) for p, w in zip((ann, bob), workflows, strict=True)]
            await peer.until_asked(2)
            block = await ann.post("/plugin-blocks", {"name": "worker", "reason": "It leaks."})
            await ended(watch, runs[0])
            assert (await bob.get(f"/workflow-runs/{runs[1]}"))["finishedAt"] is None, "another workspace"
            everywhere = {"name": "worker", "version": "1.0.0", "reason": "Recalled.", "everywhere": True}
            assert refused(await bob.api.post("/plugin-blocks", json=everywhere)) == (
                403,
                "plugins.not_operator",
            )
            recalled = await boss.post("/plugin-blocks", everywhere)
            await ended(other, runs[1])
    for person, run_id, reason in ((ann, runs[0], "It leaks."), (bob, runs[1], "Recalled.")):
        done = await person.get(f"/workflow-runs/{run_id}")
        assert done["state"] == "failed"
        assert f"worker 1.0.0 was switched off: {reason}" in done["error"]["title"]
        assert (await person.get("/plugins"))["items"][0]["blocked"] is not None
        assert (await person.get("/plugin-calls"))["items"][0]["state"] == "stopped"
    plugin = (await ann.get("/plugins"))["items"][0]
    answer = await ann.api.patch(f"/plugins/{plugin['id']}", json={"settings": {}})
    assert refused(answer) == (409, "plugins.hook_failed"), "not even its hooks run"
    assert "was switched off" in answer.json()["title"]
    assert not (await ann.patch(f"/plugins/{plugin['id']}", {"enabled": False}))["enabled"]
    again = await run(bob, definition(work(do="echo"), name="Again"))
    assert "Recalled." in again["error"]["title"]
    path = f"/plugin-blocks/{recalled['id']}"
    assert refused(await bob.api.delete(path)) == (403, "plugins.not_operator")
    await boss.delete(path)
    assert (await run(bob, definition(work(do="echo"), name="Back")))["state"] == "completed"
    await ann.delete(f"/plugin-blocks/{block['id']}")
    actions = [each["action"] for each in (await ann.get("/audit"))["items"]]
    assert {"plugins.blocked", "plugins.unblocked"} <= set(actions)


async def test_a_publisher_can_be_switched_off(server: Server) -> None:
    ann = await register(server)
    package = await publish(ann)
    key = SIGNER.public_key().public_bytes_raw().hex()
    await ann.post("/plugin-blocks", {"publisherKey": key, "reason": "Stolen key."})
    answer = await ann.api.post("/plugins", json={"packageId": package["id"]})
    assert refused(answer) == (403, "plugins.blocked")
    assert refused(await send(ann, archive(version="2.0.0"))) == (403, "plugins.blocked")
    assert refused(await ann.api.post("/plugin-blocks", json={"reason": "All."}))[0] == 422


async def test_what_is_uninstalled_is_ended(server: Server) -> None:
    ann = await register(server)
    async with running_peer() as peer:
        await installed(ann, peer.port)
        workflow = await save(ann, definition(work(do="post", url=at_home(peer))))
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            await peer.until_asked(1)
            plugin = (await ann.get("/plugins"))["items"][0]
            await ann.delete(f"/plugins/{plugin['id']}")
            await ended(watch, run_id)
    done = await ann.get(f"/workflow-runs/{run_id}")
    assert "it was uninstalled" in done["error"]["title"]
