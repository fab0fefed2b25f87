"""What the commands of ``openclaw host`` do on the machine; ``main`` declares them."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from openclaw.apps.bridge.addresses import check_address
from openclaw.apps.bridge.control_plane import ControlPlane
from openclaw.apps.bridge.daemon import stop_on_signals
from openclaw.apps.bridge.device_key import load_device_key
from openclaw.apps.bridge.errors import (
    BridgeRunningError,
    ControlPlaneRefusedError,
    ControlPlaneUnreachableError,
    SessionRevokedError,
)
from openclaw.apps.bridge.host.daemon import Host, HostOptions
from openclaw.apps.bridge.host.errors import AlreadyEnrolledError, HostOptionError, NotEnrolledError
from openclaw.apps.bridge.host.profile import read_profile
from openclaw.apps.bridge.machine import MAX_NAME_LETTERS, machine_name, version
from openclaw.apps.bridge.policy import PolicyStore
from openclaw.apps.bridge.session import Session, SessionKeeper, read_session
from openclaw.apps.bridge.state import SETTINGS, StateFolder
from openclaw.apps.bridge.words import say
from openclaw.kit.clock import SystemClock

_LONGEST_TOKEN = 200


@dataclass(frozen=True)
class EnrolRequest:
    """What was typed after ``enroll``."""

    token: str
    server: str | None
    name: str | None
    allow_insecure: bool


def enrol_host(folder: StateFolder, request: EnrolRequest, *, unless_done: bool = False) -> Session:
    """Make this machine a host; ``unless_done``: one that is a host already stays as it is, and the token unused.

    AlreadyEnrolledError, HostOptionError, ControlPlaneRefusedError, ControlPlaneUnreachableError.
    """
    with folder.held():
        known = read_session(folder)
        if known is not None and unless_done:
            return known
        if known is not None:
            raise AlreadyEnrolledError(server=known.server)
        return asyncio.run(_enrol(folder, request))


def run_host(folder: StateFolder, options: HostOptions, *, as_json: bool, tell_json: Any) -> None:
    """Run until stopped. NotEnrolledError; HostRevokedError when the server has ended this host."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", force=True)
    for name in ("httpx2", "httpcore2", "websockets"):  # their lines hold addresses and headers
        logging.getLogger(name).setLevel(logging.WARNING)

    def on_ready() -> None:
        if as_json:
            tell_json({"running": True, "version": version()})
        else:
            logging.getLogger(__name__).info("%s", say("host_running", version=version()))

    async def serve() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        await Host(folder, options, clock=SystemClock()).run(on_ready=on_ready, stop=stop)

    asyncio.run(serve())


def host_status(folder: StateFolder) -> dict[str, Any]:
    """What can be told here, without the server."""
    session = read_session(folder)
    store = PolicyStore(folder, home=Path.home())
    store.ensure_file()
    return {
        "running": folder.running() is not None,
        "enrolled": session is not None,
        "server": session.server if session else None,
        "hostId": session.device_id.replace("dev_", "host_", 1) if session else None,
        "name": session.name if session else None,
        "workspace": msgspec.to_builtins(session.workspace) if session else None,
        "offers": msgspec.to_builtins(read_profile(folder)),
        "policyFile": str(store.path),
        "stateFolder": str(folder.path),
        "version": version(),
    }


def leave_host(folder: StateFolder, *, allow_insecure: bool) -> bool:
    """Be a host no more; False when the server could not be told. NotEnrolledError, BridgeRunningError."""
    if folder.running() is not None:
        raise BridgeRunningError
    with folder.held():
        return asyncio.run(_leave(folder, allow_insecure=allow_insecure))


async def _enrol(folder: StateFolder, request: EnrolRequest) -> Session:
    if not request.token.startswith("oche_") or len(request.token) > _LONGEST_TOKEN:
        raise HostOptionError(option="TOKEN", reason="an enrolment token begins with oche_")
    if request.name is not None and not 0 < len(request.name.strip()) <= MAX_NAME_LETTERS:
        raise HostOptionError(option="--name", reason=f"1 to {MAX_NAME_LETTERS} letters")
    settings = folder.settings()
    server = check_address(
        request.server or settings.server, schemes=("http", "https"), allow_insecure=request.allow_insecure
    )
    control_plane = _control_plane(folder, allow_insecure=request.allow_insecure)
    name = request.name or settings.name or machine_name()
    session = await control_plane.enrol(server, token=request.token, name=name)
    kept = msgspec.structs.replace(settings, server=server, name=session.name)
    folder.write(SETTINGS, msgspec.json.encode(kept))
    SessionKeeper(folder, source=control_plane, clock=SystemClock()).adopt(session)
    return session


async def _leave(folder: StateFolder, *, allow_insecure: bool) -> bool:
    control_plane = _control_plane(folder, allow_insecure=allow_insecure)
    sessions = SessionKeeper(folder, source=control_plane, clock=SystemClock())
    if sessions.session is None:
        raise NotEnrolledError
    try:
        async with sessions.in_use() as session:
            await control_plane.unlink(session)
        is_told = True
    except SessionRevokedError:
        is_told = True
    except ControlPlaneRefusedError as refused:
        is_told = refused.status in {401, 404}
    except ControlPlaneUnreachableError:
        is_told = False
    sessions.wipe()
    return is_told


def _control_plane(folder: StateFolder, *, allow_insecure: bool) -> ControlPlane:
    return ControlPlane(load_device_key(folder), clock=SystemClock(), allow_insecure=allow_insecure)
