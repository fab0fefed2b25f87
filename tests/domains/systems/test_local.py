"""Local-only systems: what they hold is on their machine. No row of the server and no frame has a word of it.

The machine is a socket of the test's whose answers come from the bridge's own vault.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from openclaw.apps.bridge.state import VAULT, StateFolder
from openclaw.apps.bridge.tools.failures import ToolFailedError
from openclaw.apps.bridge.vault import owner as at_the_machine
from openclaw.apps.bridge.vault.commands import VaultCommands, decode_vault_call
from openclaw.apps.bridge.vault.store import VaultStore
from openclaw.kit.clock import SystemClock
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.tools import ARGUMENTS
from openclaw.protocol.vault import VAULT_ARGUMENTS
from tests.support.accounts import Person, refused, register
from tests.support.devices import Call, OnlineMachine, link, online
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLANTED = [f"PLANTED-{number:02}-{'xyz' * 3}" for number in range(20)]


class Vaulted:
    """A linked machine with a vault. ``frames``: all that it ever sent of it."""

    def __init__(self, folder: Path, peer: OnlineMachine, device_id: str) -> None:
        self.folder = StateFolder(folder)
        self.commands = VaultCommands(VaultStore(self.folder.path / VAULT, clock=SystemClock()))
        self.device_id = device_id
        self.peer = peer
        self.frames: list[str] = []
        self._works = spawn(self._work(), name="vault of a test machine")

    async def close(self) -> None:
        await cancel_and_wait(self._works)

    def edit(self, system_id: str, **changes: Any) -> None:
        """As the person at the machine does it."""
        document = at_the_machine.show(self.folder, system_id, None) | changes
        file = self.folder.path / "edited.json"
        file.write_text(json.dumps(document))
        at_the_machine.replace(self.folder, system_id, file)

    def holds(self, system_id: str) -> str:
        """All that the machine keeps of a system."""
        return json.dumps(at_the_machine.show(self.folder, system_id, None))

    async def _work(self) -> None:
        while True:
            await self._answer(await self.peer.next_call())

    async def _answer(self, call: Call) -> None:
        try:
            command = decode_vault_call(call.command, json.dumps(call.params))
            answer = await self.commands.perform(command, device_id=self.device_id)
        except ToolFailedError as failed:
            self.frames.append(failed.failure.message)
            await call.fail(failed.failure.code, failed.failure.message)
            return
        self.frames.append(msgspec.json.encode(answer).decode())
        await call.answer(json.loads(self.frames[-1]))


@asynccontextmanager
async def machine_of(person: Person, folder: Path, **changes: Any) -> AsyncIterator[Vaulted]:
    commands = changes.pop("commands", [*ARGUMENTS, *VAULT_ARGUMENTS])
    linked = await link(person)
    async with online(linked, commands=commands) as peer:
        machine = Vaulted(folder, peer, linked.session["deviceId"])
        try:
            yield machine
        finally:
            await machine.close()


async def make(person: Person, machine: Vaulted, **more: Any) -> dict[str, Any]:
    body = {"template": "custom", "syncMode": "local_only", "deviceId": machine.device_id}
    return await person.post("/systems", body | more)


async def all_rows(server: Server) -> str:
    """Every row of every table, as text."""
    async with server.owner() as owner:
        tables = await owner.fetch(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables"
            " WHERE table_schema IN ('public', 'dbos') AND table_type = 'BASE TABLE'"
        )
        rows = [str(await owner.fetch(f"SELECT to_jsonb(t)::text FROM {table[0]} t")) for table in tables]
    return "\n".join(rows)


async def test_what_a_local_only_system_holds_stays_on_its_machine(server: Server, tmp_path: Path) -> None:
    ann = await register(server)
    async with machine_of(ann, tmp_path) as machine:
        system = await make(ann, machine, name="Own")
        path = f"/systems/{system['id']}"
        assert (system["profile"], system["deviceId"]) == (None, machine.device_id)
        texts = [{"id": f"p{n}", "title": word, "text": word} for n, word in enumerate(PLANTED)]
        roles = [{"id": "planner", "name": PLANTED[0], "description": PLANTED[1], "skills": [PLANTED[2]]}]
        machine.edit(system["id"], prompts=texts, roles=roles, description=PLANTED[3])

        saved = await ann.post(f"{path}/snapshots", {"kind": "milestone", "label": "mine"})
        assert (await ann.get(f"{path}/snapshots/{saved['id']}"))["content"] is None
        compared = await ann.post(f"{path}/snapshots/compare", {"before": system["baselineSnapshotId"]})
        assert compared["changes"] == []
        assert {each["field"] for each in compared["counts"]} == {"prompts", "roles", "description"}
        plan = await ann.post(f"{path}/restore-plan", {"snapshotId": system["baselineSnapshotId"]})
        assert plan["changes"] == []
        done = await ann.post(f"{path}/restore", {"token": plan["token"]})
        assert PLANTED[4] not in machine.holds(system["id"])
        undo = await ann.post(f"{path}/restore-plan", {"snapshotId": done["checkpoint"]["id"]})
        await ann.post(f"{path}/restore", {"token": undo["token"]})
        assert all(word in machine.holds(system["id"]) for word in PLANTED)
        clone = await ann.post(f"{path}/clone", {"name": "Clone"})
        assert all(word in machine.holds(clone["id"]) for word in PLANTED)
        await ann.post(f"{path}/branches", {"name": "line"})
        machine.edit(system["id"], description="another")
        await ann.post(f"{path}/snapshots/refresh")
        kinds = [each["kind"] for each in (await ann.get(f"{path}/snapshots"))["items"]]
        assert kinds.count("auto_checkpoint") == 4, "the two edits and the two restores"
        await ann.post(f"{path}/launch-plan", {"intake": {"task": "x"}})

        rows = await all_rows(server)
        assert system["id"].removeprefix("sys_") in rows.replace("-", "")
        seen = rows + "".join(machine.frames)
        assert not [word for word in PLANTED if word in seen]
        blobs = server.platform.config.home / "blobs"
        assert not [
            f for f in blobs.rglob("*") if f.is_file() and PLANTED[0] in f.read_text(errors="replace")
        ]
        restored = [e for e in (await ann.get("/audit"))["items"] if e["action"] == "systems.restored"]
        assert len(restored) == 2


async def test_the_database_itself_refuses_content_of_a_local_only_system(
    server: Server, tmp_path: Path
) -> None:
    ann = await register(server)
    async with machine_of(ann, tmp_path) as machine:
        await make(ann, machine)
        async with server.owner() as owner:
            for statement in (
                "UPDATE systems SET profile = '{}' WHERE is_local",
                "UPDATE systems SET sync_mode = 'full' WHERE is_local",
                "UPDATE systems SET visibility = 'public' WHERE is_local",
                "UPDATE system_snapshots SET content = '{}' WHERE is_local",
            ):
                with pytest.raises(asyncpg.CheckViolationError):
                    await owner.execute(statement)
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                await owner.execute(
                    "UPDATE system_snapshots SET is_local = false, content = '{}' WHERE is_local"
                )


async def test_what_cannot_be_with_a_local_only_system(server: Server, tmp_path: Path) -> None:
    ann, bob = await register(server), await register(server)
    async with machine_of(ann, tmp_path) as machine:
        system = await make(ann, machine)
        path = f"/systems/{system['id']}"
        for body, code in (
            ({"profile": {"roles": []}}, "systems.kept_on_device"),
            ({"syncMode": "full"}, "systems.sync_mode_fixed"),
            ({"visibility": "public"}, "systems.kept_on_device"),
        ):
            assert refused(await ann.api.patch(path, json=body)) == (409, code)
        assert refused(await ann.api.post(f"{path}/share")) == (409, "systems.kept_on_device")
        local = {"syncMode": "local_only"}
        assert refused(await ann.api.post("/systems", json=local)) == (422, "systems.device_needed")
        away = local | {"deviceId": (await link(ann, "away")).session["deviceId"]}
        assert refused(await ann.api.post("/systems", json=away)) == (409, "devices.offline")
        stolen = local | {"deviceId": machine.device_id}
        assert refused(await bob.api.post("/systems", json=stolen)) == (404, "devices.not_found")
        of_machine = stolen | {"profile": {"roles": [{"id": "a", "name": PLANTED[0]}]}}
        assert refused(await ann.api.post("/systems", json=of_machine)) == (422, "request.invalid")
        assert PLANTED[0] not in await all_rows(server)
        assert len(at_the_machine.list_systems(machine.folder)) == 1, "what was refused is not begun there"


async def test_a_machine_without_vaults_is_told_apart(server: Server, tmp_path: Path) -> None:
    ann = await register(server)
    async with machine_of(ann, tmp_path, commands=[*ARGUMENTS]) as machine:
        body = {"syncMode": "local_only", "deviceId": machine.device_id}
        assert refused(await ann.api.post("/systems", json=body)) == (409, "systems.vault_not_offered")


async def test_of_restores_on_a_machine_one_is_done(server: Server, tmp_path: Path) -> None:
    ann = await register(server)
    async with machine_of(ann, tmp_path) as machine:
        system = await make(ann, machine)
        path = f"/systems/{system['id']}"
        machine.edit(system["id"], description="changed")
        plan = await ann.post(f"{path}/restore-plan", {"snapshotId": system["baselineSnapshotId"]})
        body = {"token": plan["token"]}
        answers = await asyncio.gather(*(ann.api.post(f"{path}/restore", json=body) for _ in range(4)))
        assert sorted(a.status_code for a in answers) == [200, 409, 409, 409]
        machine.edit(system["id"], description="changed again")
        plan = await ann.post(f"{path}/restore-plan", {"snapshotId": system["baselineSnapshotId"]})
        machine.edit(system["id"], description="and again")
        late = await ann.api.post(f"{path}/restore", json={"token": plan["token"]})
        assert refused(late) == (409, "systems.changed_meanwhile")


async def test_what_a_lying_machine_says_besides_is_not_kept(server: Server, tmp_path: Path) -> None:
    """It may add what it likes to its answers, and break its own vault; the server keeps ids, labels and digests."""
    ann = await register(server)
    linked = await link(ann)
    digest = "0" * 64
    kept = {
        "id": "1" * 32,
        "kind": "baseline",
        "label": "x",
        "scopes": ["system_config"],
        "digest": digest,
        "bytes": 1,
        "createdAt": "not a time",
        "content": PLANTED[5],
    }
    lies = [
        {"digest": digest, "snapshots": [kept], "document": PLANTED[5]},
        {"digest": PLANTED[5], "snapshots": []},
        {"digest": digest, "snapshots": [kept | {"kind": PLANTED[5]}]},
    ]
    answers = iter(lies)
    async with online(
        linked, {"vault.create": lambda _: next(answers)}, commands=[*ARGUMENTS, *VAULT_ARGUMENTS]
    ):
        body = {"syncMode": "local_only", "deviceId": linked.session["deviceId"]}
        assert (await ann.api.post("/systems", json=body)).status_code == 201
        for _ in lies[1:]:
            assert refused(await ann.api.post("/systems", json=body)) == (409, "systems.vault_failed")
    async with server.owner() as owner:
        rows = str(await owner.fetch("SELECT to_jsonb(s) FROM systems s"))
        rows += str(await owner.fetch("SELECT to_jsonb(s) FROM system_snapshots s"))
        rows += str(await owner.fetch("SELECT to_jsonb(s) FROM device_calls s WHERE command LIKE 'vault.%'"))
    assert PLANTED[5] not in rows


async def test_a_deleted_local_only_system_is_gone_from_its_machine(server: Server, tmp_path: Path) -> None:
    ann = await register(server)
    async with machine_of(ann, tmp_path) as machine:
        system = await make(ann, machine)
        path = f"/systems/{system['id']}"
        await ann.patch(path, {"status": "archived"})
        await ann.delete(path)
        assert at_the_machine.list_systems(machine.folder) == []
        assert refused(await ann.api.get(path))[0] == 404
        other = f"/systems/{(await make(ann, machine))['id']}"
        await ann.patch(other, {"status": "archived"})
        await ann.delete(f"/devices/{machine.device_id}")
        await ann.delete(other)
        assert len(at_the_machine.list_systems(machine.folder)) == 1, "who is unlinked is asked for nothing"
