"""A real bridge process is killed in the middle of things, and started again."""

import json
from pathlib import Path

from tests.apps.bridge.bridge_process import BridgeProcess, command
from tests.apps.bridge.control_plane_peer import ControlPlanePeer
from tests.apps.bridge.gateway_peer import GatewayPeer, NodeConnection
from tests.apps.bridge.processes import Gate, is_running, pids_in, wait_until_gone


async def _online(
    process: BridgeProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer
) -> NodeConnection:
    await process.start("--server", control_plane.url)
    await process.command("link", control_plane.code)
    return await gateway.node()


async def test_a_command_cut_off_by_sigkill_is_reported_and_not_run_again(
    process: BridgeProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer, home: Path
) -> None:
    node = await _online(process, control_plane, gateway)
    line = "echo ran >> log; setsid sleep 600 & echo $! $$ > pids; echo up; wait"
    await node.invoke("inv_1", "exec", {"command": line})
    await node.progress("inv_1")
    await process.kill()
    left = pids_in(home / "pids")
    assert any(is_running(pid) for pid in left)  # nobody could end them

    await process.start()
    again = await gateway.node()
    await wait_until_gone(*left)
    result = await again.result("inv_1")  # without being asked: it was never acknowledged
    assert result["error"]["code"] == "INTERRUPTED"
    repeated = await again.call("inv_1", "exec", {"command": line})
    assert repeated["error"]["code"] == "INTERRUPTED"
    assert (home / "log").read_text() == "ran\n"


async def test_a_result_that_was_not_acknowledged_survives_sigkill(
    process: BridgeProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer, home: Path
) -> None:
    gateway.acknowledge = False
    node = await _online(process, control_plane, gateway)
    result = await node.call("inv_1", "exec", {"command": "echo ran >> log; echo done"})
    await process.kill()
    gateway.acknowledge = True
    await process.start()
    again = await gateway.node()
    assert await again.result("inv_1") == result
    assert await again.call("inv_1", "exec", {"command": "echo twice >> log"}) == result
    assert (home / "log").read_text() == "ran\n"

    await process.kill()
    await process.start()
    third = await gateway.node()
    await third.call("inv_2", "system.info", {})
    assert [r["id"] for r in third.results] == ["inv_2"]  # acknowledged: not sent again


async def test_a_command_goes_on_while_the_gateway_is_away(
    process: BridgeProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer, home: Path
) -> None:
    node = await _online(process, control_plane, gateway)
    arguments = {"command": "echo up; read _ < gate; echo ran >> log; echo done"}
    with Gate(home) as gate:
        await node.invoke("inv_1", "exec", arguments)
        await node.progress("inv_1")
        await node.close(1012, "service restart")
        again = await gateway.node()
        await again.invoke("inv_1", "exec", arguments)  # as the server does with every unfinished call
        gate.let_through()
        assert (await again.result("inv_1"))["payload"]["stdout"] == "up\ndone\n"
    assert (home / "log").read_text() == "ran\n"


async def test_sigterm_ends_every_command(
    process: BridgeProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer, home: Path
) -> None:
    node = await _online(process, control_plane, gateway)
    line = "trap '' TERM HUP; setsid sleep 600 & echo $! $$ > pids; echo up; while :; do wait; done"
    await node.invoke("inv_1", "exec", {"command": line})
    await node.progress("inv_1")
    assert await process.stop() == 0
    await wait_until_gone(*pids_in(home / "pids"))


async def test_a_second_bridge_on_the_same_folder_is_refused(
    process: BridgeProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer, home: Path, state: Path
) -> None:
    await _online(process, control_plane, gateway)
    status = await process.command("status")
    assert status["port"] == process.port
    code, out, _ = await command(home, state, "run", "--port", "0", "--json")
    assert code == 6
    assert json.loads(out)["error"]["code"] == "bridge.already_running"
