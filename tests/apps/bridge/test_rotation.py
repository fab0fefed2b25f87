"""Tokens: rotated at half life, on the disk before they are used, and not lost with a lost answer."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from openclaw.apps.bridge.control_plane import ControlPlane
from openclaw.apps.bridge.device_key import DeviceKey, load_device_key
from openclaw.apps.bridge.errors import (
    ControlPlaneUnreachableError,
    InsecureServerError,
    NotLinkedError,
    SessionRevokedError,
    StateFolderError,
)
from openclaw.apps.bridge.session import Session, SessionKeeper, Tokens
from openclaw.apps.bridge.state import StateFolder
from openclaw.kit.clock import ManualClock
from openclaw.kit.tasks import spawn
from tests.apps.bridge.conftest import RunningBridge
from tests.apps.bridge.control_plane_peer import ControlPlanePeer
from tests.apps.bridge.gateway_peer import GatewayPeer, NodeConnection


@pytest.fixture
def key(folder: StateFolder) -> DeviceKey:
    return load_device_key(folder)


@pytest.fixture
def source(key: DeviceKey, clock: ManualClock) -> ControlPlane:
    return ControlPlane(key, clock=clock, allow_insecure=False)


@pytest.fixture
async def keeper(
    folder: StateFolder, source: ControlPlane, clock: ManualClock, control_plane: ControlPlanePeer
) -> SessionKeeper:
    made = SessionKeeper(folder, source=source, clock=clock)
    made.adopt(await source.redeem(control_plane.url, code="123456", challenge_id=None, name="Desk"))
    return made


def stored(folder: StateFolder) -> Session:
    return msgspec.json.decode(folder.read("session.json") or b"", type=Session)


async def test_rotation_is_due_at_half_life(keeper: SessionKeeper, clock: ManualClock) -> None:
    assert not keeper.needs_rotation()
    clock.advance(timedelta(minutes=7, seconds=20))
    assert not keeper.needs_rotation()
    clock.advance(timedelta(seconds=20))
    assert keeper.needs_rotation()


async def test_a_rotation_is_on_the_disk_and_done_once_for_all_who_ask(
    keeper: SessionKeeper, folder: StateFolder, control_plane: ControlPlanePeer
) -> None:
    old = keeper.require().tokens
    done = await asyncio.gather(*(keeper.rotate(after=old) for _ in range(5)))
    assert {session.tokens.access_token for session in done} == {"access-2"}
    assert control_plane.refreshes == [old.refresh_token]
    assert stored(folder) == keeper.session
    assert stored(folder).next_refresh_token is None


class CrashingSource:
    """Rotates, but the process dies before the answer is stored; sees what was on the disk at that time."""

    def __init__(self, source: ControlPlane, folder: StateFolder) -> None:
        self._source = source
        self._folder = folder
        self.on_disk: Session | None = None

    async def refresh(self, session: Session) -> Tokens:
        self.on_disk = stored(self._folder)
        await self._source.refresh(session)
        raise asyncio.CancelledError


async def test_a_crash_before_the_answer_is_stored_heals_at_the_next_start(
    keeper: SessionKeeper,
    folder: StateFolder,
    source: ControlPlane,
    clock: ManualClock,
    control_plane: ControlPlanePeer,
) -> None:
    crashing = CrashingSource(source, folder)
    doomed = SessionKeeper(folder, source=crashing, clock=clock)
    with pytest.raises(asyncio.CancelledError):
        await doomed.rotate()
    assert crashing.on_disk is not None
    chosen = crashing.on_disk.next_refresh_token
    assert chosen is not None
    restarted = SessionKeeper(folder, source=source, clock=clock)
    assert restarted.needs_rotation()  # at once: the old access token may be dead, and must not be shown
    session = await restarted.rotate()
    assert len(set(control_plane.refreshes)) == 1
    assert session.tokens.refresh_token == chosen
    assert not restarted.needs_rotation()


async def test_a_lost_answer_is_asked_for_again_with_the_same_token(
    keeper: SessionKeeper, folder: StateFolder, control_plane: ControlPlanePeer
) -> None:
    control_plane.lose_answers = 1
    with pytest.raises(ControlPlaneUnreachableError):
        await keeper.rotate()
    assert keeper.needs_rotation()
    session = await keeper.rotate()
    assert control_plane.refreshes[0] == control_plane.refreshes[1]
    assert session.tokens.refresh_token != control_plane.refreshes[0]
    assert stored(folder) == session


async def test_an_access_token_in_use_is_not_rotated_away(
    keeper: SessionKeeper, source: ControlPlane, control_plane: ControlPlanePeer
) -> None:
    async with keeper.in_use() as session:
        rotation = spawn(keeper.rotate(), name="rotation")
        await source.unlink(session)  # a whole round trip, in which a rotation could have begun
        assert control_plane.is_newest(session.tokens.access_token)
        assert control_plane.refreshes == []
    await rotation
    async with keeper.in_use() as session:
        assert control_plane.is_newest(session.tokens.access_token)


async def test_after_a_lost_answer_the_old_access_token_is_never_shown(
    keeper: SessionKeeper, control_plane: ControlPlanePeer
) -> None:
    control_plane.lose_answers = 2
    with pytest.raises(ControlPlaneUnreachableError):
        await keeper.rotate()
    with pytest.raises(ControlPlaneUnreachableError):
        await keeper.in_use().__aenter__()
    async with keeper.in_use() as session:
        assert control_plane.is_newest(session.tokens.access_token)
    assert not control_plane.is_revoked


async def test_a_revoked_session_says_so(keeper: SessionKeeper, control_plane: ControlPlanePeer) -> None:
    control_plane.is_revoked = True
    with pytest.raises(SessionRevokedError):
        await keeper.rotate()


class HeldSource:
    """Rotates, but its answer stays on the way until the test lets it arrive."""

    def __init__(self, source: ControlPlane) -> None:
        self._source = source
        self.rotated = asyncio.Event()
        self.arrives = asyncio.Event()

    async def refresh(self, session: Session) -> Tokens:
        tokens = await self._source.refresh(session)
        self.rotated.set()
        await self.arrives.wait()
        return tokens


async def test_unlinking_during_a_rotation_wins(
    keeper: SessionKeeper, folder: StateFolder, source: ControlPlane, clock: ManualClock
) -> None:
    held = HeldSource(source)
    interrupted = SessionKeeper(folder, source=held, clock=clock)
    rotation = spawn(interrupted.rotate(), name="rotation")
    await held.rotated.wait()
    interrupted.wipe()
    held.arrives.set()
    with pytest.raises(NotLinkedError):
        await rotation
    assert folder.read("session.json") is None


async def test_a_server_that_hangs_up_or_redirects_is_unreachable(
    source: ControlPlane, control_plane: ControlPlanePeer
) -> None:
    with pytest.raises(ControlPlaneUnreachableError):
        await source.redeem("http://127.0.0.1:9", code="123456", challenge_id=None, name="Desk")
    control_plane.redirect_to = f"http://localhost:{control_plane.port}"
    with pytest.raises(ControlPlaneUnreachableError):
        await source.redeem(control_plane.url, code="123456", challenge_id=None, name="Desk")
    assert control_plane.paths == []


async def test_no_token_goes_over_plain_text_to_another_machine(
    source: ControlPlane, keeper: SessionKeeper, control_plane: ControlPlanePeer
) -> None:
    with pytest.raises(InsecureServerError):
        await source.redeem("http://203.0.113.9", code="123456", challenge_id=None, name="Desk")
    control_plane.gateway_url = "ws://203.0.113.9:18789"
    with pytest.raises(InsecureServerError):
        await source.redeem(control_plane.url, code="123456", challenge_id=None, name="Desk")


def test_a_damaged_session_file_is_named(
    folder: StateFolder, source: ControlPlane, clock: ManualClock
) -> None:
    folder.write("session.json", b"{")
    with pytest.raises(StateFolderError, match="unlink --force"):
        SessionKeeper(folder, source=source, clock=clock)


async def test_a_running_bridge_rotates_and_connects_with_the_new_token(
    bridge: RunningBridge,
    control_plane: ControlPlanePeer,
    gateway: GatewayPeer,
    node: NodeConnection,
    clock: ManualClock,
) -> None:
    await node.call("inv_1", "system.info", {})
    clock.advance(timedelta(minutes=8))
    assert await asyncio.to_thread(control_plane.refreshed.wait, 60)
    assert (await node.call("inv_2", "system.info", {}))["ok"]  # the connection was kept
    await node.close(1012, "service restart")
    await node.closed
    await gateway.node()
    assert gateway.tokens == ["access-1", "access-2"]
