"""A revoked machine: commands end at once, the session is gone, the bridge stays."""

from pathlib import Path

from tests.apps.bridge.bridge_process import BridgeProcess
from tests.apps.bridge.conftest import RunningBridge
from tests.apps.bridge.control_plane_peer import ControlPlanePeer
from tests.apps.bridge.gateway_peer import GatewayPeer, NodeConnection
from tests.apps.bridge.processes import pids_in, wait_until_gone
from tests.apps.bridge.raw_http import post, request

STUBBORN = "trap '' TERM; setsid sh -c \"trap '' TERM; sleep 600\" & sleep 600 & echo $! $$ > pids; echo up; wait; wait"


async def test_revocation_ends_the_whole_tree_and_wipes_the_session(
    bridge: RunningBridge, control_plane: ControlPlanePeer, node: NodeConnection, home: Path
) -> None:
    await node.invoke("inv_1", "exec", {"command": STUBBORN})
    await node.progress("inv_1")
    await node.close(1008, "device revoked")
    await wait_until_gone(*pids_in(home / "pids"))
    health = await request(bridge.port, "GET", "/healthz", {"Origin": control_plane.url})
    assert (health.body["linked"], health.body["connected"]) == (False, False)
    assert bridge.folder.read("session.json") is None
    assert control_plane.refreshes == []


async def test_a_revoked_machine_can_be_linked_again_without_a_restart(
    bridge: RunningBridge,
    control_plane: ControlPlanePeer,
    gateway: GatewayPeer,
    node: NodeConnection,
    home: Path,
) -> None:
    await node.call("inv_old", "exec", {"command": "echo private"})
    await node.invoke("inv_1", "exec", {"command": "echo ran >> log; echo up; sleep 600"})
    await node.progress("inv_1")
    await node.close(1008, "device revoked")
    await node.closed
    body = {"code": control_plane.code}
    token = {"Authorization": f"Bearer {bridge.token}"}
    linked = await post(bridge.port, "/local/link", body, **token)
    while linked.status == 409:  # the close has arrived, the wiping is one step behind
        linked = await post(bridge.port, "/local/link", body, **token)
    assert linked.status == 200
    again = await gateway.node()
    assert again.node_id == node.node_id
    old = await again.call("inv_old", "exec", {"command": "echo ran >> log"})
    assert old["error"]["code"] == "INTERRUPTED"  # neither run again nor shown to the new owner
    await again.call("inv_1", "exec", {"command": "echo ran >> log"})
    assert (home / "log").read_text() == "ran\n"


async def test_a_refused_rotation_ends_everything_too(
    process: BridgeProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer, home: Path
) -> None:
    await process.start("--server", control_plane.url)
    await process.command("link", control_plane.code)
    node = await gateway.node()
    await process.kill()
    control_plane.is_revoked = True
    gateway.refuse_with = {
        "code": "INVALID_REQUEST",
        "message": "x",
        "details": {"code": "AUTH_TOKEN_MISMATCH"},
    }
    await node.closed
    await process.start()
    status = await process.command("status")
    while status["linked"]:
        status = await process.command("status")
    assert len(control_plane.refreshes) == 1
    assert status["running"] is True


async def test_another_close_is_no_revocation(
    bridge: RunningBridge, gateway: GatewayPeer, node: NodeConnection
) -> None:
    await node.close(1008, "slow consumer")
    again = await gateway.node()
    assert (await again.call("inv_1", "system.info", {}))["ok"]
    assert bridge.folder.read("session.json") is not None
