"""What deletes, destroys, stops the machine or hands rights away: judged before anything else is."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

from openclaw.protocol import programs
from openclaw.protocol.ground import Ground
from openclaw.protocol.options import DELETES, has_option, names_something_later
from openclaw.protocol.risk import Grade, Verdict, place_grade
from openclaw.protocol.shell_words import Word

_RUINS = (Grade.DANGEROUS, "destroys a disk or the system's settings", True)
_EMPTIES = (Grade.DANGEROUS, "deletes the system or everything of a person", True)


def destroys(name: str, args: Sequence[Word], ground: Ground, verdict: Verdict) -> bool:
    """Judge program ``name`` (folded); False when it is not of this kind."""
    texts = [word.text for word in args]
    stem = name.split(".", 1)[0]
    if (
        stem in programs.DESTROYERS
        or stem.startswith(("mkfs", "newfs"))
        or (name == "format" and any(len(text) <= 3 and text[1:2] == ":" for text in texts))
    ):
        verdict.worsen(*_RUINS)
    elif name in programs.SHUTTERS or (name in ("systemctl", "loginctl", "telinit") and _stops(texts)):
        verdict.worsen(Grade.DANGEROUS, "stops the machine", opaque=True)
    elif name == "reg" and texts[:1] != ["query"]:
        verdict.worsen(Grade.DANGEROUS, "edits the registry", opaque=True)
    elif (judge := _judge_of(name)) is not None:
        judge(args, ground, verdict)
    else:
        return False
    return True


def _stops(texts: Sequence[str]) -> bool:
    """Whether a word is the state, or the unit of it, in which the machine no longer works; also as a pattern."""
    for text in texts:
        unit = text.casefold().removesuffix(".target").removesuffix(".service").removeprefix("systemd-")
        pattern = any(sign in unit for sign in "*?[") and unit.strip("*?")
        if unit in programs.POWER_WORDS or (
            pattern and any(fnmatchcase(w, unit) for w in programs.POWER_WORDS)
        ):
            return True
    return False


def _judge_of(name: str) -> Callable[[Sequence[Word], Ground, Verdict], None] | None:
    if name in programs.DELETERS:
        return _delete
    if name in programs.OWNERSHIP:
        return _change_rights
    if name in programs.KILLERS:
        return _kill if name == "kill" else _kill_by_name
    return {"mv": _move, "dd": _copy_raw}.get(name)


def _recursive(args: Sequence[Word]) -> bool:
    return has_option(args, letters="rR", long=("--recursive",)) or any(w.text.lower() == "/s" for w in args)


def _delete(args: Sequence[Word], ground: Ground, verdict: Verdict) -> None:
    verdict.worsen(*DELETES)
    if has_option(args, long=("--no-preserve-root",)) or (_recursive(args) and ground.names_foundation(args)):
        verdict.worsen(*_EMPTIES)


def _change_rights(args: Sequence[Word], ground: Ground, verdict: Verdict) -> None:
    verdict.worsen(Grade.MODIFY, "changes who may use files", opaque=names_something_later(args))
    if _recursive(args) and ground.names_foundation(args):
        verdict.worsen(Grade.DANGEROUS, "changes the rights of the system or of everything of a person")
    for word in args:
        text = word.text
        if "+s" in text or (text.isdigit() and len(text) == 4 and text[0] in "234567"):
            verdict.worsen(Grade.HIGH, "runs with the rights of somebody else", opaque=True)


def _move(args: Sequence[Word], ground: Ground, verdict: Verdict) -> None:
    verdict.worsen(Grade.MODIFY, "changes a file", opaque=names_something_later(args))
    if ground.names_foundation(args[:-1]):
        verdict.worsen(*_EMPTIES)


def _kill(args: Sequence[Word], _ground: Ground, verdict: Verdict) -> None:
    hard = any(w.text.upper().lstrip("-").removeprefix("SIG") in ("9", "KILL") for w in args)
    verdict.worsen(Grade.HIGH if hard else Grade.MODIFY, "ends processes", opaque=names_something_later(args))


def _kill_by_name(_args: Sequence[Word], _ground: Ground, verdict: Verdict) -> None:
    verdict.worsen(Grade.HIGH, "ends processes")


def _copy_raw(args: Sequence[Word], ground: Ground, verdict: Verdict) -> None:
    verdict.worsen(Grade.MODIFY, "changes a file")
    if names_something_later(args):
        verdict.worsen(Grade.HIGH, "what it does is only known when it runs", opaque=True)
    for word in args:
        if word.text.startswith("of="):
            for path in ground.normalised(word.text[3:]):
                verdict.worsen(*place_grade(path, ground.home))
