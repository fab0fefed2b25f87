"""Moving asks, deleting asks twice, and what holds a person's or the system's files is never taken away."""

import pytest

from openclaw.protocol.grading import Grade, covers, grade_call
from openclaw.protocol.tools import (
    ARGUMENTS,
    UNDO_ARGUMENTS,
    FsDelete,
    FsMove,
    FsUndo,
    InvalidArguments,
    decode_arguments,
    decode_command,
)

HOME = "/home/ann"


@pytest.mark.parametrize(
    ("call", "grade", "why"),
    [
        (FsMove("~/a", "~/b"), Grade.MODIFY, "changes a file"),
        (FsMove("~/a", "~/.bashrc"), Grade.HIGH, "changes what runs later without being asked"),
        (FsMove("~/.bashrc", "~/a"), Grade.HIGH, "changes what runs later without being asked"),
        (FsMove("~/a", "/etc/a"), Grade.HIGH, "changes the system"),
        (FsMove("~/a\0", "~/b"), Grade.HIGH, "holds invisible characters"),
        (FsMove("~", "/tmp/x"), Grade.DANGEROUS, "deletes the system or everything of a person"),
        (FsMove("/usr", "/tmp/x"), Grade.DANGEROUS, "deletes the system or everything of a person"),
        (FsDelete("~/a"), Grade.HIGH, "deletes"),
        (FsDelete("~/a", keep=False), Grade.HIGH, "deletes"),
        (FsDelete("/home"), Grade.DANGEROUS, "deletes the system or everything of a person"),
        (FsDelete("~/."), Grade.DANGEROUS, "deletes the system or everything of a person"),
    ],
)
def test_the_grade_of_a_call(call: FsMove | FsDelete, grade: Grade, why: str) -> None:
    tool = "fs.move" if isinstance(call, FsMove) else "fs.delete"
    (segment,) = (assessment := grade_call(tool, call, home=HOME)).segments
    assert (assessment.grade, segment.why) == (grade, why)


def test_a_rule_for_moving_covers_both_ends() -> None:
    inside = grade_call("fs.move", FsMove("~/p/a", "~/p/b"), home=HOME)
    outside = grade_call("fs.move", FsMove("~/p/a", "~/b"), home=HOME)
    assert covers("fs.move", f"{HOME}/p", inside)
    assert not covers("fs.move", f"{HOME}/p", outside)


def test_undo_is_no_tool() -> None:
    assert not set(UNDO_ARGUMENTS) & set(ARGUMENTS)
    with pytest.raises(InvalidArguments):
        decode_arguments("fs.undo", {"calls": []})
    assert decode_command("fs.undo", {"calls": ["a"]}) == FsUndo(["a"])
    with pytest.raises(InvalidArguments):
        decode_command("fs.undo", {"calls": "a"})
