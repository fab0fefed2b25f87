"""Calls to machines: kept before they are sent, answered once, cancelled, and parked while a machine is away."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.devices.errors import CallNotFoundError
from openclaw.domains.devices.events import call_topic, device_topic
from openclaw.domains.devices.models import DeviceCallRow
from openclaw.domains.devices.repository import machines as repository
from openclaw.infra.bus import publish
from openclaw.infra.lookups import LookupScope
from openclaw.infra.scope import Scope

OPEN = ("queued", "sent")
CANCELLED = {"code": "CANCELLED", "message": "Cancelled before it ended."}
_TOO_LATE = {"code": "DEVICE_OFFLINE", "message": "The device did not come back in time."}
INTERRUPTED = {
    "code": "INTERRUPTED",
    "message": "The device lost its connection while it ran this; whether it came to its end is not known.",
}


@dataclass(frozen=True)
class CallEnd:
    """How a call ended: a result, or the machine's error ``{code, message}``."""

    result: dict[str, Any] | None
    error: dict[str, Any] | None


@dataclass(frozen=True)
class EndedCall:
    """A reading call that ended before it was kept. ``state``: ``done``, ``failed`` or ``cancelled``."""

    id: UUID
    device_id: UUID
    command: str
    params: dict[str, Any]
    timeout: timedelta
    state: str
    end: CallEnd
    created_at: datetime
    finished_at: datetime


async def keep_ended(scope: Scope, ended: Collection[EndedCall]) -> None:
    """Keep reading calls of the actor that have ended; the record of a call that is kept already stays."""
    values = [
        {
            "id": call.id,
            "workspace_id": scope.workspace_id,
            "user_id": scope.user_id,
            "device_id": call.device_id,
            "command": call.command,
            "params": call.params,
            "timeout_ms": int(call.timeout.total_seconds() * 1000),
            "state": call.state,
            "result": call.end.result,
            "error": call.end.error,
            "created_at": call.created_at,
            "sent_at": call.created_at,
            "finished_at": call.finished_at,
            "expires_at": call.created_at + call.timeout,
        }
        for call in ended
    ]
    await repository.add_ended_calls(scope, values)


async def is_kept(scope: LookupScope, call_id: UUID) -> bool:
    """Whether a call of the actor is kept under that id, in one round trip."""
    return await repository.is_call_kept(scope, call_id)


async def send_call(
    scope: Scope,
    *,
    call_id: UUID,
    device_id: UUID,
    command: str,
    params: dict[str, Any],
    timeout: timedelta,
    wait: timedelta,
) -> bool:
    """Keep a call and hand it to the gateway that holds the machine's socket; it stays open for ``wait``.

    Asking again with the same id does nothing, and answers False: a call is sent until answered, and run once.
    """
    timeout_ms = int(timeout.total_seconds() * 1000)
    added = await repository.add_call(
        scope,
        {
            "id": call_id,
            "workspace_id": scope.workspace_id,
            "user_id": scope.user_id,
            "device_id": device_id,
            "command": command,
            "params": params,
            "timeout_ms": timeout_ms,
            "state": "queued",
            "created_at": scope.now(),
            "expires_at": scope.now() + wait,
        },
    )
    if added:
        call = invoke_request(call_id, command=command, params=params, timeout_ms=timeout_ms)
        await publish(scope, device_topic(device_id), {"kind": "invoke", "call": call})
    return added


async def announce_call(
    scope: Scope, *, call_id: UUID, device_id: UUID, command: str, params: dict[str, Any]
) -> None:
    """Let the machine look at what a call rests on while its owner is asked, to see whether that changes."""
    call = invoke_request(call_id, command=command, params=params, timeout_ms=0)
    await publish(scope, device_topic(device_id), {"kind": "prepare", "call": call})


async def find_end(scope: Scope, call_id: UUID) -> CallEnd | None:
    """How the call ended, or None while it is open. Raises CallNotFoundError."""
    row = await repository.find_call(scope, call_id)
    if row is None:
        raise CallNotFoundError
    if row.state not in OPEN:
        return CallEnd(row.result, row.error)
    return await expire_call(scope, call_id) if row.expires_at <= scope.now() else None


async def find_open(scope: Scope, call_id: UUID, *, device_id: UUID, command: str) -> DeviceCallRow | None:
    """The call that the machine works on, if it is that one and has not ended. Needs a system scope."""
    row = await repository.find_call(scope, call_id)
    if row is None or (row.device_id, row.command) != (device_id, command) or row.state not in OPEN:
        return None
    return row if row.expires_at > scope.now() else None


async def expire_call(scope: Scope, call_id: UUID) -> CallEnd:
    """End a call whose time is over; the machine kills what it runs for it. How it ended, also when that was before.

    Raises CallNotFoundError.
    """
    row = await repository.find_call(scope, call_id)
    if row is None:
        raise CallNotFoundError
    await _end_here(scope, row, state="expired", error=_TOO_LATE)
    row = await repository.find_call(scope, call_id)
    assert row is not None
    return CallEnd(row.result, row.error)


async def time_left(scope: Scope, call_id: UUID) -> timedelta:
    """How long the call may still take; nothing when its time is over. Raises CallNotFoundError."""
    row = await repository.find_call(scope, call_id)
    if row is None:
        raise CallNotFoundError
    return max(row.expires_at - scope.now(), timedelta())


async def exists(scope: Scope, call_id: UUID) -> bool:
    """Whether the call was ever kept."""
    return await repository.find_call(scope, call_id) is not None


async def finish_call(
    scope: Scope, call_id: UUID, *, result: dict[str, Any] | None, error: dict[str, Any] | None
) -> bool:
    """Keep the machine's answer; only the machine that the call went to may give it, and the first answer counts."""
    device_id = scope.who.device_id
    assert device_id is not None, "only a machine answers calls"
    state = "failed" if error else "done"
    is_first = await repository.finish_call(
        scope, call_id, device_id=device_id, state=state, result=result, error=error
    )
    if is_first:
        # With the answer itself, so that whoever waits need not read the row that commits with it.
        await publish(scope, call_topic(call_id), {"kind": "ended", "result": result, "error": error})
    return is_first


async def note_done(scope: Scope, call_id: UUID, *, device_id: UUID, command: str) -> None:
    """The machine has told otherwise that it did the call. That counts, also against an answer that it broke off."""
    row = await repository.find_call(scope, call_id)
    if row is not None and row.command == command:
        await repository.finish_call(
            scope,
            call_id,
            device_id=device_id,
            state="done",
            result={},
            error=None,
            over=(*OPEN, "failed"),
        )


async def find_caller(scope: Scope, call_id: UUID, *, device_id: UUID) -> UUID | None:
    """Whose call the machine was sent under that id. Needs a system scope."""
    row = await repository.find_call(scope, call_id)
    return row.user_id if row is not None and row.device_id == device_id else None


async def is_own_call(scope: Scope, call_id: UUID) -> bool:
    """Whether the acting machine was ever sent that call."""
    row = await repository.find_call(scope, call_id)
    return row is not None and row.device_id == scope.who.device_id


async def claim_call(scope: Scope, call_id: UUID) -> bool:
    """Take a call to the machine, for one that would run it again if it came twice. False: taken before, or ended."""
    return await repository.claim_call(scope, call_id)


async def end_interrupted(scope: Scope, device_id: UUID, *, spared: Collection[UUID] = ()) -> None:
    """Fail what the machine had been sent when its connection ended, but for those ``spared``.

    It cannot be sent again: a node host keeps no journal, and would run it a second time.
    """
    for call_id in await repository.end_sent_calls(scope, device_id, spared=spared, error=INTERRUPTED):
        await publish(scope, call_topic(call_id), {"kind": "ended", "result": None, "error": INTERRUPTED})


async def cancel_call(scope: Scope, call_id: UUID) -> None:
    """End an open call; the machine kills what it runs for it. Nothing happens when it has ended or never was."""
    row = await repository.find_call(scope, call_id)
    if row is None:
        return
    await _end_here(scope, row, state="cancelled", error=CANCELLED)


async def forget(scope: Scope, call_ids: Collection[UUID]) -> None:
    """Forget what those calls, which have ended, were about; that they were made stays."""
    await repository.forget_calls(scope, list(call_ids), ends=True)


async def forget_params(scope: Scope, call_id: UUID) -> None:
    """Forget what a call is about that its machine has taken up. How it ends may be there already, and stays."""
    await repository.forget_calls(scope, [call_id], ends=False)


async def list_open_calls(scope: Scope, device_id: UUID) -> list[dict[str, Any]]:
    """What to send again after a machine has connected: the machine runs nothing twice."""
    return [_request(row) for row in await repository.list_open_calls(scope, device_id)]


async def list_ended_unheard(scope: Scope, device_id: UUID) -> list[UUID]:
    """What to cancel after a machine has connected: calls that ended here of late, which it may still run."""
    return await repository.list_ended_here(scope, device_id)


async def _end_here(scope: Scope, row: DeviceCallRow, *, state: str, error: dict[str, Any]) -> None:
    """End an open call on this side: the machine kills what it runs for it, now or when it comes back."""
    if await repository.finish_call(
        scope, row.id, device_id=row.device_id, state=state, result=None, error=error
    ):
        await publish(scope, device_topic(row.device_id), {"kind": "cancel", "callId": row.id.hex})
        await publish(scope, call_topic(row.id), {"kind": "ended"})


async def list_undone(scope: Scope, call_ids: Collection[UUID]) -> list[UUID]:
    """Those of the calls that did not come to a good end; one that is open is ended here."""
    undone: list[UUID] = []
    for call_id in call_ids:
        await cancel_call(scope, call_id)
        row = await repository.find_call(scope, call_id)
        if row is not None and row.state != "done":
            undone.append(call_id)
    return undone


def _request(row: DeviceCallRow) -> dict[str, Any]:
    return invoke_request(row.id, command=row.command, params=row.params, timeout_ms=row.timeout_ms)


def invoke_request(call_id: UUID, *, command: str, params: dict[str, Any], timeout_ms: int) -> dict[str, Any]:
    """A call in the form that gateways pass on."""
    return {"id": call_id.hex, "command": command, "params": params, "timeoutMs": timeout_ms}
