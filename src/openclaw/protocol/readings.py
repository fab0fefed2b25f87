"""Whether a command of a known program only reads: options, subcommands, and the small languages of sed and awk."""

from collections.abc import Sequence

from openclaw.protocol import readers
from openclaw.protocol.git_reading import judge_git
from openclaw.protocol.options import (
    CHANGES,
    HIDDEN,
    READS,
    UNTOLD,
    Judgement,
    has_option,
    may_be_option,
    names_something_later,
    operands,
)
from openclaw.protocol.risk import Grade
from openclaw.protocol.shell_words import Word

_SED_LINE = frozenset("0123456789,$pq=dn; \t")
_SED_FLAGS = frozenset("gpiIm0123456789")
_SED_OPTIONS = ("-n", "-E", "-r", "-e", "-nE", "-ne", "-Ee", "-nr", "--quiet")
_AWK_RISKS = (
    "system", "|", ">", "getline", "@", "close", "ENVIRON", "ARGV", "extension", "SYMTAB", "FUNCTAB", "PROCINFO",
)  # fmt: skip


def reading(name: str, args: Sequence[Word]) -> Judgement | None:
    """The judgement on ``name``, if it is a program that reads or can only read; None when it is not known."""
    if tells_version(name, args):
        return READS
    if name in readers.READERS:
        return READS
    match name:
        case "sed":
            return _sed(args)
        case "awk" | "gawk" | "mawk" | "nawk":
            return _awk(args)
        case "git":
            return judge_git(args)
        case "date":
            return _date(args)
        case "ifconfig":
            return _ifconfig(args)
        case "set":
            return _set(args)
        case "shopt":
            query = all(
                not word.dynamic and word.text in ("-p", "-q") for word in args if word.text[:1] == "-"
            )
            return READS if query and not may_be_option(args) else HIDDEN
        case _ if name in readers.READERS_UNLESS:
            return _unless(name, readers.READERS_UNLESS[name], args)
        case _:
            return _subcommand(name, args)


def tells_version(name: str, args: Sequence[Word]) -> bool:
    """Whether ``name`` is only asked for its version, in the words that this program has for it."""
    if len(args) != 1 or args[0].dynamic or name not in readers.VERSIONED:
        return False
    return args[0].text == "--version" or args[0].text in readers.VERSIONED[name]


def reveals(name: str, args: Sequence[Word]) -> bool:
    """Whether ``name`` prints what files hold, of which some are only known when it runs."""
    if name not in readers.CONTENT_READERS:
        return False
    # `<(…)` is what a command prints, and that command is judged by itself.
    return any(word.dynamic and not (word.quoted and word.text.startswith("<(")) for word in args)


def searched(name: str, args: Sequence[Word]) -> Sequence[Word] | None:
    """The places whose contents ``name`` prints with all that is below them; None if it does not go down."""
    if name == "diff":
        return operands(args)
    if name == "rg":
        recursive = not has_option(args, long=("--files", "--type-list"))
    else:
        recursive = name == "rgrep" or (
            name in ("grep", "egrep", "fgrep", "zgrep")
            and has_option(
                args, letters="rRd", long=("--recursive", "--dereference-recursive", "--directories")
            )
        )
    if not recursive:
        return None
    named = operands(args)
    if not has_option(args, letters="ef", long=("--regexp", "--file")):
        named = named[1:]  # the pattern
    return named or [Word(".")]


def _subcommand(name: str, args: Sequence[Word]) -> Judgement | None:
    table = readers.SUBCOMMANDS.get(name, {})
    if not args or args[0].dynamic or args[0].text not in table:
        return None
    allowed, rest = table[args[0].text], args[1:]
    if may_be_option(rest):
        return UNTOLD
    if allowed.operands is not None and len(operands(rest)) > allowed.operands:
        return HIDDEN
    for word in rest:
        text = word.text
        if text.startswith("--") and text.split("=", 1)[0] not in allowed.words:
            return HIDDEN
        if text.startswith("-") and text[1:2] != "-" and text[1:2] not in allowed.letters:
            return HIDDEN
        if not text.startswith("-") and _leads_away(name, text):
            return HIDDEN
    return READS


def _leads_away(name: str, text: str) -> bool:
    """An operand that makes a package manager run a recipe, or shows what is kept secret, or names a machine."""
    match name:
        case "brew":
            return "/" in text or text.endswith(".rb")
        case "kubectl":
            return text.casefold().startswith("secret") or ",secret" in text
        case "reg":
            return text.startswith("\\\\")
        case _:
            return False


def _unless(name: str, caveat: readers.Caveat, args: Sequence[Word]) -> Judgement:
    # A value that is not known yet, or a pattern that expands to file names, may turn out to be an option.
    if any(word.dynamic or (word.glob and word.text[0] in "*?[-") for word in args):
        return UNTOLD
    texts = [word.text for word in args]
    if has_option(args, letters="" if name == "find" else caveat.letters, long=caveat.long):
        return HIDDEN
    if any(text in caveat.words for text in texts):
        return HIDDEN
    if name == "sort" and any(text[:2].casefold() == "/o" and text.count("/") == 1 for text in texts):
        return HIDDEN  # `sort a /O b` of Windows
    if caveat.operands is not None and len(operands(args)) > caveat.operands:
        return CHANGES
    if name == "sysctl" and any("=" in text for text in texts):
        return CHANGES
    return READS


def _date(args: Sequence[Word]) -> Judgement:
    """``date`` tells, unless an operand that is no format sets the clock."""
    if may_be_option(args):
        return UNTOLD
    if has_option(args, letters="sf", long=("--set", "--file")):
        return HIDDEN
    rest = list(args)
    while rest:
        text = rest.pop(0).text
        if text in ("-d", "-r", "-v", "-z", "--date", "--reference"):
            rest = rest[1:]
        elif not text.startswith(("-", "+")):
            return CHANGES
    return READS


def _ifconfig(args: Sequence[Word]) -> Judgement:
    if names_something_later(args):
        return UNTOLD
    dashed = [word.text for word in args if word.text.startswith("-")]
    tells = all(text in readers.IFCONFIG_TELLS for text in dashed)
    return READS if tells and len(args) - len(dashed) <= 1 else CHANGES


def _set(args: Sequence[Word]) -> Judgement:
    """``set`` may export every variable from then on, or bring back what was typed before."""
    index = 0
    while index < len(args):
        word = args[index]
        text = word.text
        if word.dynamic or word.glob:
            return UNTOLD
        if text in ("--", "-") or text[:1] not in ("-", "+"):
            return READS
        index += 1
        if text[1:] == "o" or text.endswith("o"):
            named = args[index] if index < len(args) else Word("errexit")
            if named.dynamic or named.text not in readers.SET_NAMES:
                return HIDDEN
            index += 1
            text = text[:-1]
        if any(letter not in readers.SET_LETTERS for letter in text[1:]):
            return HIDDEN
    return READS


def _sed(args: Sequence[Word]) -> Judgement:
    if may_be_option(args):
        return UNTOLD
    for word in args:
        if word.text.startswith("-") and word.text not in _SED_OPTIONS:
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
    rest = list(args)
    while rest and rest[0].text.startswith("-") and not rest[0].dynamic:
        if not rest[0].text.startswith(("-F", "-v")):
            return HIDDEN
        width = 2 if rest[0].text in ("-F", "-v") else 1
        if any(word.glob or (word.dynamic and not word.quoted) for word in rest[:width]):
            return UNTOLD
        rest = rest[width:]
    if rest and (rest[0].dynamic or rest[0].glob):
        return Grade.HIGH, "runs text that is only known when it runs", True
    if rest and not any(sign in rest[0].text for sign in _AWK_RISKS):
        return UNTOLD if names_something_later(args) else READS
    return Grade.MODIFY, "runs program text that it is given", True
