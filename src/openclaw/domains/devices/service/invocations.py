"""Direct calls by a key of the client's: the same key is the same call, in whichever process it comes again."""

from typing import Any
from uuid import UUID, uuid5

from openclaw.domains.devices.repository import machines as repository
from openclaw.infra.scope import Actor, Scope


def call_id_of(actor: Actor, key: str) -> UUID:
    """The id of the call that a user of a workspace makes under ``key``."""
    return uuid5(actor.user_id, f"{actor.workspace_id.hex} {key}")


async def is_same_call(
    scope: Scope, call_id: UUID, *, device_id: UUID, command: str, params: dict[str, Any]
) -> bool | None:
    """Whether the call that was kept under ``call_id`` is this one; None when none was."""
    row = await repository.find_call(scope, call_id)
    if row is None:
        return None
    return (row.device_id, row.command, row.params) == (device_id, command, params)
