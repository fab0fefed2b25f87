"""The process that runs plugins is killed: another one runs them again under the same key, and obeys a kill switch."""

from collections import Counter

from tests.chaos.remote import RemoteServer
from tests.domains.plugins.making import archive, at_home, install, work
from tests.domains.workflows.peers import running_peer
from tests.domains.workflows.running import definition, finished, save, start
from tests.support.processes import Installation


async def test_killed_under_plugins(installation: Installation, remote: RemoteServer) -> None:
    ann = await remote.sign_up("plugins")
    async with running_peer() as peer:
        hosts = {"network": {"hosts": [f"localhost:{peer.port}"]}}
        runs: dict[str, str] = {}
        for name in ("kept", "switched-off"):
            await install(ann, archive(name=name, permissions=hosts))
            raw = definition(work(plugin=name, do="post", url=at_home(peer)), name=name)
            runs[name] = await start(ann, await save(ann, raw))
        await peer.until_asked(2)
        installation.roles["server"].kill()
        await peer.until_asked(4)  # by the worker, for there is nobody else
        installation.start_all("server")
        assert sorted(Counter(peer.keys).values()) == [2, 2], "the same work has the same key"
        await ann.post("/plugin-blocks", {"name": "switched-off", "reason": "Recalled."})
        found = {}
        for name in ("switched-off", "kept"):
            found[name] = await finished(ann, runs[name])
            peer.allow(4)
    assert found["kept"]["state"] == "completed", found
    assert found["switched-off"]["state"] == "failed"
    assert "Recalled." in found["switched-off"]["error"]["title"]
