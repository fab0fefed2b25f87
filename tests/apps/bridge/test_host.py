"""Real host processes: one token, calls only under a lease, and nothing that outlives it."""

import json
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import typer.main

from openclaw.apps.bridge.help import BridgeGroup
from openclaw.apps.bridge.host.main import app
from tests.apps.bridge.control_plane_peer import ControlPlanePeer
from tests.apps.bridge.gateway_peer import GatewayPeer, NodeConnection
from tests.apps.bridge.host_process import HostProcess
from tests.apps.bridge.processes import is_running, pids_in, wait_until_gone

AWAY = (1013, "not now")
LEASE_MS = 2_500  # to be waited for, and no shorter: a host that is slow for a moment keeps it
TREE = "echo ran >> log; setsid sleep 600 & echo $! $$ > pids; echo up; wait"


@pytest.fixture
async def host(home: Path, state: Path) -> AsyncIterator[HostProcess]:
    process = HostProcess(home, state)
    yield process
    await process.kill()


async def started(host: HostProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer) -> NodeConnection:
    """A host that enrolled itself, as in a container, and is online."""
    await host.start("--token", control_plane.host_token, "--server", control_plane.url)
    return await gateway.node()


async def with_a_command(node: NodeConnection, home: Path) -> list[int]:
    """A command that goes on for ever, and its processes."""
    await node.invoke("inv_1", "exec", {"command": TREE})
    await node.progress("inv_1")
    return pids_in(home / "pids")


async def test_a_host_enrols_once_says_what_it_offers_and_starts_again(
    host: HostProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer, home: Path, state: Path
) -> None:
    token = control_plane.host_token
    offers = ("--label", "gpu", "--max-tasks", "3", "--region", "eu-1", "--browser-operator")
    code, said = await host.command("enroll", token, "--server", control_plane.url, "--name", "box", *offers)
    assert (code, said["name"], said["hostId"]) == (0, "box", "host_" + "1" * 32)
    code, said = await host.command("enroll", token)
    assert (code, said["error"]["code"]) == (6, "host.already_enrolled")

    # What a container does at each of its starts: the token counts only while it is no host yet.
    await host.start("--token", token, OPENCLAW_HOST_TOKEN=token)
    node = await gateway.node()
    beat = await node.heartbeats.get()
    assert beat["nodeId"] == node.node_id
    offered = {"maxConcurrentTasks": 3, "labels": ["gpu"], "region": "eu-1", "browserOperator": True}
    assert offered.items() <= beat.items()
    assert (beat["running"], beat["queueDepth"], "trouble" in beat) == (0, 0, False)
    found = (await node.call("inv_1", "exec", {"command": "env; echo ran >> log"}))["payload"]["stdout"]
    assert "OPENCLAW_HOST_TOKEN" not in found
    assert control_plane.paths.count("/api/v2/bridge/host/enroll") == 1
    assert (await host.command("status"))[1]["running"] is True
    assert json.loads((state / "session.json").read_bytes())["scopes"]


async def test_nothing_runs_before_the_lease_stands(
    host: HostProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer, home: Path
) -> None:
    gateway.lease_ms = None
    node = await started(host, control_plane, gateway)
    await node.heartbeats.get()
    await node.invoke("inv_1", "exec", {"command": "echo ran >> log"})
    refused = await node.call("inv_2", "exec", {}, timeoutMs=-1)  # has no form, so it is answered at once
    assert refused["ok"] is False
    assert node.results == [refused]
    assert not (home / "log").exists()
    await node.invoke("inv_3", "exec", {"command": "echo unwanted >> log"})
    await node.send("node.invoke.cancel", {"id": "inv_3"})
    await node.answer_heartbeats(60_000)
    assert (await node.result("inv_1"))["ok"]
    assert (await node.call("inv_4", "exec", {"command": "cat log"}))["payload"]["stdout"] == "ran\n"


@pytest.mark.parametrize("cut", ["socket", "answers"])
async def test_a_host_that_is_cut_off_ends_what_it_runs(
    host: HostProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer, home: Path, cut: str
) -> None:
    gateway.lease_ms = LEASE_MS
    node = await started(host, control_plane, gateway)
    left = await with_a_command(node, home)
    if cut == "socket":
        gateway.close_before_hello = AWAY
        await node.close(*AWAY)
    else:
        node.lease_ms = None
    await wait_until_gone(*left)
    if cut == "socket":
        gateway.close_before_hello = None
        node = await gateway.node()
    assert (await node.result("inv_1"))["error"]["code"] == "INTERRUPTED"
    await node.answer_heartbeats(60_000)
    assert (await node.call("inv_1", "exec", {"command": TREE}))["error"]["code"] == "INTERRUPTED"
    assert (await node.call("inv_2", "exec", {"command": "cat log"}))["payload"]["stdout"] == "ran\n"


async def test_nothing_outlives_a_host_that_is_killed_or_hangs(
    host: HostProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer, home: Path
) -> None:
    gateway.lease_ms = LEASE_MS
    node = await started(host, control_plane, gateway)
    left = await with_a_command(node, home)
    host.signal(signal.SIGSTOP)
    await wait_until_gone(*left)
    host.signal(signal.SIGCONT)
    assert (await node.result("inv_1"))["error"]["code"] == "INTERRUPTED"

    await node.invoke("inv_2", "exec", {"command": TREE})
    await node.progress("inv_2")
    left = pids_in(home / "pids")
    assert all(map(is_running, left))
    await host.kill()
    await wait_until_gone(*left)  # although nobody has started it again

    await host.start()
    again = await gateway.node()
    assert again.node_id == node.node_id
    assert (await again.result("inv_2"))["error"]["code"] == "INTERRUPTED"
    assert (await again.call("inv_2", "exec", {"command": TREE}))["error"]["code"] == "INTERRUPTED"
    assert (home / "log").read_text() == "ran\nran\n"


async def test_a_revoked_host_ends_everything_and_itself(
    host: HostProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer, home: Path, state: Path
) -> None:
    node = await started(host, control_plane, gateway)
    left = await with_a_command(node, home)
    await node.close(1008, "device revoked")
    await wait_until_gone(*left)
    code, said = await host.wait()
    assert (code, said["error"]["code"]) == (3, "host.revoked")
    assert not (state / "session.json").exists()
    code, said = await host.command("run")
    assert (code, said["error"]["code"]) == (6, "host.not_enrolled")
    code, said = await host.command("run", "--token", "oche_" + "t" * 43)
    assert (code, said["error"]["code"]) == (4, "devices.host_token_ended")


def test_a_host_is_started_by_the_same_options_with_and_without_its_command() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, BridgeGroup)
    started, run, enroll = (
        {each.name: (each.opts, getattr(each, "envvar", None)) for each in command.params}
        for command in (group, group.commands["run"], group.commands["enroll"])
    )
    assert {name: started[name] for name in run} == run
    assert {"token", "server", "name", "max_tasks", "label", "pi_command", "state_dir", "as_json"} <= set(run)
    assert set(run) - set(enroll) == {"pi_command"}
    assert run["state_dir"][1] == "OPENCLAW_HOST_HOME"


async def test_a_host_whose_credential_was_rotated_while_it_was_away_comes_back_by_the_one_command(
    host: HostProcess, control_plane: ControlPlanePeer, gateway: GatewayPeer
) -> None:
    await host.command("enroll", control_plane.host_token, "--server", control_plane.url)
    control_plane.host_token = "oche_" + "r" * 43
    await host.start("--token", control_plane.host_token, "--server", control_plane.url)
    await (await gateway.node()).close(1008, "device revoked")
    again = await gateway.node()
    assert (await again.heartbeats.get())["nodeId"] == again.node_id
    assert control_plane.paths.count("/api/v2/bridge/host/enroll") == 2
