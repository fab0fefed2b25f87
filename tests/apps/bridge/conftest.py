"""A home folder, a state folder, and a bridge with its two peers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openclaw.apps.bridge.confirmation import LinkQuestion
from openclaw.apps.bridge.daemon import Bridge, BridgeOptions
from openclaw.apps.bridge.gateway.backoff import LONGEST
from openclaw.apps.bridge.policy import Policy, PolicyStore
from openclaw.apps.bridge.state import VERSIONS, StateFolder
from openclaw.apps.bridge.versions.recorder import Recorder
from openclaw.apps.bridge.versions.store import Versions
from openclaw.kit.clock import ManualClock
from openclaw.kit.errors import OpenClawError
from openclaw.kit.tasks import spawn
from tests.apps.bridge.bridge_process import BridgeProcess
from tests.apps.bridge.control_plane_peer import ControlPlanePeer
from tests.apps.bridge.gateway_peer import GatewayPeer, NodeConnection
from tests.apps.bridge.raw_http import post


@dataclass
class ScriptedPerson:
    """The person at the machine: says yes, or raises what the test has set."""

    refusal: OpenClawError | None = None
    questions: list[LinkQuestion] = field(default_factory=list)

    async def confirm(self, question: LinkQuestion) -> None:
        self.questions.append(question)
        if self.refusal is not None:
            raise self.refusal


@dataclass
class RunningBridge:
    port: int
    token: str
    person: ScriptedPerson
    folder: StateFolder


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = (tmp_path / "home").resolve()
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def folder(state: Path) -> StateFolder:
    return StateFolder(state)


@pytest.fixture
def policy_of(folder: StateFolder, home: Path) -> Callable[[str], Policy]:
    """The policy that a given policy.toml makes."""

    def policy_of(text: str = "") -> Policy:
        folder.write("policy.toml", text.encode())
        return PolicyStore(folder, home=home).current()

    return policy_of


@pytest.fixture
def policy(policy_of: Callable[[str], Policy]) -> Policy:
    return policy_of("")


@pytest.fixture
def now() -> ManualClock:
    return ManualClock(datetime.now(UTC))


@pytest.fixture
def versions(folder: StateFolder, now: ManualClock) -> Iterator[Versions]:
    made = Versions(folder.path / VERSIONS, clock=now)
    yield made
    made.close()


@pytest.fixture
def recorder(versions: Versions) -> Recorder:
    """Keeps the previous versions of one call."""
    return Recorder(versions, call_id="call", device_id="device")


@pytest.fixture
def control_plane() -> Iterator[ControlPlanePeer]:
    with ControlPlanePeer() as peer:
        yield peer


@pytest.fixture
async def gateway(control_plane: ControlPlanePeer) -> AsyncIterator[GatewayPeer]:
    async with GatewayPeer() as peer:
        control_plane.gateway_url = peer.url
        yield peer


class PatientClock(ManualClock):
    """Waits of a back-off pass at once; longer ones wait until the test moves the time."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.waits: list[timedelta] = []

    async def sleep(self, duration: timedelta) -> None:
        self.waits.append(duration)
        if duration > LONGEST:
            await super().sleep(duration)


@pytest.fixture
def clock() -> PatientClock:
    return PatientClock(datetime.now(UTC))


@pytest.fixture
async def bridge(
    home: Path, folder: StateFolder, control_plane: ControlPlanePeer, clock: ManualClock
) -> AsyncIterator[RunningBridge]:
    """A bridge in this process, on a free port; `home` is its person's home folder."""
    person = ScriptedPerson()
    options = BridgeOptions(
        port=0,
        server=control_plane.url,
        extra_origins=("https://app.example",),
        allow_insecure=False,
        confirmation=person,
    )
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    running = spawn(
        Bridge(folder, options, clock=clock).run(on_ready=ready.set_result, stop=stop), name="bridge"
    )
    yield RunningBridge(await ready, folder.local_token(), person, folder)
    stop.set()
    await running


@pytest.fixture
async def node(
    bridge: RunningBridge, control_plane: ControlPlanePeer, gateway: GatewayPeer
) -> NodeConnection:
    """The gateway's end of a bridge that was linked by a page and is online."""
    body = {
        "challengeId": control_plane.challenge_id,
        "code": control_plane.code,
        "appUrl": control_plane.url,
    }
    answer = await post(bridge.port, "/link/redeem", body, origin=control_plane.url)
    assert answer.status == 200, answer.content
    return await gateway.node()


@pytest.fixture
async def process(home: Path, state: Path) -> AsyncIterator[BridgeProcess]:
    made = BridgeProcess(home, state)
    yield made
    await made.stop()
