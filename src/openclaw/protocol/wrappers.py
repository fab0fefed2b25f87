"""Programs that run the command in their operands: where that command begins, and what their options do besides."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from openclaw.protocol.risk import Grade
from openclaw.protocol.shell_words import Word


@dataclass(frozen=True)
class Wrapper:
    """The options that are known; any other makes it unknown where the command begins.

    ``letters`` and ``long`` take a value in the next word; ``flags`` and ``plain`` take none; ``optional`` letters
    only what is glued to them. ``skip`` operands come before the command.
    """

    letters: str = ""
    long: tuple[str, ...] = ()
    flags: str = ""
    plain: tuple[str, ...] = ()
    optional: str = ""
    skip: int = 0
    assignments: bool = False  # NAME=value operands before the command
    feeds: bool = False  # arguments are added that stand nowhere on the line
    tells: tuple[str, ...] = ()  # with these it only tells, and runs nothing
    writes: tuple[str, ...] = ()  # these write a file
    moves: tuple[str, ...] = ()  # these name the folder in which the command runs


_TIMEOUT = Wrapper(
    "sk", ("--signal", "--kill-after"), "fpv", ("--foreground", "--preserve-status", "--verbose"), skip=1
)
_XARGS_LONG = ("--arg-file", "--delimiter", "--max-args", "--max-procs", "--max-chars", "--process-slot-var")
# With a value only after `=`: a next word is the command.
_XARGS_PLAIN = ("--eof", "--max-lines", "--replace", "--null", "--no-run-if-empty", "--verbose", "--interactive",
                "--exit", "--open-tty", "--show-limits")  # fmt: skip

WRAPPERS: dict[str, Wrapper] = {
    "env": Wrapper(
        "uC", ("--unset", "--chdir"), "i0v", ("--ignore-environment", "--null", "--debug"),
        assignments=True, moves=("-C", "--chdir"),
    ),
    "nohup": Wrapper(),
    "time": Wrapper(
        "fo", ("--format", "--output"), "pvqal", ("--portability", "--verbose", "--quiet", "--append"),
        assignments=True, writes=("-o", "-a", "--output", "--append"),
    ),
    "timeout": _TIMEOUT,
    "gtimeout": _TIMEOUT,
    "nice": Wrapper("n", ("--adjustment",), "0123456789"),
    "ionice": Wrapper("cnpPu", ("--class", "--classdata"), "t", ("--ignore",)),
    "stdbuf": Wrapper("ioe", ("--input", "--output", "--error")),
    "setsid": Wrapper("", (), "cfw", ("--ctty", "--fork", "--wait")),
    "command": Wrapper(flags="p", tells=("-v", "-V", "-pv", "-pV")),
    "builtin": Wrapper(),
    "exec": Wrapper("a", flags="cl"),
    "noglob": Wrapper(),
    "coproc": Wrapper(assignments=True),
    "busybox": Wrapper(),
    "toybox": Wrapper(),
    "caffeinate": Wrapper("tw", flags="dimsu"),
    "xargs": Wrapper("aEIJLnPdsRS", _XARGS_LONG, "0rtpxo", _XARGS_PLAIN, optional="eil", feeds=True),
    "sudo": Wrapper(
        "ughpCrtTUDR", ("--user", "--group", "--host", "--prompt", "--close-from", "--chdir", "--chroot"),
        "AbEHnPSk", ("--askpass", "--background", "--preserve-env", "--set-home", "--non-interactive", "--stdin"),
        assignments=True, tells=("-l", "--list", "-V", "--version"),
    ),
    "doas": Wrapper("uC", flags="nL", assignments=True),
    "pkexec": Wrapper("u", ("--user",)),
    "gosu": Wrapper(skip=1),
    "chroot": Wrapper("", ("--groups", "--userspec"), plain=("--skip-chdir",), skip=1),
    "arch": Wrapper(),  # on a Mac it runs a command
}  # fmt: skip


@dataclass
class Unwrapped:
    """What a wrapper's words come to: the command within, and what else they do."""

    inner: list[Word] = field(default_factory=list[Word])
    variables: list[str] = field(default_factory=list[str])
    folders: list[Word] = field(default_factory=list[Word])
    marks: list[str] = field(default_factory=lambda: ["{}"])  # what stands for arguments that are added
    doubts: list[tuple[Grade, str]] = field(default_factory=list[tuple[Grade, str]])


_UNKNOWN = (Grade.HIGH, "its options can start other programs")
_LATER = (Grade.HIGH, "which program it is, is only known when it runs")


def unwrap(name: str, args: Sequence[Word]) -> Unwrapped:
    """The command in the operands of wrapper ``name``; ``inner`` is empty when it runs none."""
    wrapper, found, words = WRAPPERS[name], Unwrapped(), list(args)
    index, ended = 0, False
    while index < len(words) and not (words[index].dynamic or words[index].glob):
        text = words[index].text
        if not ended and text == "--":
            ended = True
            index += 1
        elif not ended and text.startswith("-") and (len(text) > 1 or name == "env"):
            if text in wrapper.tells:
                return found
            index += _take_option(wrapper, words[index:], found)
        elif wrapper.assignments and "=" in text:
            found.variables.append(text.split("=", 1)[0])
            index += 1
        else:
            break
    if any(word.dynamic or word.glob for word in words[index : index + wrapper.skip]):
        found.doubts.append(_LATER)
    found.inner = words[index + wrapper.skip :]
    if wrapper.feeds and found.inner:
        later = Word("", dynamic=True)
        replaced = [later if any(m in w.text for m in found.marks) else w for w in found.inner]
        found.inner = [*replaced, later]
    return found


def _take_option(wrapper: Wrapper, words: Sequence[Word], found: Unwrapped) -> int:
    """Note what the option at the head of ``words`` does; how many words it takes."""
    option, value, width = _option(wrapper, words[0].text, words[1:])
    if option is None:
        found.doubts.append(_UNKNOWN)
    if option in wrapper.writes:
        found.doubts.append((Grade.MODIFY, "its options can start other programs"))
    if value is not None:
        if value.dynamic or value.glob:
            found.doubts.append(_LATER)
        if option in wrapper.moves:
            found.folders.append(value)
        if wrapper.feeds and option in ("-I", "-J", "-i", "--replace") and value.text:
            found.marks.append(value.text)
    return width


def _option(wrapper: Wrapper, text: str, following: Sequence[Word]) -> tuple[str | None, Word | None, int]:
    """The option that ``text`` is (None: not known), its value, and how many words both take."""
    following = following[:1]
    if text.startswith("--"):
        name, glued, value = text.partition("=")
        names = (*wrapper.long, *wrapper.plain)
        # A shortened name is that of every option it may stand for.
        matches = [name] if name in names else [option for option in names if option.startswith(name)]
        if not matches or (len(matches) > 1 and len({option in wrapper.long for option in matches}) > 1):
            return None, None, 1
        if glued:
            return matches[0], Word(value), 1
        if matches[0] in wrapper.long:
            return matches[0], next(iter(following), None), 2
        return matches[0], None, 1
    first: str | None = None
    for position, letter in enumerate(text[1:], 1):
        if letter in wrapper.letters or letter in wrapper.optional:
            rest = text[position + 1 :]
            if rest or letter in wrapper.optional:
                return "-" + letter, Word(rest), 1
            return "-" + letter, next(iter(following), None), 2
        if letter not in wrapper.flags:
            return None, None, 1
        if first is None or "-" + letter in wrapper.writes:
            first = "-" + letter
    return first or "-", None, 1
