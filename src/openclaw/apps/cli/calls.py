"""Tool calls and approvals in words: what is done, exactly, where, and how risky it is.

Everything here comes from a model or a machine, so it is shown without control characters.
"""

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TextIO

from openclaw.apps.cli.output import printable, styled
from openclaw.apps.cli.times import local_time
from openclaw.apps.cli.words import say
from openclaw.kit.layout import cell_width, clip, padded, wrap

Approval = Mapping[str, Any]
Arguments = Mapping[str, Any]
_BAR = "  ┃ "
_SHOWN_LINES = 24


def headline(tool: str, arguments: Arguments) -> str:
    """What a call does, in a few words: ``Write ~/notes.txt``."""
    name = tool.replace("_", ".")
    path = printable(str(arguments.get("path") or ""))
    if name == "exec":
        return say("call_exec")
    if name == "fs.search":
        return say("call_fs_search", path=path, query=printable(str(arguments.get("query") or "")))
    key = f"call_{name.replace('.', '_')}"
    if key in _KNOWN:
        return say(key, path=path)
    return printable(tool)


def command_line(arguments: Arguments) -> str:
    """The command of an ``exec`` call as one would type it."""
    if arguments.get("command") is not None:
        return printable(str(arguments["command"]))
    words: list[str] = arguments.get("argv") or []
    return printable(shlex.join(words))


def body(tool: str, arguments: Arguments) -> list[tuple[str, str]]:
    """The exact content of a call, as lines with a style each."""
    shown = _BODIES.get(tool.replace("_", "."))
    return shown(arguments) if shown else []


def approval_lines(
    approval: Approval, width: int, *, in_full: bool = False, stream: TextIO | None = None
) -> list[str]:
    """An approval as a person must see it before answering."""

    def paint(text: str, style: str) -> str:
        return styled(text, style, stream=stream)

    is_high = approval["grade"] == "high"
    title = say("ask_high" if is_high else "ask_modify")
    lines = [paint(title, "danger" if is_high else "warning")]
    lines += ["  " + line for line in wrap(headline(approval["tool"], approval["arguments"]), width - 2)]
    content = body(approval["tool"], approval["arguments"])
    hidden = 0
    if not in_full and len(content) > _SHOWN_LINES:
        hidden = len(content) - _SHOWN_LINES
        content = content[:_SHOWN_LINES]
    bar = paint(_BAR, "dim")
    lines += [bar + paint(row, style) for style, text in content for row in wrap(text, width - len(_BAR))]
    if hidden:
        lines += ["  " + line for line in wrap(say("more_lines", count=hidden, id=approval["id"]), width - 2)]
    lines += _facts(approval, width, paint)
    return lines


def approval_row(approval: Approval, width: int) -> list[str]:
    """An approval in a list: what, where, since when, and its id."""
    what = headline(approval["tool"], approval["arguments"])
    if approval["tool"] == "exec":
        what = f"{what}: {command_line(approval['arguments'])}".replace("\n", " ⏎ ")
    style = "danger" if approval["grade"] == "high" else "bold"
    device = _asked_where(approval)
    where = f"{say('grade_' + approval['grade'])} · {device} · {local_time(approval['requestedAt'])}"
    if approval["state"] != "pending":
        where += f" · {say('state_' + approval['state'])}"
    return [
        styled(clip(what, width), style),
        "  " + clip(where, width - 2),
        "  " + styled(approval["id"], "dim"),
    ]


def _asked_where(approval: Approval) -> str:
    """The machine, or else the client that asks about something that it runs itself."""
    device = approval["device"]
    return printable(device["name"] if device else approval["askedBy"] or "")


def covered(approval: Approval) -> str:
    """What a standing rule from this approval would allow."""
    coverage = approval["coverage"]
    return say(
        "covered",
        program=", ".join(_program(name) for name in str(coverage["program"]).split(", ")),
        folder=printable(coverage["folder"]),
        device=_asked_where(approval),
    )


def _program(name: str) -> str:
    key = f"program_{name.replace('.', '_')}"
    return say(key) if key in _PROGRAMS else printable(name)


def _facts(approval: Approval, width: int, paint: Callable[[str, str], str]) -> list[str]:
    rows = [("fact_machine", _asked_where(approval))]
    folder = approval["folder"] or (approval["arguments"].get("cwd") if approval["tool"] == "exec" else None)
    if folder:
        rows.append(("fact_folder", printable(str(folder))))
    rows += [("fact_risk" if first else "", text) for first, text in _risks(approval)]
    column = max(cell_width(say(name)) for name, _ in rows if name)
    lines: list[str] = []
    for name, text in rows:
        label = paint(padded(say(name) if name else "", column), "dim")
        wrapped = wrap(text, width - column - 4)
        lines += [f"  {label}  {wrapped[0]}", *(" " * (column + 4) + more for more in wrapped[1:])]
    return lines


def _risks(approval: Approval) -> list[tuple[bool, str]]:
    """One line for each part of the call that needs consent."""
    segments: Sequence[Mapping[str, Any]] = approval["risk"]["segments"]
    told = [segment for segment in segments if segment["grade"] != "read"] or list(segments)
    lines: list[str] = []
    for segment in told:
        program, why = printable(segment["program"]), printable(segment["why"])
        line = f"{program}: {why}" if program and len(told) > 1 and not why.startswith(program) else why
        if line not in lines:
            lines.append(line)
    return [(position == 0, line) for position, line in enumerate(lines)]


def _exec_body(arguments: Arguments) -> list[tuple[str, str]]:
    return [("bold", line) for line in command_line(arguments).split("\n")]


def _write_body(arguments: Arguments) -> list[tuple[str, str]]:
    text = printable(str(arguments.get("content") or ""))
    return [("green", line) for line in text.removesuffix("\n").split("\n")]


def _edit_body(arguments: Arguments) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    edits: list[dict[str, Any]] = arguments.get("edits") or []
    for edit in edits:
        lines += [("red", f"- {line}") for line in printable(str(edit.get("old", ""))).split("\n")]
        lines += [("green", f"+ {line}") for line in printable(str(edit.get("new", ""))).split("\n")]
        if edit.get("every"):
            lines.append(("dim", say("every_place")))
    return lines


_KNOWN = frozenset(
    {
        "call_fs_list",
        "call_fs_read",
        "call_fs_write",
        "call_fs_edit",
        "call_fs_move",
        "call_fs_delete",
        "call_system_info",
    }
)
_PROGRAMS = frozenset({"program_fs_write", "program_fs_edit", "program_fs_move"})
_BODIES: dict[str, Callable[[Arguments], list[tuple[str, str]]]] = {
    "exec": _exec_body,
    "fs.write": _write_body,
    "fs.edit": _edit_body,
    "fs.move": lambda arguments: [("bold", f"→ {printable(str(arguments.get('to') or ''))}")],
}
