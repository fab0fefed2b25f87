"""Kill switches: what runs is ended, what comes is refused, with the words of whoever set it."""

import pytest

from tests.domains.plugins.making import SIGNER, archive, at_home, install, publish, send, work
from tests.domains.workflows.peers import running_peer
from tests.domains.workflows.running import definition, ended, run, save, start
from tests.support.accounts import Person, refused, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def installed(person: Person, port: int) -> None:
    """The worker, which may reach a peer."""
    hosts = {"network": {"hosts": [f"localhost:{port}"]}}
    await install(person, archive(permissions=hosts), permissions=hosts)


async def test_a_running_call_is_ended_and_further_ones_are_refused(server: Server) -> None:
    boss = await register(server)
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
    await register(server)
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
