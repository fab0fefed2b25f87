"""Vaults on a machine: what is kept, put back and told, and that nothing of it is told."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest

from openclaw.apps.bridge.errors import VaultRefusedError
from openclaw.apps.bridge.state import VAULT, StateFolder
from openclaw.apps.bridge.tools.failures import ToolFailedError
from openclaw.apps.bridge.vault import owner
from openclaw.apps.bridge.vault.commands import VaultCommands, decode_vault_call
from openclaw.apps.bridge.vault.store import VaultStore
from openclaw.kit.clock import SystemClock
from openclaw.protocol.vault import PRESETS, VAULT_ARGUMENTS
from tests.apps.bridge.conftest import RunningBridge
from tests.apps.bridge.gateway_peer import NodeConnection

SYSTEM, OTHER = "a" * 32, "b" * 32
FULL = list(PRESETS["full"])
PLANTED = "PLANTED-7Q"


def numbered(number: int) -> str:
    return f"{number:032x}"


class Keeper:
    """A machine's vault, asked as the server asks. ``told``: all that it ever answered, as it would be sent."""

    def __init__(self, folder: Path) -> None:
        self.folder = StateFolder(folder)
        self.store = VaultStore(self.folder.path / VAULT, clock=SystemClock())
        self.commands = VaultCommands(self.store)
        self.told: list[str] = []

    async def ask(self, command: str, *, device_id: str = "dev", **arguments: Any) -> Any:
        decoded = decode_vault_call(command, json.dumps({"system": SYSTEM, **arguments}))
        try:
            answer = await self.commands.perform(decoded, device_id=device_id)
        except ToolFailedError as failed:
            self.told.append(failed.failure.message)
            return failed.failure.code
        self.told.append(msgspec.json.encode(answer).decode())
        return json.loads(self.told[-1])

    def edit(self, tmp_path: Path, **changes: Any) -> None:
        """As the person at the machine does it."""
        document = owner.show(self.folder, f"sys_{SYSTEM}", None) | changes
        file = tmp_path / "edited.json"
        file.write_text(json.dumps(document))
        owner.replace(self.folder, f"sys_{SYSTEM}", file)


@pytest.fixture
async def keeper(tmp_path: Path) -> Keeper:
    keeper = Keeper(tmp_path / "state")
    document = {"name": "Own", "description": "", "roles": [{"id": "planner", "name": "P"}], "prompts": []}
    await keeper.ask("vault.create", document=document, baseline=numbered(1))
    return keeper


async def test_what_is_kept_is_put_back_and_undone_without_a_word_of_it(
    keeper: Keeper, tmp_path: Path
) -> None:
    prompts = [{"id": "p", "title": PLANTED, "text": PLANTED}]
    keeper.edit(tmp_path, prompts=prompts, description=PLANTED)
    saved = await keeper.ask("vault.save", snapshot=numbered(2), kind="milestone", label="first", scopes=FULL)
    assert [each["kind"] for each in saved["snapshots"]] == ["baseline", "auto_checkpoint", "milestone"]
    compared = await keeper.ask("vault.compare", before=numbered(1), scopes=FULL)
    assert {each["field"] for each in compared["fields"]} == {"prompts", "description"}
    restored = await keeper.ask(
        "vault.restore",
        snapshot=numbered(1),
        scopes=FULL,
        expected=compared["digest"],
        checkpoint=numbered(3),
    )
    assert owner.show(keeper.folder, SYSTEM, None)["prompts"] == []
    again = {"snapshot": numbered(3), "scopes": FULL, "checkpoint": numbered(4)}
    assert await keeper.ask("vault.restore", expected=compared["digest"], **again) == "CONFLICT"
    await keeper.ask("vault.restore", expected=restored["digest"], **again)
    assert owner.show(keeper.folder, SYSTEM, None)["prompts"] == prompts
    cloned = await keeper.ask("vault.clone", to=OTHER, baseline=numbered(5), snapshot=numbered(2))
    assert [each["kind"] for each in cloned["snapshots"]] == ["baseline"]
    assert owner.show(keeper.folder, OTHER, None)["prompts"] == prompts
    await keeper.ask("vault.list")
    assert PLANTED not in "".join(keeper.told)
    assert PLANTED in json.dumps(owner.compare(keeper.folder, SYSTEM, f"snap_{numbered(1)}"))


async def test_digests_tell_nobody_what_was_hashed(keeper: Keeper, tmp_path: Path) -> None:
    """The same system on two machines: whoever guesses its content cannot prove it by the digest."""
    other = Keeper(tmp_path / "other")
    document = owner.show(keeper.folder, SYSTEM, None)
    told = await other.ask("vault.create", document=document, baseline=numbered(1))
    assert told["digest"] != (await keeper.ask("vault.list"))["digest"]
    assert told["digest"] == told["snapshots"][0]["digest"], "on one machine the same content has the same"


async def test_another_link_finds_nothing(keeper: Keeper) -> None:
    before = sorted(path.read_bytes() for path in keeper.folder.path.rglob("*.json"))
    arguments = {
        "vault.list": {},
        "vault.save": {"snapshot": numbered(9), "kind": "manual", "label": "", "scopes": FULL},
        "vault.compare": {"before": numbered(1), "scopes": FULL},
        "vault.clone": {"to": OTHER, "baseline": numbered(9)},
        "vault.forget": {},
        "vault.create": {"document": {"name": "X", "roles": [{}]}, "baseline": numbered(9)},
    }
    for command, given in arguments.items():
        assert await keeper.ask(command, device_id="another", **given) == "NOT_FOUND", command
    assert sorted(path.read_bytes() for path in keeper.folder.path.rglob("*.json")) == before


async def test_hostile_arguments_are_refused_and_write_nothing(keeper: Keeper, tmp_path: Path) -> None:
    for given in (
        {"system": "../../etc"},
        {"system": SYSTEM, "snapshot": "../current", "kind": "manual", "label": "", "scopes": FULL},
        {"system": SYSTEM, "snapshot": numbered(9), "kind": "manual", "label": "", "scopes": ["secrets"]},
    ):
        with pytest.raises(ToolFailedError):
            decode_vault_call("vault.save", json.dumps(given))
    large = {"name": "X", "roles": [{"id": "a", "description": "x" * 300_000}]}
    for document, code in (
        ({}, "INVALID_ARGUMENTS"),
        ({"name": "X", "roles": [{}], "more": 1}, "INVALID_ARGUMENTS"),
        (large, "TOO_LARGE"),
    ):
        assert await keeper.ask("vault.create", system=OTHER, document=document, baseline=numbered(9)) == code
    file = tmp_path / "bad.json"
    file.write_text("{")
    with pytest.raises(VaultRefusedError):
        owner.replace(keeper.folder, SYSTEM, file)
    assert [each["id"] for each in owner.list_systems(keeper.folder)] == [f"sys_{SYSTEM}"]


async def test_its_files_are_its_owners_alone(keeper: Keeper) -> None:
    root = keeper.folder.path / VAULT
    for path in (root, *root.rglob("*")):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(os.lstat(path).st_mode) == wanted, path


async def test_what_is_forgotten_is_gone(keeper: Keeper) -> None:
    await keeper.ask("vault.forget")
    assert owner.list_systems(keeper.folder) == []
    assert await keeper.ask("vault.list") == "NOT_FOUND"
    assert await keeper.ask("vault.forget") == {}


async def test_over_the_gateway_a_call_is_done_once_and_tells_nothing(
    bridge: RunningBridge, node: NodeConnection, tmp_path: Path
) -> None:
    assert set(VAULT_ARGUMENTS) <= set(node.connect["commands"])
    document = {"name": "Own", "description": "", "roles": [{"id": "planner", "name": "P"}], "prompts": []}
    create = {"system": SYSTEM, "document": document, "baseline": numbered(1)}
    assert (await node.call("inv_1", "vault.create", create))["ok"]
    file = tmp_path / "edited.json"
    file.write_text(json.dumps(document | {"description": PLANTED}))
    owner.replace(bridge.folder, SYSTEM, file)
    save = {"system": SYSTEM, "snapshot": numbered(2), "kind": "manual", "label": "", "scopes": FULL}
    saved = await node.call("inv_2", "vault.save", save)
    kinds = {each["kind"] for each in saved["payload"]["snapshots"]}
    assert kinds == {"baseline", "auto_checkpoint", "manual"}
    assert await node.call("inv_2", "vault.save", save | {"snapshot": numbered(3)}) == saved, (
        "the kept answer"
    )
    compare = {"system": SYSTEM, "before": numbered(1), "scopes": FULL}
    compared = await node.call("inv_3", "vault.compare", compare)
    assert [each["field"] for each in compared["payload"]["fields"]] == ["description"]
    assert (await node.call("inv_4", "vault.list", {"system": OTHER}))["error"]["code"] == "NOT_FOUND"
    assert PLANTED not in json.dumps([node.results, node.events])
    journal = b"".join(path.read_bytes() for path in bridge.folder.path.glob("journal.sqlite3*"))
    assert PLANTED.encode() not in journal


async def test_its_owner_may_keep_no_vaults(bridge: RunningBridge, node: NodeConnection) -> None:
    bridge.folder.write("policy.toml", b'[tools]\n"vault" = "deny"\n')
    answer = await node.call("inv_1", "vault.list", {"system": SYSTEM})
    assert answer["error"]["code"] == "DENIED_BY_LOCAL_POLICY"
    assert not (bridge.folder.path / VAULT).exists()
