"""A runtime's tool calls in our words, and what the machine says to each."""

import json
from pathlib import Path
from typing import Any

import pytest

from openclaw.apps.bridge.pi.gating import (
    ANYTHING,
    MAX_ARGUMENT_BYTES,
    ToolUse,
    Verdict,
    gate_call,
    verdict_on,
)
from openclaw.apps.bridge.policy import PolicyStore
from openclaw.apps.bridge.state import StateFolder
from openclaw.protocol.grading import Grade
from openclaw.protocol.runs import RunLimits
from openclaw.protocol.vault import denied_tools

KEY = "-----BEGIN PRIVATE KEY-----"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def use(home: Path, tool: str, **given: Any) -> ToolUse:
    found = gate_call(json.dumps({"id": "c1", "tool": tool, "input": given}), home)
    assert found is not None
    return found


async def verdict(home: Path, found: ToolUse, policy: str = "", *, limits: RunLimits = ANYTHING) -> Verdict:
    folder = StateFolder(home / "state")
    (folder.path / "policy.toml").write_text(policy)
    (folder.path / "policy.toml").chmod(0o600)
    return await verdict_on(found, PolicyStore(folder, home=home).current, limits)


@pytest.mark.parametrize(
    ("tool", "given", "name", "grade"),
    [
        ("bash", {"command": "ls", "timeout": 5}, "exec", Grade.READ),
        ("bash", {"command": "touch x"}, "exec", Grade.MODIFY),
        ("bash", {"command": "sudo true"}, "exec", Grade.HIGH),
        ("read", {"path": "a.txt", "offset": 2}, "fs.read", Grade.READ),
        ("write", {"path": "a.txt", "content": "x"}, "fs.write", Grade.MODIFY),
        ("edit", {"path": "a.txt", "oldText": "x", "newText": "y"}, "fs.edit", Grade.MODIFY),
        ("edit", {"path": "a.txt", "edits": [{"oldText": "x", "newText": "y"}]}, "fs.edit", Grade.MODIFY),
        ("ls", {}, "fs.list", Grade.READ),
        ("grep", {"pattern": "x"}, "fs.search", Grade.READ),
        ("deploy", {"to": "production"}, "pi.deploy", Grade.HIGH),
        ("write", {"path": "a.txt"}, "pi.write", Grade.HIGH),
    ],
)
async def test_in_our_words(home: Path, tool: str, given: dict[str, Any], name: str, grade: Grade) -> None:
    found = use(home, tool, **given)
    assert found.name == name
    assert await verdict(home, found) == Verdict(grade)
    if name.startswith("fs.") and "path" in given:
        assert found.arguments["path"] == str(home / "a.txt")


@pytest.mark.parametrize(
    ("tool", "given", "policy"),
    [
        ("bash", {"command": "rm -rf /"}, ""),
        (
            "bash",
            {"command": f"echo {KEY}; rm -rf / ; echo -----END PRIVATE KEY-----"},
            "",
        ),  # what is masked counts
        ("bash", {"command": "touch x"}, '[tools]\nexec = "read"'),
        ("read", {"path": ".ssh/id_rsa"}, ""),
        ("read", {"path": "/etc/passwd"}, ""),
        ("write", {"path": "../elsewhere", "content": "x"}, ""),
        ("write", {"path": "a.txt", "content": "x" * MAX_ARGUMENT_BYTES}, ""),
        ("deploy", {}, 'max_grade = "modify"'),
        ("bash", {"command": "ls"}, "this is no policy"),
    ],
)
async def test_refused_here(home: Path, tool: str, given: dict[str, Any], policy: str) -> None:
    assert (await verdict(home, use(home, tool, **given), policy)).refusal


@pytest.mark.parametrize(
    "text", ["", "null", "[]", '{"id": 1}', '{"id": "c", "tool": "bash", "input": []}', "{" * 9999]
)
def test_what_is_no_call(home: Path, text: str) -> None:
    assert gate_call(text, home) is None


@pytest.mark.parametrize(
    ("tool", "given"),
    [("bash", {"command": "touch " + "x" * 33_000}), ("bash", {"line": "ls"}), ("write", {"path": "a.txt"})],
)
async def test_what_is_switched_off_is_so_also_with_arguments_that_are_none(
    home: Path, tool: str, given: dict[str, Any]
) -> None:
    limits = RunLimits(denied_tools=["exec", "fs.write"])
    found = await verdict(home, use(home, tool, **given), limits=limits)
    assert "switched off" in (found.refusal or "")


@pytest.mark.parametrize("tool", ["web_search", "browser", "pi.bash", "BASH", "exec ", "pi.*"])
async def test_tools_that_nobody_knows_are_switched_off_by_a_system_that_forbids_the_network(
    home: Path, tool: str
) -> None:
    limits = RunLimits(denied_tools=sorted(denied_tools({"permissions": {"allowNetwork": False}})))
    refusal = (await verdict(home, use(home, tool, url="https://example.com"), limits=limits)).refusal
    assert "switched off" in (refusal or "")
    assert await verdict(home, use(home, "read", path="a.txt"), limits=limits) == Verdict(Grade.READ)
    assert (await verdict(home, use(home, tool, url="https://example.com"))).refusal is None
