"""What the person at this machine does with local-only systems: look at them, change them, compare them."""

from pathlib import Path
from typing import Any

import msgspec

from openclaw.apps.bridge.errors import VaultRefusedError
from openclaw.apps.bridge.state import VAULT, StateFolder
from openclaw.apps.bridge.tools.failures import ToolFailedError
from openclaw.apps.bridge.vault.store import VaultStore
from openclaw.kit.clock import SystemClock
from openclaw.protocol.vault import changes_of

_PREFIX = "sys_"
_SNAPSHOT = "snap_"


def list_systems(folder: StateFolder) -> list[dict[str, Any]]:
    """The systems that are kept here, with their names and how many snapshots each has. VaultRefusedError."""
    store = _store(folder)
    try:
        return [
            {
                "id": _PREFIX + system,
                "name": store.document_of(system)["name"],
                "snapshots": len(store.state_of(system).snapshots),
            }
            for system in store.list_systems()
        ]
    except ToolFailedError as failed:
        raise VaultRefusedError(reason=failed.failure.message) from None


def list_snapshots(folder: StateFolder, system: str) -> list[dict[str, Any]]:
    """A system's snapshots, the newest first. VaultRefusedError."""
    try:
        state = _store(folder).state_of(_bare(system))
    except ToolFailedError as failed:
        raise VaultRefusedError(reason=failed.failure.message) from None
    kept: list[dict[str, Any]] = [msgspec.to_builtins(each) for each in reversed(state.snapshots)]
    return [{**each, "id": _SNAPSHOT + each["id"]} for each in kept]


def show(folder: StateFolder, system: str, snapshot: str | None) -> dict[str, Any]:
    """All that a system is now, or that a snapshot holds. VaultRefusedError."""
    store = _store(folder)
    try:
        if snapshot is None:
            return store.document_of(_bare(system))
        return store.snapshot(_bare(system), _bare(snapshot)).content
    except ToolFailedError as failed:
        raise VaultRefusedError(reason=failed.failure.message) from None


def replace(folder: StateFolder, system: str, file: Path) -> None:
    """Make a system what a JSON file says; what it was is kept as a checkpoint. VaultRefusedError."""
    try:
        document = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
        _store(folder).replace(_bare(system), document)
    except OSError as error:
        raise VaultRefusedError(reason=f"{file}: {error.strerror}") from None
    except msgspec.DecodeError as error:
        raise VaultRefusedError(reason=f"{file}: {error}") from None
    except ToolFailedError as failed:
        raise VaultRefusedError(reason=failed.failure.message) from None


def compare(folder: StateFolder, system: str, snapshot: str) -> list[dict[str, Any]]:
    """What differs between a snapshot and the system as it is now. VaultRefusedError."""
    store = _store(folder)
    try:
        held = store.snapshot(_bare(system), _bare(snapshot))
        found = changes_of(held.content, store.document_of(_bare(system)), held.scopes)
    except ToolFailedError as failed:
        raise VaultRefusedError(reason=failed.failure.message) from None
    return [
        {"kind": change.kind, "path": change.path, "before": change.before, "after": change.after}
        for change in found
    ]


def _store(folder: StateFolder) -> VaultStore:
    return VaultStore(folder.path / VAULT, clock=SystemClock())


def _bare(name: str) -> str:
    """An id without the prefix that it has elsewhere."""
    return name.removeprefix(_PREFIX).removeprefix(_SNAPSHOT)
