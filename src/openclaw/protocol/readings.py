"""Whether a command of a known program only reads: options, subcommands, and the small languages of sed and awk."""

from collections.abc import Sequence

from openclaw.protocol import programs
from openclaw.protocol.risk import Grade
from openclaw.protocol.shell_words import Word

Judgement = tuple[Grade, str, bool]  # grade, why, opaque
READS: Judgement = (Grade.READ, "only reads", False)
CHANGES: Judgement = (Grade.MODIFY, "changes things, or is not known", False)
HIDDEN: Judgement = (Grade.MODIFY, "its options can start other programs", True)
DELETES: Judgement = (Grade.HIGH, "deletes", False)
UNTOLD: Judgement = (Grade.MODIFY, "an option of it is only known when it runs", True)

_SED_LINE = frozenset("0123456789,$pq=dn; \t")
_SED_FLAGS = frozenset("gpiIm0123456789")


def has_option(words: Sequence[Word], *, letters: str = "", long: Sequence[str] = ()) -> bool:
    """Whether an option stands among ``words``: in a cluster of letters, or long and perhaps shortened."""
    for word in words:
        text = word.text
        if text == "--":
            return False
        if text.startswith("--"):
            name = text.split("=", 1)[0]
            if len(name) > 3 and any(option.startswith(name) for option in long):
                return True
        elif text.startswith("-") and any(letter in text[1:] for letter in letters):
            return True
    return False


def names_something_later(words: Sequence[Word]) -> bool:
    """Whether a word is only known when the command runs."""
    return any(word.dynamic for word in words)


def operands(words: Sequence[Word]) -> list[Word]:
    """The words that are not options; all after ``--``."""
    found: list[Word] = []
    for index, word in enumerate(words):
        if word.text == "--" and not word.dynamic:
            return [*found, *words[index + 1 :]]
        if word.dynamic or not word.text.startswith("-") or word.text == "-":
            found.append(word)
    return found


def reading(name: str, args: Sequence[Word]) -> Judgement | None:
    """The judgement on ``name``, if it is a program that reads or can only read; None when it is not known."""
    texts = [word.text for word in args]
    if name in programs.READERS:
        return READS
    if (
        name in programs.VERSIONED
        and len(args) == 1
        and not args[0].dynamic
        and texts[0] in programs.VERSION_WORDS
    ):
        return READS
    if name in programs.READERS_UNLESS:
        return _unless(name, programs.READERS_UNLESS[name], args)
    if name == "sed":
        return _sed(args)
    if name in ("awk", "gawk", "mawk", "nawk"):
        return _awk(args)
    if name == "git":
        return _git(args)
    if name == "crontab" and texts == ["-l"]:
        return READS
    if name in programs.SUBCOMMAND_READS and texts and texts[0] in programs.SUBCOMMAND_READS[name]:
        return UNTOLD if names_something_later(args) else READS
    return None


def _unless(name: str, caveat: programs.Caveat, args: Sequence[Word]) -> Judgement:
    # A value that is not known yet, or a pattern that expands to file names, may turn out to be an option.
    if any(word.dynamic or (word.glob and word.text[0] in "*?[") for word in args):
        return UNTOLD
    texts = [word.text for word in args]
    if has_option(args, letters="" if name == "find" else caveat.letters, long=caveat.long):
        return HIDDEN
    if any(text in caveat.words for text in texts):
        return HIDDEN
    if caveat.operands is not None and len(operands(args)) > caveat.operands:
        return CHANGES
    if (name == "date" and any(text.isdigit() for text in texts)) or (
        name == "sysctl" and any("=" in text for text in texts)
    ):
        return CHANGES
    return READS


def _sed(args: Sequence[Word]) -> Judgement:
    if names_something_later(args):
        return UNTOLD
    for word in args:
        text = word.text
        if text.startswith("-") and text not in ("-n", "-E", "-r", "-e", "-nE", "-ne", "-Ee", "--quiet"):
            return CHANGES[0], "edits files, or runs a script", True
    scripts = [
        args[i + 1].text for i, w in enumerate(args[:-1]) if w.text.startswith("-") and w.text.endswith("e")
    ]
    if not scripts:
        scripts = [word.text for word in operands(args)[:1]]
    if scripts and all(_sed_reads(script) for script in scripts):
        return READS
    return CHANGES[0], "edits files, or runs a script", True


def _sed_reads(script: str) -> bool:
    """Whether a sed script is lines to print, or one plain substitution (no ``w``, ``e``, ``r`` commands)."""
    if script and set(script) <= _SED_LINE:
        return True
    if len(script) < 4 or script[0] != "s" or script[1].isalnum() or script[1] in "\\\n":
        return False
    parts = script[2:].replace("\\\\", "").replace("\\" + script[1], "").split(script[1])
    return len(parts) == 3 and set(parts[2]) <= _SED_FLAGS


def _awk(args: Sequence[Word]) -> Judgement:
    if names_something_later(args):
        return UNTOLD
    rest = list(args)
    while rest and rest[0].text.startswith("-"):
        if not rest[0].text.startswith(("-F", "-v")):
            return HIDDEN
        rest = rest[2:] if rest[0].text in ("-F", "-v") else rest[1:]
    risky = ("system", "|", ">", "getline", "@", "close", "ENVIRON", "ARGV")
    if rest and not any(sign in rest[0].text for sign in risky):
        return READS
    return CHANGES[0], "runs program text that it is given", True


def _git(args: Sequence[Word]) -> Judgement:
    steered = False
    index = 0
    while index < len(args) and args[index].text.startswith("-") and not args[index].dynamic:
        text = args[index].text
        steered = steered or text.startswith(
            ("-c", "--config-env", "--exec-path", "--git-dir", "-p", "--paginate")
        )
        index += 2 if text in ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--config-env") else 1
    if index >= len(args):
        return READS if not steered else HIDDEN
    sub, rest = args[index], args[index + 1 :]
    if sub.dynamic or names_something_later(args[:index]):
        return Grade.HIGH, "what it does is only known when it runs", True
    grade, why, opaque = _git_command(sub.text, rest)
    if steered and grade == Grade.READ:
        return HIDDEN
    return grade, why, opaque or steered


def _git_command(sub: str, rest: Sequence[Word]) -> Judgement:
    texts = [word.text for word in rest]
    if (
        sub == "clean"
        and has_option(rest, letters="n", long=("--dry-run",))
        and not has_option(rest, letters="f")
    ):
        return CHANGES
    deleting = programs.GIT_DELETING.get(sub, frozenset())
    letters = "".join(option[1] for option in deleting if len(option) == 2 and option[0] == "-")
    if sub in programs.GIT_HIGH or (
        deleting
        and (
            has_option(rest, letters=letters, long=[option for option in deleting if option.startswith("--")])
            or any(text in deleting for text in texts)
        )
    ):
        return DELETES
    if sub == "push" and any(text.startswith((":", "+")) for text in texts):
        return DELETES
    if sub in programs.SUBCOMMAND_READS["git"]:
        if names_something_later(rest):
            return UNTOLD
        opens = has_option(rest, letters="O" if sub == "grep" else "", long=programs.GIT_WRITING_OPTIONS)
        return HIDDEN if opens else READS
    if sub in programs.GIT_LISTS:
        return _git_list(sub, rest)
    return CHANGES


def _git_list(sub: str, rest: Sequence[Word]) -> Judgement:
    if names_something_later(rest):
        return UNTOLD
    if not rest:
        return CHANGES if sub in ("stash", "config") else READS
    if sub == "reflog" and rest[0].text not in ("show", "list"):
        return DELETES if rest[0].text in ("expire", "delete") else CHANGES
    listing = programs.GIT_LIST_WORDS
    named = rest[0].text in ("-l", "--list", "list", "show", "get-url", "--get", "--get-all", "--get-regexp")
    fits = rest[0].text in listing and all(
        word.text in listing or (named and not word.text.startswith("-")) for word in rest[1:]
    )
    return READS if fits else CHANGES
