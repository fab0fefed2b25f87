"""Calls over a real gateway connection: every tool, streaming, limits, cancel, at most once."""

from pathlib import Path

import pytest

from openclaw.apps.bridge.calls import MAX_RUNNING
from tests.apps.bridge.conftest import RunningBridge
from tests.apps.bridge.gateway_peer import GatewayPeer, NodeConnection
from tests.apps.bridge.processes import Gate, pids_in, wait_until_gone

EXEC_FIELDS = set(
    "exitCode signal timedOut cancelled stdout stderr stdoutTruncated stderrTruncated durationMs".split()
)


async def test_every_tool_answers(node: NodeConnection, home: Path) -> None:
    (home / "f").write_text("needle\n")
    for number, (tool, arguments) in enumerate(
        [
            ("fs.list", {"path": "~"}),
            ("fs.read", {"path": "~/f"}),
            ("fs.search", {"path": "~", "query": "needle"}),
            ("fs.search", {"path": "~", "query": "n.*e", "regex": True}),
            ("fs.write", {"path": "~/g", "content": "x"}),
            ("fs.edit", {"path": "~/g", "edits": [{"old": "x", "new": "y"}]}),
            ("fs.move", {"path": "~/f", "to": "~/moved/f"}),
            ("fs.delete", {"path": "~/moved"}),
            ("fs.undo.preview", {"calls": ["inv_6"]}),
            ("fs.undo", {"calls": ["inv_7"]}),
            ("exec", {"argv": ["echo", "hello"]}),
            ("system.info", {}),
        ]
    ):
        result = await node.call(f"inv_{number}", tool, arguments)
        assert result["ok"], (tool, result)
    assert (home / "g").read_text() == "y"
    assert (home / "moved" / "f").read_text() == "needle\n"


async def test_the_machine_introduces_itself(node: NodeConnection, home: Path) -> None:
    await node.call("inv_1", "system.info", {})
    assert node.events[0]["event"] == "node.host.described"
    assert node.events[0]["payload"]["home"] == str(home)


async def test_exec_reports_exactly_what_happened(node: NodeConnection, home: Path) -> None:
    line = "printf out; printf err >&2; pwd >&2; exit 3"
    result = (await node.call("inv_1", "exec", {"command": line}))["payload"]
    assert set(result) == EXEC_FIELDS
    assert (result["exitCode"], result["signal"]) == (3, None)
    assert (result["stdout"], result["stderr"]) == ("out", f"err{home}\n")
    assert (result["timedOut"], result["cancelled"]) == (False, False)
    killed = (await node.call("inv_2", "exec", {"command": "kill -9 $$"}))["payload"]
    assert (killed["exitCode"], killed["signal"]) == (None, "SIGKILL")


async def test_argv_is_not_seen_by_a_shell(node: NodeConnection, home: Path) -> None:
    arguments = {"argv": ["printf", "%s", "$(touch owned); `touch owned` > owned"]}
    result = (await node.call("inv_1", "exec", arguments))["payload"]
    assert result["stdout"] == arguments["argv"][2]
    assert not (home / "owned").exists()


async def test_only_the_tail_of_long_output_is_kept(node: NodeConnection) -> None:
    line = "head -c 1000000 /dev/zero | tr '\\0' 'a'; echo THE-END; printf 'n\\0l' >&2"
    result = (await node.call("inv_1", "exec", {"command": line}))["payload"]
    assert len(result["stdout"]) == 262_144
    assert result["stdout"].endswith("aTHE-END\n")
    assert (result["stdoutTruncated"], result["stderrTruncated"]) == (True, False)
    assert result["stderr"] == "n\ufffdl"


async def test_output_is_streamed_while_the_command_runs(node: NodeConnection, home: Path) -> None:
    with Gate(home) as gate:
        line = "echo first; read _ < gate; echo second >&2"
        await node.invoke("inv_1", "exec", {"command": line})
        piece = await node.progress("inv_1")
        gate.let_through()
        result = (await node.result("inv_1"))["payload"]
    assert (piece["stream"], piece["data"], piece["seq"]) == ("stdout", "first\n", 0)
    assert piece["nodeId"] == node.node_id
    assert (result["stdout"], result["stderr"]) == ("first\n", "second\n")


async def test_a_time_out_ends_the_whole_tree(node: NodeConnection, home: Path) -> None:
    line = "trap '' TERM; (sleep 600) & setsid sleep 600 & echo $! $$ > pids; wait; sleep 600"
    arguments = {"command": line, "timeout_seconds": 2}  # time for all of it to have begun
    result = (await node.call("inv_1", "exec", arguments))["payload"]
    assert result["timedOut"] is True
    assert result["signal"] == "SIGKILL"
    await wait_until_gone(*pids_in(home / "pids"))


async def test_the_callers_time_limit_counts_too(node: NodeConnection) -> None:
    result = (await node.call("inv_1", "exec", {"argv": ["sleep", "600"]}, timeoutMs=100))["payload"]
    assert (result["timedOut"], result["signal"]) == (True, "SIGTERM")


async def test_cancel_ends_the_command_and_returns_what_it_said(node: NodeConnection, home: Path) -> None:
    await node.invoke("inv_1", "exec", {"command": "echo $$ > pid; setsid sleep 600 & echo going; wait"})
    assert (await node.progress("inv_1"))["data"] == "going\n"
    await node.send("node.invoke.cancel", {"id": "inv_1"})
    result = (await node.result("inv_1"))["payload"]
    assert (result["cancelled"], result["stdout"]) == (True, "going\n")
    await wait_until_gone(*pids_in(home / "pid"))


async def test_what_a_command_leaves_in_its_group_ends_with_it(node: NodeConnection, home: Path) -> None:
    result = await node.call("inv_1", "exec", {"command": "sleep 600 & echo $! > pid"})
    assert result["payload"]["exitCode"] == 0
    await wait_until_gone(*pids_in(home / "pid"))


async def test_a_few_run_the_rest_waits_and_a_waiting_one_can_be_cancelled(
    node: NodeConnection, home: Path
) -> None:
    with Gate(home) as gate:
        for number in range(MAX_RUNNING):
            await node.invoke(f"inv_{number}", "exec", {"command": "echo up; read _ < gate"})
        for number in range(MAX_RUNNING):
            await node.progress(f"inv_{number}")
        await node.invoke("inv_waiting", "exec", {"command": "touch waited"})
        await node.send("node.invoke.cancel", {"id": "inv_waiting"})
        assert (await node.result("inv_waiting"))["error"]["code"] == "CANCELLED"
        gate.let_through(MAX_RUNNING)
        for number in range(MAX_RUNNING):
            assert (await node.result(f"inv_{number}"))["payload"]["exitCode"] == 0
    assert not (home / "waited").exists()


async def test_an_id_is_never_run_twice(node: NodeConnection, home: Path) -> None:
    arguments = {"command": "echo ran >> log"}
    first = await node.call("inv_1", "exec", arguments)
    again = await node.call("inv_1", "exec", arguments)
    other = await node.call("inv_1", "exec", {"command": "echo other >> log"})
    assert first == again == other
    assert (home / "log").read_text() == "ran\n"


async def test_the_same_id_twice_while_it_runs_is_one_call(node: NodeConnection, home: Path) -> None:
    with Gate(home) as gate:
        for _ in range(3):
            await node.invoke("inv_1", "exec", {"command": "echo ran >> log; read _ < gate"})
        gate.let_through()
        assert (await node.result("inv_1"))["ok"]
    await node.call("inv_2", "system.info", {})
    assert (home / "log").read_text() == "ran\n"
    assert [r["id"] for r in node.results] == ["inv_1", "inv_2"]


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("fs.format", {}, "UNKNOWN_COMMAND"),
        ("fs.read", {}, "INVALID_ARGUMENTS"),
        ("fs.read", {"path": 1}, "INVALID_ARGUMENTS"),
        ("fs.read", {"path": "~/f", "extra": 1}, "INVALID_ARGUMENTS"),
        ("fs.read", [], "INVALID_ARGUMENTS"),
        ("fs.read", {"path": "a\0b"}, "INVALID_ARGUMENTS"),
        ("exec", {}, "INVALID_ARGUMENTS"),
        ("exec", {"argv": []}, "INVALID_ARGUMENTS"),
        ("exec", {"argv": ["true"], "command": "true"}, "INVALID_ARGUMENTS"),
        ("exec", {"argv": ["echo", "a\0b"]}, "INVALID_ARGUMENTS"),
        ("exec", {"argv": ["no-such-program-here"]}, "NOT_FOUND"),
        ("exec", {"argv": ["true"], "cwd": "~/none"}, "NOT_FOUND"),
        ("exec", {"argv": ["true"], "cwd": "/etc"}, "DENIED_BY_LOCAL_POLICY"),
        ("exec", {"command": "cat ~/.ssh/id_rsa"}, "DENIED_BY_LOCAL_POLICY"),
        ("exec", {"command": "rm -rf /"}, "DENIED_BY_LOCAL_POLICY"),
    ],
)
async def test_a_bad_call_fails_with_its_code(
    node: NodeConnection, tool: str, arguments: object, code: str
) -> None:
    result = await node.call("inv_1", tool, arguments)
    assert result["ok"] is False
    assert result["error"]["code"] == code, result["error"]
    assert result["error"]["message"]


async def test_malformed_requests_are_ignored_and_the_connection_lives(node: NodeConnection) -> None:
    for payload in (
        {},
        {"id": "", "nodeId": node.node_id, "command": "exec"},
        {"id": "inv_1", "nodeId": "f" * 64, "command": "exec", "paramsJSON": '{"argv":["true"]}'},
        {"id": 7, "nodeId": node.node_id, "command": "exec"},
    ):
        await node.send("node.invoke.request", payload)
        await node.send("node.invoke.cancel", payload)
    await node.send("no.such.event", {"a": 1})
    deep = {"id": "inv_deep", "nodeId": node.node_id, "command": "fs.read", "paramsJSON": "[" * 100_000}
    await node.send("node.invoke.request", deep)
    assert (await node.result("inv_deep"))["error"]["code"] == "INVALID_ARGUMENTS"
    assert [r["id"] for r in node.results] == ["inv_deep"]


async def test_a_result_over_the_gateways_limit_becomes_an_error(
    bridge: RunningBridge, gateway: GatewayPeer, node: NodeConnection
) -> None:
    gateway.max_payload = 10_000
    await node.close(1012, "service restart")
    smaller = await gateway.node()
    result = await smaller.call("inv_1", "exec", {"command": "head -c 20000 /dev/zero | tr '\\0' a"})
    assert result["error"]["code"] == "TOO_LARGE"
