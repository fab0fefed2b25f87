"""The vaults that machines keep: asked for by commands, told of in ids, labels, digests, sizes and counts."""

from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from openclaw.domains.devices.errors import DeviceOfflineError
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import calls, registry
from openclaw.domains.devices.service.waiting import watching
from openclaw.domains.systems import repository
from openclaw.domains.systems.errors import SystemChangedError, VaultFailedError, VaultNotOfferedError
from openclaw.domains.systems.models import SystemRow
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.scope import Actor, Scope
from openclaw.kit import ids
from openclaw.protocol.vault import VAULT_ARGUMENTS, VAULT_NAMES, VaultCommand, VaultState

_TIMEOUT = timedelta(seconds=30)
T = TypeVar("T")


async def access_keeper(scope: Scope, device_id: UUID) -> DeviceRow:
    """The actor's machine that keeps, or is to keep, a system.

    Raises DeviceNotFoundError, DeviceOfflineError, VaultNotOfferedError.
    """
    device = await registry.access_device(scope, device_id)
    if not registry.is_online(device, scope.now()):
        raise DeviceOfflineError(name=device.name)
    if not set(VAULT_ARGUMENTS) <= set(device.commands):
        raise VaultNotOfferedError(name=device.name)
    return device


class VaultDesk:
    """Asks machines, and waits for what they say."""

    def __init__(self, database: Database, bus: EventBus) -> None:
        self._database = database
        self._bus = bus

    async def ask(
        self, actor: Actor, device_id: UUID, command: VaultCommand, answer: type[T], *, version: int = 0
    ) -> T:
        """One command, once; nothing of it is kept but that it was given.

        Raises what ``access_keeper`` does, SystemChangedError (with ``version``), VaultFailedError.
        """
        call_id = ids.new_id()

        async def find_end() -> calls.CallEnd | None:
            async with self._database.transaction(actor) as scope:
                return await calls.find_end(scope, call_id)

        with watching(self._bus, call_id) as watch:
            async with self._database.transaction(actor) as scope:
                device = await access_keeper(scope, device_id)
                await calls.send_call(
                    scope,
                    call_id=call_id,
                    device_id=device.id,
                    command=VAULT_NAMES[type(command)],
                    params=msgspec.to_builtins(command),
                    timeout=_TIMEOUT,
                    wait=_TIMEOUT,
                )
            end = await watch.wait(find_end, timeout=_TIMEOUT, is_fresh=True)
        async with self._database.transaction(actor) as scope:
            if end is None:
                end = await calls.expire_call(scope, call_id)
            await calls.forget(scope, [call_id])
        if end.error is not None:
            code = str(end.error.get("code"))[:60]
            if code == "CONFLICT":
                raise SystemChangedError(version=version)
            raise VaultFailedError(name=device.name, reason=code)
        try:
            # What a machine says besides is not looked at: it has no place here.
            return msgspec.convert(end.result, answer)
        except msgspec.ValidationError:
            raise VaultFailedError(name=device.name, reason="it answered in another form") from None


async def take_over(scope: Scope, row: SystemRow, state: VaultState) -> None:
    """Note down what a machine keeps of a system now: ids, labels, digests and sizes, and nothing else."""
    rows: list[dict[str, Any]] = [
        {
            "id": UUID(hex=kept.id),
            "workspace_id": scope.workspace_id,
            "system_id": row.id,
            "is_local": True,
            "kind": kept.kind,
            "label": kept.label.replace("\0", "␀"),
            "scopes": list(kept.scopes),
            "content": None,
            "digest": kept.digest,
            "bytes": kept.bytes,
            "branch_id": None,
            "system_version": None,
            "created_by_user_id": scope.user_id,
            "created_at": _instant(kept.created_at, scope.now()),
        }
        for kept in state.snapshots
    ]
    await repository.forget_unlisted(scope, row.id, [each["id"] for each in rows])
    await repository.put_snapshots(scope, rows)
    row.digest = state.digest


def _instant(text: str, otherwise: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return min(found, otherwise) if found.tzinfo is not None else otherwise
