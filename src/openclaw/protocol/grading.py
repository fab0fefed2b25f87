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
from openclaw.protocol.options import DELETES, Judgement
from openclaw.protocol.risk import Grade, Segment, Verdict, place_grade, why_in
from openclaw.protocol.tools import Exec, FsDelete, FsEdit, FsMove, FsWrite

__all__ = ["Assessment", "Grade", "Segment", "covers", "grade_call", "why_in"]

_READING_TOOLS = frozenset({"fs.list", "fs.read", "fs.search", "fs.collect", "system.info"})


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
            return _write(tool, (path,), home)
        case FsMove(path=path, to=to):
            return _write(tool, (path, to), home, takes_away=True)
        case FsDelete(path=path):
            return _write(tool, (path,), home, takes_away=True, least=DELETES)
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


def _write(
    tool: str,
    names: tuple[str, ...],
    home: str,
    *,
    takes_away: bool = False,
    least: Judgement = (Grade.MODIFY, "changes a file", False),
) -> Assessment:
    """A change at ``names``; ``takes_away``: what is at the first of them will not be there any more."""
    targets = tuple(places.normalise(name, cwd=home or "/", home=home) for name in names)
    verdict = Verdict(tool, Grade.READ, "changes a file")
    for name, target in zip(names, targets, strict=True):
        grade, why = place_grade(target, home)
        if "\0" in name:
            grade, why = Grade.HIGH, "holds invisible characters"
        if verdict.grade == Grade.READ:
            verdict.why = why
        verdict.worsen(grade, why)
    # Writing a device that swallows everything is still a write that somebody asked for.
    verdict.grade = max(verdict.grade, Grade.MODIFY)
    verdict.worsen(*least)
    if takes_away and places.is_foundation(targets[0], home):
        verdict.worsen(Grade.DANGEROUS, "deletes the system or everything of a person")
    segment = Segment(targets[0], tool, verdict.grade, verdict.why, targets)
    return _assessed([segment], places.parent(targets[0]))


def _assessed(segments: Sequence[Segment], folder: str | None) -> Assessment:
    worst = max((segment.grade for segment in segments), default=Grade.READ)
    programs = tuple(dict.fromkeys(s.program for s in segments if s.grade != Grade.READ and s.program))
    return Assessment(worst, tuple(segments), folder, programs)
