"""Our exec in the words of released node hosts: as their gateways were recorded to say it."""

import json
from typing import Any

import pytest

from openclaw.protocol import node_host
from openclaw.protocol.node_host import UntranslatableError
from openclaw.protocol.tools import Exec

# Recorded of releases 2026.2.3-1 and 2026.9.6.
OLD_RUN = (
    '{"command":["/bin/sh","-lc","uname -s"],"rawCommand":"uname -s","cwd":"/home/user/w","agentId":"main",'
    '"sessionKey":"nodetest70b0","approved":true,"approvalDecision":"allow-once","runId":"de0fb8a7"}'
)
NEW_PREPARE = (
    '{"command":["/bin/sh","-lc","uname -s"],"security":"full","ask":"off","rawCommand":"uname -s",'
    '"agentId":"main","sessionKey":"agent:main:nodetest9e1b"}'
)
PREPARED = (
    '{"plan":{"argv":["/bin/sh","-lc","uname -s"],"cwd":"/home/user/lab","commandText":"/bin/sh -lc \\"uname -s\\"",'
    '"commandPreview":"uname -s","agentId":"main","sessionKey":"agent:main:nodetest9e1b","policySnapshot":'
    '{"security":"full","ask":"off","askFallback":"deny","autoAllowSkills":false,"allowlistRules":[]}},'
    '"execPolicy":{"security":"full","ask":"off"},"allowAlwaysCoverage":{"complete":false,"patterns":[]}}'
)
NEW_RUN_START = (
    '{"command":["/bin/sh","-lc","uname -s"],"rawCommand":"/bin/sh -lc \\"uname -s\\"","cwd":"/home/user/lab",'
    '"agentId":"main","sessionKey":"agent:main:nodetest9e1b","timeoutMs":1800000}'
)
ANSWER = '{"exitCode":0,"timedOut":false,"success":true,"stdout":"Linux\\n","stderr":"","error":null}'


def without_session(params: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in params.items() if key != "sessionKey"}


def test_the_old_form_is_the_recorded_one() -> None:
    call = Exec(command="uname -s", cwd="/home/user/w")
    said = node_host.run_params(call, platform="linux", call_id="de0fb8a7", timeout_ms=5000)
    assert without_session(said) == without_session(json.loads(OLD_RUN)) | {"timeoutMs": 5000}


def test_the_new_form_is_the_recorded_one() -> None:
    call = Exec(command="uname -s")
    said = node_host.prepare_params(call, platform="linux")
    assert without_session(said) == without_session(json.loads(NEW_PREPARE))
    plan = node_host.plan_of(json.loads(PREPARED))
    said = node_host.run_params(call, platform="linux", call_id="c", timeout_ms=1_800_000, plan=plan)
    approval = {"runId": "c", "approved": True, "approvalDecision": "allow-once", "systemRunPlan": plan}
    assert said == json.loads(NEW_RUN_START) | approval


def test_a_program_is_not_given_to_a_shell() -> None:
    said = node_host.prepare_params(Exec(argv=["ls", "a b"]), platform="linux")
    assert said["command"] == ["ls", "a b"]
    assert "rawCommand" not in said


@pytest.mark.parametrize("platform", ["win32", "Windows"])
def test_windows_has_its_own_shell(platform: str) -> None:
    said = node_host.prepare_params(Exec(command="dir"), platform=platform)
    assert said["command"] == ["cmd.exe", "/d", "/s", "/c", "dir"]


def test_where_home_is_is_not_known() -> None:
    assert "cwd" not in node_host.prepare_params(Exec(command="ls"), platform="linux")
    with pytest.raises(UntranslatableError):
        node_host.prepare_params(Exec(command="ls", cwd="~/docs"), platform="linux")


def test_the_answer_is_that_of_our_exec() -> None:
    assert node_host.exec_result(json.loads(ANSWER)) == {
        "exitCode": 0,
        "signal": None,
        "timedOut": False,
        "cancelled": False,
        "stdout": "Linux\n",
        "stderr": "",
        "stdoutTruncated": False,
        "stderrTruncated": False,
    }
    late = node_host.exec_result({"timedOut": True, "stdout": "... (truncated) tail", "error": "timeout"})
    assert late == late | {"exitCode": None, "timedOut": True, "stdout": "tail", "stdoutTruncated": True}
    with pytest.raises(UntranslatableError, match="ENOENT"):
        node_host.exec_result({"success": False, "error": "spawn ENOENT"})
    for odd in ({}, {"stdout": 1, "exitCode": "0"}, {"stderr": None}):
        assert node_host.exec_result(odd)["exitCode"] is None


@pytest.mark.parametrize("answer", [None, [], {}, {"plan": []}, {"plan": "x"}, "x"])
def test_an_answer_without_a_plan_is_none(answer: Any) -> None:
    with pytest.raises(UntranslatableError):
        node_host.plan_of(answer)


def test_failures_have_our_codes_where_there_are_some() -> None:
    denied = node_host.failure_of({"code": "UNAVAILABLE", "message": "SYSTEM_RUN_DENIED: approval required"})
    assert denied["code"] == "DENIED_BY_LOCAL_POLICY"
    assert node_host.failure_of({"code": "X", "message": "y"}) == {"code": "X", "message": "y"}
    assert node_host.failure_of({})["code"] == "FAILED"


def test_what_a_client_asks_to_run_is_read_without_its_claims() -> None:
    claims = {"approved": True, "systemRunPlan": {}, "runId": "r1", "sessionKey": "agent:main:main"}
    assert node_host.read_run({"command": ["uname", "-s"], **claims}) == Exec(argv=["uname", "-s"])
    shell = {"command": ["/bin/sh", "-lc", "ls | wc"], "rawCommand": "ls", "cwd": "/srv"}
    assert node_host.read_run(shell) == Exec(command="ls | wc", cwd="/srv")


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"command": "ls"},
        {"command": []},
        {"command": ["ls", 1]},
        {"command": ["ls"], "env": {"A": "b"}},
        {"command": ["ls"], "cwd": 1},
    ],
)
def test_what_cannot_be_read_is_refused(params: dict[str, Any]) -> None:
    with pytest.raises(UntranslatableError):
        node_host.read_run(params)


def test_a_node_host_offers_exec_if_it_runs_commands() -> None:
    assert node_host.offers("exec", ["system.run"])
    assert not node_host.offers("exec", ["system.which"])
    assert not node_host.offers("fs.list", ["system.run", "dir.list"])
