"""What setting a variable may lead to: other programs than the line names, or text that is run."""

import re
from collections.abc import Sequence

from openclaw.protocol import programs
from openclaw.protocol.evaluation import looks_like_program, names_element, test_evaluates
from openclaw.protocol.options import UNTOLD
from openclaw.protocol.risk import Grade, Verdict
from openclaw.protocol.shell import Command
from openclaw.protocol.shell_words import Word

SETTERS = frozenset({"export", "declare", "typeset", "local", "readonly", "unset", "read"})
_ASSIGNED = re.compile(r"\w+(\[[^]]*\])?\+?=")
_EVALUATED = (Grade.HIGH, "evaluates text as program", True)
_COUNTS = ("$?", "$#", "$$", "$!")
_UNKNOWN = (Grade.HIGH, "what it does is only known when it runs", True)


def judge_variables(command: Command, verdict: Verdict) -> None:
    """Judge the assignments of ``command``: before it, alone, or in ``export`` and its kin."""
    name = command.words[0].text if command.words and not command.words[0].dynamic else ""
    for assignment in command.assignments:
        exported = bool(command.words) or "[" in command.text[:64]
        judge_variable(assignment.name, verdict, exported=exported, alone=name in SETTERS - {"export"})
        if "[" in command.text.split("=", 1)[0] and assignment.value.dynamic and not command.words:
            verdict.worsen(Grade.MODIFY, "what it does is only known when it runs", opaque=True)


def judge_setter(args: Sequence[Word], verdict: Verdict, *, name: str) -> None:
    """Judge what ``export``, ``read`` and their kin set; ``name`` is the built-in, perhaps behind ``command``."""
    for word in args:
        if word.text.startswith(("-", "+")) and not word.dynamic:
            # Integers evaluate what they are given, references name what is evaluated.
            if name not in {"read", "unset"} and any(letter in word.text for letter in "in"):
                verdict.worsen(*_EVALUATED)
            continue
        # Of an assignment that the grammar knows, the value is no new word.
        if word.dynamic and not (word.quoted and _ASSIGNED.match(word.text)):
            verdict.worsen(*_UNKNOWN)
        if (looks_like_program(word.text) and not word.dynamic) or names_element(word):
            verdict.worsen(*_EVALUATED)
        judge_variable(word.text.split("=", 1)[0], verdict, exported=name == "export" and "=" in word.text)


def judge_evaluation(name: str, args: Sequence[Word], verdict: Verdict) -> None:
    """Judge what the built-in ``name`` evaluates of its operands."""
    if name in ("printf", "wait") and any(names_element(word) for word in args):
        verdict.worsen(*_EVALUATED)
    if name not in ("[", "[[", "test"):
        return
    if any(looks_like_program(w.text) for w in args if not w.dynamic) or test_evaluates(args):
        verdict.worsen(*_EVALUATED)
    # What is split into words may bring its own operators; of two words the first is one.
    splits = [word for word in args if word.dynamic and not word.quoted and word.text not in _COUNTS]
    if name != "[[" and (splits or (name == "test" and len(args) == 2 and args[0].dynamic)):
        verdict.worsen(*UNTOLD)


def judge_variable(name: str, verdict: Verdict, *, exported: bool, alone: bool = False) -> None:
    """Judge setting ``name``; ``alone``: a declaration, which exports nothing by itself."""
    name = name.removesuffix("+")
    if name in programs.HARMLESS_VARIABLES or name.startswith("LC_"):
        return
    if name in programs.STEERING or name.startswith(programs.STEERING_STARTS):
        verdict.worsen(Grade.MODIFY, "changes which programs run", opaque=True)
    elif exported and (name.isupper() or not alone):
        verdict.worsen(Grade.MODIFY, "sets a variable that programs may obey", opaque=True)
