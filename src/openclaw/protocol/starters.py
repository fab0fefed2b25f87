"""Shells and interpreters: what program they are given, and whether anybody can read it before it runs."""

from collections.abc import Sequence

from openclaw.protocol import programs
from openclaw.protocol.options import has_option, operands
from openclaw.protocol.risk import Grade, Verdict
from openclaw.protocol.shell import Stdin
from openclaw.protocol.shell_words import Word

# Long options that bash also takes with one dash; as letters they would mean something else.
_LONG = frozenset(
    "norc noprofile posix login verbose restricted noediting debugger debug dump-strings dump-po-strings "
    "pretty-print version help rcfile init-file wordexp protected".split()
)
# Their grammar is another one, or they evaluate where bash does not.
_OTHER_GRAMMAR = frozenset({"fish", "csh", "tcsh"})
_NEAR_GRAMMAR = frozenset({"zsh", "ksh", "mksh"})
_HIDDEN = (Grade.HIGH, "runs text that is only known when it runs", True)


def shell_text(name: str, args: Sequence[Word], stdin: Stdin, verdict: Verdict) -> str | None:
    """The text after ``-c`` of shell ``name``, to be judged as a line; otherwise None, and ``verdict`` is given."""
    index, has_code, reads_input = 0, False, False
    while index < len(args) and not args[index].dynamic and args[index].text[:1] in ("-", "+"):
        text = args[index].text
        index += 1
        if text in ("-", "--"):
            break
        long = text.lstrip("-").split("=", 1)[0]
        if long in _LONG or text.startswith("--"):
            if long in ("rcfile", "init-file", "init-command", "command", "debugger", "features"):
                verdict.worsen(Grade.HIGH, "runs a script", opaque=True)
            continue
        has_code, reads_input = has_code or "c" in text, reads_input or "s" in text
        index += 1 if text[-1] in "oO" else 0
    script = args[index] if index < len(args) else None
    if name in _OTHER_GRAMMAR and args:
        code = has_code or "C" in args[0].text
        verdict.worsen(Grade.HIGH if code else Grade.MODIFY, "runs a script", opaque=True)
    if name in _NEAR_GRAMMAR:
        verdict.worsen(Grade.MODIFY, "runs a script", opaque=True)
    if script is not None and (script.dynamic or script.glob):
        verdict.worsen(*_HIDDEN)
    elif has_code and script is not None:
        return script.text
    elif script is None or reads_input or script.text.startswith(("/dev/", "/proc/")):
        _fed_program(stdin, verdict)
    else:
        verdict.worsen(Grade.MODIFY, "runs a script")
    return None


def judge_interpreter(name: str, args: Sequence[Word], stdin: Stdin, verdict: Verdict, fed: bool) -> None:
    """Judge interpreter ``name``; ``fed``: further arguments are added when it runs."""
    flags = programs.INTERPRETERS[name]
    letters = [flag[1] for flag in flags if len(flag) == 2]
    inline = any(
        word.text.split("=", 1)[0] in flags
        or (word.text[:1] == "-" and word.text[1:2] not in ("", "-") and any(x in word.text for x in letters))
        for word in args
    )
    script = next((word for word in operands(args)), None)
    modules = has_option(args, letters="m")
    if fed or (script is not None and (script.dynamic or script.glob)):
        verdict.worsen(*_HIDDEN)
    elif script is None or script.text == "-" or script.text.startswith(("/dev/", "/proc/")):
        _fed_program(stdin, verdict)
    elif inline:
        verdict.worsen(Grade.MODIFY, "runs program text that it is given", opaque=True)
        if stdin == "fed":
            verdict.worsen(Grade.HIGH, "feeds an interpreter", opaque=True)
    elif modules and stdin == "fed" and script.text != "json.tool":
        verdict.worsen(Grade.HIGH, "feeds an interpreter", opaque=True)
    else:
        verdict.worsen(Grade.MODIFY, "runs a script", opaque=any(word.dynamic for word in args))


def _fed_program(stdin: Stdin, verdict: Verdict) -> None:
    if stdin == "fed":
        verdict.worsen(Grade.HIGH, "feeds an interpreter", opaque=True)
    else:
        verdict.worsen(Grade.MODIFY, "starts an interpreter", opaque=True)
