"""What the commands do; ``main`` declares them. Each uses the running bridge if there is one, else the files."""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from openclaw.apps.bridge.control_plane import ControlPlane
from openclaw.apps.bridge.daemon import Bridge, BridgeOptions, stop_on_signals
from openclaw.apps.bridge.device_key import load_device_key
from openclaw.apps.bridge.errors import NotLinkedError, ServiceFileError
from openclaw.apps.bridge.linking import Linker
from openclaw.apps.bridge.local_client import LocalClient
from openclaw.apps.bridge.localhost.routes import linked_body, policy_status, session_status
from openclaw.apps.bridge.machine import version
from openclaw.apps.bridge.policy import PolicyStore
from openclaw.apps.bridge.service_files import ServiceSystem, own_system, service_file
from openclaw.apps.bridge.session import Session, SessionKeeper, read_session
from openclaw.apps.bridge.state import POLICY, SESSION, StateFolder
from openclaw.apps.bridge.words import say
from openclaw.kit.clock import SystemClock


@dataclass(frozen=True)
class LinkRequest:
    """What was typed after ``link``."""

    code: str
    challenge_id: str | None
    server: str | None
    name: str | None
    allow_insecure: bool


def run_bridge(folder: StateFolder, options: BridgeOptions, *, as_json: bool) -> None:
    """Run until stopped; says on stderr (or as one JSON line on stdout) when it listens."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", force=True)
    for name in ("httpx2", "httpcore2", "websockets"):  # their lines hold addresses and headers
        logging.getLogger(name).setLevel(logging.WARNING)

    def on_ready(port: int) -> None:
        if as_json:
            tell_json({"listening": f"http://127.0.0.1:{port}", "port": port, "version": version()})
            return
        logging.getLogger(__name__).info("%s", say("listening", version=version(), port=port))
        if folder.read(SESSION) is None:
            words = say("not_linked_yet", server=folder.settings().server)
            logging.getLogger(__name__).info("%s", words)

    async def serve() -> None:
        stop = asyncio.Event()
        stop_on_signals(stop)
        await Bridge(folder, options, clock=SystemClock()).run(on_ready=on_ready, stop=stop)

    asyncio.run(serve())


def link_machine(folder: StateFolder, request: LinkRequest) -> dict[str, Any]:
    """Redeem a typed code, by the running bridge or here."""
    if (running := folder.running()) is not None:
        return LocalClient(folder, running).link(
            code=request.code, challenge_id=request.challenge_id, server=request.server, name=request.name
        )
    with folder.held():
        return linked_body(asyncio.run(_link_here(folder, request)))


def unlink_machine(folder: StateFolder, *, force: bool, allow_insecure: bool) -> dict[str, Any]:
    """Give the session back; ``force`` forgets it even if its file is damaged."""
    if (running := folder.running()) is not None:
        return LocalClient(folder, running).unlink()
    with folder.held():
        if force:
            was_linked = folder.read(SESSION) is not None
            folder.remove(SESSION)
            return {"ok": True, "serverTold": not was_linked}
        return {"ok": True, "serverTold": asyncio.run(_unlink_here(folder, allow_insecure=allow_insecure))}


def bridge_status(folder: StateFolder) -> dict[str, Any]:
    """Everything that a person asks first when something does not work."""
    own = {"version": version(), "stateFolder": str(folder.path), "policyFile": str(folder.path / POLICY)}
    if (running := folder.running()) is not None:
        return {**LocalClient(folder, running).status(), **own}
    key = load_device_key(folder)
    policies = _policies(folder)
    session = read_session(folder)
    return {
        "running": False,
        "online": False,
        **session_status(session, session.server if session else folder.settings().server, key.node_id),
        "policy": policy_status(policies),
        **own,
    }


def effective_policy(folder: StateFolder) -> dict[str, Any]:
    """The policy in force, with the built-in patterns; PolicyFileError when it cannot be used."""
    store = _policies(folder)
    policy = store.current()
    return {
        "file": str(store.path),
        "folders": list(policy.folders),
        "denied": list(policy.denied),
        "maxGrade": policy.max_grade,
        "tools": dict(policy.tools),
    }


def install_service(
    folder: StateFolder,
    *,
    system: ServiceSystem | None,
    output: Path | None,
    port: int | None,
    insecure: bool,
) -> tuple[Path, list[str]]:
    """Write the file that starts the bridge at login; its path and the commands to type next.

    ServiceFileError when the folder cannot be written.
    """
    arguments = ["-m", "openclaw.apps.bridge", "run", "--state-dir", str(folder.path)]
    if port is not None:
        arguments += ["--port", str(port)]
    if insecure:
        arguments.append("--insecure")
    file = service_file(system or own_system(), arguments, state_folder=folder.path)
    target = (output.expanduser().absolute() if output else file.default_folder) / file.name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.content)
    except OSError as error:
        raise ServiceFileError(path=str(target), reason=error.strerror or type(error).__name__) from None
    return target, file.next_commands(target)


def tell_json(value: Any) -> None:
    """Print one JSON line, at once."""
    print(msgspec.json.encode(value).decode(), flush=True)  # noqa: T201  (a command's output)


async def _link_here(folder: StateFolder, request: LinkRequest) -> Session:
    linker, _ = _linker(folder, allow_insecure=request.allow_insecure)
    return await linker.redeem_typed(
        server=request.server, code=request.code, challenge_id=request.challenge_id, name=request.name
    )


async def _unlink_here(folder: StateFolder, *, allow_insecure: bool) -> bool:
    linker, sessions = _linker(folder, allow_insecure=allow_insecure)
    if sessions.session is None:
        raise NotLinkedError
    return await linker.unlink()


def _linker(folder: StateFolder, *, allow_insecure: bool) -> tuple[Linker, SessionKeeper]:
    key = load_device_key(folder)
    clock = SystemClock()
    control_plane = ControlPlane(key, clock=clock, allow_insecure=allow_insecure)
    sessions = SessionKeeper(folder, source=control_plane, clock=clock)
    linker = Linker(
        folder=folder,
        control_plane=control_plane,
        sessions=sessions,
        policies=_policies(folder),
        clock=clock,
        allow_insecure=allow_insecure,
    )
    return linker, sessions


def _policies(folder: StateFolder) -> PolicyStore:
    store = PolicyStore(folder, home=Path.home())
    store.ensure_file()
    return store
