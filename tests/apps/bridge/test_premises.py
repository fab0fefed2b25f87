"""What changed between the question and the run is refused, and what did not change runs."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from openclaw.apps.bridge.journal import Journal
from openclaw.apps.bridge.tools.premises import Premises
from openclaw.kit.clock import ManualClock
from tests.apps.bridge.gateway_peer import NodeConnection

Change = Callable[[Path], object]


async def prepare(node: NodeConnection, call_id: str, command: str, arguments: Any) -> None:
    """Announce a call that waits for an answer."""
    payload = {"id": call_id, "nodeId": node.node_id, "command": command, "paramsJSON": json.dumps(arguments)}
    await node.send("node.invoke.prepare", payload)


def furnish(home: Path) -> None:
    (home / "work").mkdir()
    (home / "other").mkdir()
    for folder in ("work", "other"):
        (home / folder / "run.sh").write_text("#!/bin/sh\necho good\n")
        (home / folder / "run.sh").chmod(0o755)
        (home / folder / "build.py").write_text("print('good')\n")
    (home / "work" / "log.txt").write_text("one\n")
    (home / "here").symlink_to(home / "work")


SCRIPT = {"command": "./run.sh", "cwd": "~/work"}
PYTHON = {"argv": ["python3", "build.py"], "cwd": "~/work"}
LINKED = {"argv": ["touch", "made"], "cwd": "~/here"}
WRITE = {"path": "~/work/log.txt", "content": "new\n"}


def relink(home: Path) -> None:
    (home / "here").unlink()
    (home / "here").symlink_to(home / "other")


def remake(home: Path) -> None:
    (home / "work").rename(home / "old")
    (home / "other").rename(home / "work")


CHANGES: list[tuple[str, Any, Change, str]] = [
    ("exec", SCRIPT, lambda home: (home / "work" / "run.sh").write_text("#!/bin/sh\necho bad\n"), "run.sh"),
    ("exec", PYTHON, lambda home: (home / "work" / "build.py").write_text("print('bad')\n"), "build.py"),
    ("exec", PYTHON, lambda home: (home / "work" / "build.py").unlink(), "build.py"),
    ("exec", LINKED, relink, "the folder ~/here"),
    ("exec", SCRIPT, remake, "the folder ~/work"),
    ("fs.write", WRITE, lambda home: (home / "work" / "log.txt").write_text("two\n"), "log.txt"),
    ("fs.delete", {"path": "~/here"}, relink, "~/here"),
    ("fs.move", {"path": "~/here", "to": "~/there"}, relink, "~/here"),
]


@pytest.mark.parametrize(("tool", "arguments", "change", "named"), CHANGES)
async def test_what_changed_since_the_question_is_refused(
    node: NodeConnection, home: Path, tool: str, arguments: Any, change: Change, named: str
) -> None:
    furnish(home)
    await prepare(node, "inv_1", tool, arguments)
    await looked(node)
    change(home)
    failed = await node.call("inv_1", tool, arguments)
    assert (failed["ok"], failed["error"]["code"]) == (False, "CHANGED_SINCE_APPROVAL")
    assert named in failed["error"]["message"]
    assert (await node.call("inv_2", tool, arguments))["ok"]  # another question, another answer


async def looked(node: NodeConnection) -> None:
    """The machine looks at one call after the other; an unapproved call that runs shows that it has looked."""
    await prepare(node, "inv_barrier", "exec", {"argv": ["true"]})
    assert (await node.call("inv_barrier", "exec", {"argv": ["true"]}))["ok"]


@pytest.mark.parametrize(
    ("tool", "arguments"), [("exec", SCRIPT), ("exec", PYTHON), ("exec", LINKED), ("fs.write", WRITE)]
)
async def test_what_did_not_change_runs(node: NodeConnection, home: Path, tool: str, arguments: Any) -> None:
    furnish(home)
    await prepare(node, "inv_1", tool, arguments)
    await looked(node)
    (home / "unrelated").write_text("x")
    assert (await node.call("inv_1", tool, arguments))["ok"]


async def test_a_file_that_is_only_worked_on_may_change(node: NodeConnection, home: Path) -> None:
    furnish(home)
    arguments = {"command": "cp log.txt copy.txt", "cwd": "~/work"}
    await prepare(node, "inv_1", "exec", arguments)
    await looked(node)
    (home / "work" / "log.txt").write_text("two\n")
    assert (await node.call("inv_1", "exec", arguments))["ok"]


@pytest.mark.parametrize("other", [{"argv": ["echo", "b"]}, {"argv": ["echo", "a"], "cwd": "/"}])
async def test_other_arguments_than_those_asked_about_are_refused(node: NodeConnection, other: Any) -> None:
    """Whoever sends them: a server that was taken over as well."""
    await prepare(node, "inv_1", "exec", {"argv": ["echo", "a"]})
    failed = await node.call("inv_1", "exec", other)
    assert failed["ok"] is False
    assert failed["error"]["code"] in ("CHANGED_SINCE_APPROVAL", "DENIED_BY_LOCAL_POLICY")


async def test_a_second_announcement_changes_nothing(node: NodeConnection, home: Path) -> None:
    furnish(home)
    await prepare(node, "inv_1", "exec", SCRIPT)
    await looked(node)
    (home / "work" / "run.sh").write_text("#!/bin/sh\necho bad\n")
    await prepare(node, "inv_1", "exec", SCRIPT)
    failed = await node.call("inv_1", "exec", SCRIPT)
    assert failed["error"]["code"] == "CHANGED_SINCE_APPROVAL"


def test_what_was_seen_outlives_a_restart_and_ends_with_the_link(tmp_path: Path) -> None:
    clock = ManualClock(datetime(2026, 11, 21, tzinfo=UTC))
    seen = Premises("digest", {"the folder ~": "1:2"})
    journal = Journal(tmp_path / "j", clock=clock)
    journal.keep_premises("inv_1", seen)
    journal.keep_premises("inv_1", Premises("other", {}))
    journal.close()
    journal = Journal(tmp_path / "j", clock=clock)
    assert journal.find_premises("inv_1") == seen
    journal.forget_results()
    assert journal.find_premises("inv_1") is None
    journal.keep_premises("inv_2", seen)
    clock.advance(timedelta(days=31))
    journal.prune()
    assert journal.find_premises("inv_2") is None
    journal.close()


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        ({"command": "touch owned"}, True),
        ({"command": "cat ~/.ssh/id_rsa"}, False),
        ({"command": "rm -rf /"}, False),
        ({"nothing": 1}, False),
    ],
)
async def test_the_machine_tells_what_its_policy_would_say_and_runs_nothing(
    node: NodeConnection, home: Path, arguments: Any, allowed: bool
) -> None:
    check = {"tool": "exec", "arguments": arguments}
    answer = await node.call("inv_1", "policy.check", check)
    assert answer["payload"]["allowed"] is allowed
    assert ("message" in answer["payload"]) is not allowed
    assert list(home.iterdir()) == []
