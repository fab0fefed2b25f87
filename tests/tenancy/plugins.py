"""One of everything about plugins, made by the parts themselves and without a jail."""

from openclaw.domains.plugins.repository.installed import put_call
from openclaw.domains.plugins.service import entries
from openclaw.domains.workflows.service import files
from openclaw.kit import ids
from tests.domains.plugins.making import ACTION, archive, publish
from tests.support.accounts import Person


async def furnish_plugins(person: Person, secret: str, found: dict[str, list[str]]) -> None:
    """A package and its installation with something that it keeps, a kill switch, a call, and a file of a run."""
    script = archive(
        files={"plugin.js": b"function execute(job) { return {} }", "README.md": secret.encode()},
        name=f"worker-{person.username}",
        entry="plugin.js",
        description={"en": secret},
        actions={"execute": ACTION},
    )
    package = (await publish(person, script))["id"]
    body = {"packageId": package, "permissions": {"kv": {}}, "settings": {"greeting": secret}}
    plugin = (await person.post("/plugins", body))["id"]
    switch = {"name": f"other-{person.username}", "reason": secret}
    await person.put("/plugin-settings", {"leastTier": "landlock"})
    run_id = ids.from_wire("wrun", found["workflow_run_id"][0])
    async with person.scope() as scope:
        kept = {"key": "k", "value": secret}
        await entries.answer(scope, ids.from_wire("plug", plugin), "kv.set", kept)
        call = {
            "name": "worker",
            "version": "1.0.0",
            "action": "execute",
            "state": "completed",
            "usage": {},
            "logs": secret,
            "started_at": scope.now(),
            "finished_at": scope.now(),
        }
        await put_call(scope, {"id": ids.new_id(), "run_id": run_id, "path": "work", **call})
        given = await files.put_files(
            scope,
            person.server.platform.blobs,
            run_id=run_id,
            path="work",
            attempt_id=ids.new_id(),
            files=[(f"{secret}.txt", "text/plain", secret.encode())],
        )
    found["plugin_id"], found["package_id"] = [plugin], [package]
    found["block_id"] = [(await person.post("/plugin-blocks", switch))["id"]]
    found["file_id"] = [given[0]["$file"]["id"]]
