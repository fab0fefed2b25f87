"""Files that machines hand over while a call asks for them; they wait until the call's end says what they are."""

import hashlib
from collections.abc import Sequence
from uuid import UUID

from openclaw.domains.artifacts.errors import BodyWithheldError, TooMuchStoredError, WrongContentError
from openclaw.domains.artifacts.policy.content import MAX_FILE, MAX_FILES, MAX_VERSION
from openclaw.domains.devices.errors import CallNotFoundError
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import calls
from openclaw.infra.blobs import BlobStore
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.protocol.results import ResultFile, may_send_bodies
from openclaw.protocol.tools import COLLECT


async def accept_file(scope: Scope, device: DeviceRow, call_id: UUID, body: bytes, blobs: BlobStore) -> None:
    """Keep a body for a call of that machine that is open and lets bodies leave. Needs a system scope.

    Raises CallNotFoundError, BodyWithheldError, WrongContentError, TooMuchStoredError, UnavailableError.
    """
    call = await calls.find_open(scope, call_id, device_id=device.id, command=COLLECT)
    if call is None:
        raise CallNotFoundError
    mode = call.params.get("mode", "local_only")
    if not may_send_bodies(mode):
        raise BodyWithheldError(sync_mode=str(mode))
    if len(body) > MAX_FILE:
        raise WrongContentError(path="file", reason=f"a file has at most {MAX_FILE} bytes")
    count, size = await blobs.measure(device.workspace_id, _folder(call_id))
    if count >= MAX_FILES or size + len(body) > MAX_VERSION:
        raise TooMuchStoredError(limit=MAX_VERSION)
    owner = Actor(device.user_id, device.workspace_id, Role.MEMBER, device_id=device.id)
    await blobs.put(owner, f"{_folder(call_id)}/{hashlib.sha256(body).hexdigest()}", body)


async def load_handed(
    owner: Actor, call_id: UUID, files: Sequence[ResultFile], blobs: BlobStore
) -> list[tuple[str, bytes]]:
    """The files that a call says it has handed over. Raises WrongContentError when it has not."""
    found: list[tuple[str, bytes]] = []
    for file in files:
        body = await blobs.find(owner, f"{_folder(call_id)}/{file.digest}") if file.digest.isalnum() else None
        if body is None:
            raise WrongContentError(path=ascii(file.path)[:200], reason="the machine did not hand it over")
        found.append((file.path, body))
    return found


async def forget_handed(owner: Actor, call_id: UUID, blobs: BlobStore) -> None:
    """Let go of what a call handed over."""
    await blobs.forget(owner.workspace_id, _folder(call_id))


def _folder(call_id: UUID) -> str:
    return f"handed-over/{call_id.hex}"
