"""How risky a tool call is: read, modify, high, dangerous. Both ends judge with it, so it is pure.

The judgement errs upward: what cannot be read, or is not known, is never graded as reading. It is a guard against
haste and deceit in a visible line, not a sandbox; the machine's own policy stands behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec import Struct

from openclaw.protocol import places
from openclaw.protocol.commands import CommandJudge
from openclaw.protocol.ground import Ground
from openclaw.protocol.risk import Grade, Segment, place_grade, why_in
from openclaw.protocol.tools import Exec, FsEdit, FsWrite

__all__ = ["Assessment", "Grade", "Segment", "covers", "grade_call", "why_in"]

_READING_TOOLS = frozenset({"fs.list", "fs.read", "fs.search", "system.info"})


@dataclass(frozen=True)
class Assessment:
    """The judgement on a call: its worst grade, each segment, and what a standing rule would have to match.

    ``programs`` are those above reading, ``folder`` where they act (None: not one folder).
    """

    grade: Grade
    segments: tuple[Segment, ...]
    folder: str | None
    programs: tuple[str, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Every absolute path that the call names, in order, once: what a local policy should look at."""
        return tuple(dict.fromkeys(path for segment in self.segments for path in segment.paths))


def grade_call(tool: str, arguments: Struct, *, home: str) -> Assessment:
    """Judge a call of ``tool`` on a machine whose user's home folder is ``home`` ("" if unknown); never raises."""
    match arguments:
        case FsWrite(path=path) | FsEdit(path=path):
            return _write(tool, path, home)
        case Exec(command=str(line), cwd=cwd):
            folder = places.normalise(cwd, cwd=home or "/", home=home)
            judge = CommandJudge(Ground(home, folder))
            if places.has_drive(home):
                judge.windows_line(line)
            else:
                judge.line(line)
        case Exec(argv=list(argv), cwd=cwd):
            folder = places.normalise(cwd, cwd=home or "/", home=home)
            judge = CommandJudge(Ground(home, folder))
            judge.argv(argv)
        case _ if tool in _READING_TOOLS:
            path = getattr(arguments, "path", None)
            paths = () if path is None else (places.normalise(path, cwd=home or "/", home=home),)
            segment = Segment(paths[0] if paths else tool, tool, Grade.READ, "only reads", paths)
            return Assessment(Grade.READ, (segment,), None, ())
        case _:
            unknown = Segment(tool, tool, Grade.HIGH, "is not a tool that is known", opaque=True)
            return Assessment(Grade.HIGH, (unknown,), None, (tool,))
    return _assessed(judge.segments, None if judge.ground.left else folder)


def covers(rule_program: str, rule_folder: str, assessment: Assessment) -> bool:
    """Whether a standing rule "``rule_program`` in ``rule_folder``" allows the call without asking.

    Every segment above reading must be that program, act in that folder, say all it does in its words and name no
    path outside the folder. High and dangerous calls are never covered. ``rule_folder`` is a normalised path.
    """
    if assessment.grade != Grade.MODIFY or assessment.folder is None or not rule_program:
        return False
    if not places.is_within(assessment.folder, rule_folder):
        return False
    return all(
        segment.grade == Grade.READ
        or (
            segment.program == rule_program
            and not segment.opaque
            and all(places.is_within(path, rule_folder) for path in segment.paths)
        )
        for segment in assessment.segments
    )


def _write(tool: str, path: str, home: str) -> Assessment:
    target = places.normalise(path, cwd=home or "/", home=home)
    grade, why = place_grade(target, home)
    if "\0" in path:
        grade, why = Grade.HIGH, "holds invisible characters"
    # Writing a device that swallows everything is still a write that somebody asked for.
    segment = Segment(target, tool, max(grade, Grade.MODIFY), why, (target,))
    return _assessed([segment], places.parent(target))


def _assessed(segments: Sequence[Segment], folder: str | None) -> Assessment:
    worst = max((segment.grade for segment in segments), default=Grade.READ)
    programs = tuple(dict.fromkeys(s.program for s in segments if s.grade != Grade.READ and s.program))
    return Assessment(worst, tuple(segments), folder, programs)
