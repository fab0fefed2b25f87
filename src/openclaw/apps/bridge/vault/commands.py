"""What the server asks of vaults. No answer holds anything of what is kept: see `openclaw.protocol.vault`."""

import asyncio
from typing import Any

import msgspec
from msgspec import Struct

from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError
from openclaw.apps.bridge.vault.store import VaultStore
from openclaw.protocol.tools import InvalidArguments
from openclaw.protocol.vault import (
    Clone,
    Compare,
    Comparison,
    Counts,
    Create,
    Forget,
    ListSnapshots,
    Restore,
    Save,
    VaultCommand,
    changes_of,
    count_changes,
    decode_vault_command,
    restored,
)


class Forgotten(Struct, frozen=True):
    """It is not kept any more."""


class VaultCommands:
    """Does what the server asks, for the link that it is asked over."""

    def __init__(self, store: VaultStore) -> None:
        self._store = store

    async def perform(self, command: VaultCommand, *, device_id: str) -> Struct:
        """Do it; what may be told of it. ToolFailedError."""
        return await asyncio.shield(asyncio.to_thread(self._perform, command, device_id))

    def _perform(self, command: VaultCommand, owner: str) -> Struct:
        store, system = self._store, command.system
        match command:
            case Create():
                store.create(owner, system, command.document, baseline=command.baseline)
            case Save():
                scopes: list[str] = list(command.scopes)
                store.save(
                    owner, system, command.snapshot, kind=command.kind, label=command.label, scopes=scopes
                )
            case Restore():
                store.restore(
                    owner,
                    system,
                    command.snapshot,
                    scopes=list(command.scopes),
                    expected=command.expected,
                    checkpoint=command.checkpoint,
                )
            case Clone():
                document = store.document(owner, system)
                if command.snapshot is not None:
                    held = store.snapshot(system, command.snapshot)
                    document = restored(document, held.content, held.scopes)
                store.create(owner, command.to, document, baseline=command.baseline)
                return store.state(owner, command.to)
            case Compare():
                return self._compare(command, owner)
            case Forget():
                store.forget(owner, system)
                return Forgotten()
            case ListSnapshots():
                pass
        return store.state(owner, system)

    def _compare(self, command: Compare, owner: str) -> Comparison:
        now = self._store.document(owner, command.system)
        before = self._store.snapshot(command.system, command.before)
        scopes = [scope for scope in command.scopes if scope in before.scopes]
        after = now
        if command.after is not None:
            held = self._store.snapshot(command.system, command.after)
            after, scopes = held.content, [scope for scope in scopes if scope in held.scopes]
        counts = count_changes(changes_of(before.content, after, scopes))
        return Comparison(self._store.digest(now), [msgspec.convert(count, Counts) for count in counts])


def decode_vault_call(command: str, params_json: str | None) -> VaultCommand:
    """The arguments of a vault command; INVALID_ARGUMENTS."""
    try:
        arguments: Any = msgspec.json.decode(params_json or "{}")
        return decode_vault_command(command, arguments)
    except (InvalidArguments, msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, f"{command}: {error}") from None
