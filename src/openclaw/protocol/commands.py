"""The judgement on commands: each by itself, wrappers unwrapped, inner shell lines read like outer ones."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from openclaw.protocol import places, programs
from openclaw.protocol.destruction import destroys
from openclaw.protocol.ground import Ground, folded
from openclaw.protocol.readings import DELETES, has_option, operands, reading
from openclaw.protocol.risk import Grade, Segment, Verdict, place_grade
from openclaw.protocol.shell import Command, Redirect, Stdin, parse_line
from openclaw.protocol.shell_words import Word

_MAX_LINES_WITHIN_LINES = 6
_MAX_WRAPPERS = 24
_LATER = Word("", dynamic=True)


@dataclass
class CommandJudge:
    """Judges the commands of one call, which starts in ``ground.cwd``."""

    ground: Ground
    segments: list[Segment] = field(default_factory=list[Segment])
    depth: int = 0

    def line(self, text: str, stdin: Stdin = "inherited") -> None:
        """Judge a shell line."""
        parsed = parse_line(text, stdin=stdin)
        calls_itself = {name for name, body in parsed.functions if "|" in body or "&" in body}
        for command in parsed.commands:
            self._command(command, calls_itself)
        if parsed.trouble:
            self.segments.append(Segment(text, "", Grade.HIGH, parsed.trouble, opaque=True))
        elif parsed.uncertain:
            why = "uses shell features that are easy to misread"
            self.segments.append(Segment(text, "", Grade.MODIFY, why, opaque=True))

    def argv(self, argv: Sequence[str]) -> None:
        """Judge a program and its arguments, with no shell between."""
        text = " ".join(argv)
        if not argv or any("\0" in word for word in argv) or len(text) > 200_000:
            self.segments.append(Segment(text, "", Grade.HIGH, "not a command that can be read", opaque=True))
            return
        words = tuple(Word(word) for word in argv)
        self._command(Command(text, words), frozenset())

    def _command(self, command: Command, calls_itself: set[str] | frozenset[str]) -> None:
        verdict = Verdict()
        if command.words:
            self._words(command.words, command.stdin, verdict)
            if not command.words[0].dynamic and command.words[0].text in command.functions:
                bomb = command.words[0].text in calls_itself
                verdict.worsen(
                    Grade.DANGEROUS if bomb else Grade.HIGH, "calls itself without end", opaque=True
                )
        paths = self.ground.paths(command.words[1:])
        self._touched(command.words, paths, verdict)
        for redirect in command.redirects:
            self._redirect(redirect, verdict, paths)
        self._variables(command, verdict)
        self.segments.append(
            Segment(
                command.text,
                verdict.program,
                verdict.grade,
                verdict.why,
                tuple(dict.fromkeys(paths)),
                verdict.opaque,
            )
        )

    def _words(
        self, words: Sequence[Word], stdin: Stdin, verdict: Verdict, wrapped: int = 0, fed: bool = False
    ) -> None:
        head, args = words[0], words[1:]
        if head.dynamic or head.glob or not head.text.strip() or head.text in programs.GRAMMAR:
            verdict.program = ""
            verdict.worsen(Grade.HIGH, "which program it is, is only known when it runs", opaque=True)
            return
        if wrapped > _MAX_WRAPPERS:
            verdict.worsen(Grade.HIGH, "nested deeper than anyone would read", opaque=True)
            return
        verdict.program, trusted = self.ground.program(head.text)
        name = folded(head.text)
        if destroys(name, args, self.ground, verdict):
            return
        if name in programs.ADMINS:
            verdict.worsen(Grade.HIGH, "runs with the rights of somebody else", opaque=True)
        if name in programs.WRAPPERS:
            self._wrapper(name, args, stdin, verdict, wrapped, fed)
        elif name in programs.ADMINS:
            return
        elif name in programs.SHELLS and reading(name, args) is None:
            self._shell(args, stdin, verdict, fed)
        elif name.rstrip("0123456789.") in programs.INTERPRETERS and reading(name, args) is None:
            self._interpreter(name.rstrip("0123456789."), args, stdin, verdict, fed)
        elif name in ("cd", "pushd", "popd", "chdir"):
            self.ground.move(name, args)
        elif name in (".", "source"):
            unknown = not args or args[0].dynamic or stdin == "fed"
            verdict.worsen(Grade.HIGH if unknown else Grade.MODIFY, "runs a script", opaque=True)
        elif name == "find" and trusted:
            self._find(args, stdin, verdict, wrapped)
        else:
            self._plain(name if trusted else "", name, head.text, args, verdict)

    def _plain(self, trusted: str, name: str, typed: str, args: Sequence[Word], verdict: Verdict) -> None:
        # `LS` is `ls` only where file names ignore case: exact spelling, or it is not known.
        known = reading(trusted, args) if trusted and typed.rsplit("/", 1)[-1] == trusted else None
        if known is not None:
            verdict.worsen(*known)
            if trusted in ("[", "[[", "test") and any(
                "$(" in w.text or "`" in w.text for w in args if not w.dynamic
            ):
                verdict.worsen(Grade.HIGH, "evaluates text as program", opaque=True)
            return
        if trusted in ("export", "declare", "typeset", "local", "readonly", "unset", "read"):
            return  # what they set is judged with the variables
        verdict.worsen(Grade.MODIFY, "changes things, or is not known", opaque=any(w.dynamic for w in args))
        texts = [word.text for word in args]
        if name in programs.EVALUATORS:
            verdict.worsen(Grade.HIGH, "evaluates text as program", opaque=True)
        if name in programs.PERSISTENCE:
            verdict.worsen(Grade.HIGH, "changes what runs later without being asked", opaque=True)
        if name in programs.ADMINISTRATION:
            verdict.worsen(Grade.HIGH, "changes the system, or acts on another machine", opaque=True)
        if any(text in programs.DELETING_SUBCOMMANDS.get(name, ()) for text in texts):
            verdict.worsen(*DELETES)
        if name == "rsync" and has_option(args, long=("--delete", "--remove-source-files")):
            verdict.worsen(*DELETES)
        pieces = texts
        if name in programs.RUNNERS:
            verdict.worsen(Grade.MODIFY, "runs another program", opaque=True)
            pieces = [piece.strip("\"';|&(){}") for text in texts for piece in text.replace(";", " ").split()]
        if any(piece.rsplit("/", 1)[-1] in programs.TELLTALES for piece in pieces):
            verdict.worsen(Grade.HIGH, "an argument names a program that deletes or rules", opaque=True)
        if any("exec=" in text or text.startswith(("--to-command", "--use-compress-prog")) for text in texts):
            verdict.worsen(Grade.HIGH, "its options can start other programs", opaque=True)

    def _wrapper(
        self, name: str, args: Sequence[Word], stdin: Stdin, verdict: Verdict, wrapped: int, fed: bool
    ) -> None:
        wrapper = programs.WRAPPERS[name]
        index, words = 0, list(args)
        while index < len(words) and not words[index].dynamic:
            text = words[index].text
            if text == "--":
                index += 1
                break
            if text.startswith("-") and len(text) > 1:
                if text in programs.WRAPPER_TELLS.get(name, ()):
                    return
                for option in programs.WRAPPER_DEEPER.get(name, ()):
                    if text.split("=", 1)[0] == option or (option[:2] != "--" and option[1] in text[1:]):
                        grade = Grade.MODIFY if name == "time" else Grade.HIGH
                        verdict.worsen(grade, "its options can start other programs", opaque=True)
                index += _option_width(text, wrapper)
            elif wrapper.assignments and "=" in text:
                self._variable(text.split("=", 1)[0], verdict, exported=True)
                index += 1
            else:
                break
        inner = words[index + wrapper.skip :]
        if not inner:
            return  # `env` alone tells, `exec` alone redirects, `xargs` alone echoes
        if wrapper.feeds:
            verdict.opaque = True
            inner.append(_LATER)
        self._words(inner, "fed" if wrapper.feeds else stdin, verdict, wrapped + 1, fed or wrapper.feeds)

    def _shell(self, args: Sequence[Word], stdin: Stdin, verdict: Verdict, fed: bool) -> None:
        index, has_code, reads_input = 0, False, False
        while index < len(args) and not args[index].dynamic and args[index].text[:1] in ("-", "+"):
            text = args[index].text
            index += 1
            if text in ("-", "--"):
                break
            if text.startswith(("--rcfile", "--init-file")):
                verdict.worsen(Grade.HIGH, "runs a script", opaque=True)
            if not text.startswith("--"):
                has_code, reads_input = has_code or "c" in text, reads_input or "s" in text
                index += 1 if text[-1] in "oO" else 0
        script = args[index] if index < len(args) else None
        if script is not None and script.dynamic:
            verdict.worsen(Grade.HIGH, "runs text that is only known when it runs", opaque=True)
        elif has_code and script is not None:
            if self.depth >= _MAX_LINES_WITHIN_LINES or (fed and "{}" in script.text):
                verdict.worsen(Grade.HIGH, "runs text that is only known when it runs", opaque=True)
                return
            inner = CommandJudge(self.ground, self.segments, self.depth + 1)
            inner.line(script.text, stdin)
        elif script is None or reads_input or script.text == "/dev/stdin":
            self._fed_program(stdin, verdict)
        else:
            verdict.worsen(Grade.MODIFY, "runs a script")

    def _interpreter(
        self, name: str, args: Sequence[Word], stdin: Stdin, verdict: Verdict, fed: bool
    ) -> None:
        flags = programs.INTERPRETERS[name]
        letters = [flag[1] for flag in flags if len(flag) == 2]
        inline = any(
            word.text.split("=", 1)[0] in flags
            or (
                word.text[:1] == "-"
                and word.text[1:2] not in ("", "-")
                and any(x in word.text for x in letters)
            )
            for word in args
        )
        script = next((word for word in operands(args)), None)
        modules = has_option(args, letters="m")
        if fed or (script is not None and script.dynamic):
            verdict.worsen(Grade.HIGH, "runs text that is only known when it runs", opaque=True)
        elif script is None or script.text in ("-", "/dev/stdin"):
            self._fed_program(stdin, verdict)
        elif inline:
            verdict.worsen(Grade.MODIFY, "runs program text that it is given", opaque=True)
            if stdin == "fed":
                verdict.worsen(Grade.HIGH, "feeds an interpreter", opaque=True)
        elif modules and stdin == "fed" and script.text != "json.tool":
            verdict.worsen(Grade.HIGH, "feeds an interpreter", opaque=True)
        else:
            verdict.worsen(Grade.MODIFY, "runs a script", opaque=any(word.dynamic for word in args))

    def _fed_program(self, stdin: Stdin, verdict: Verdict) -> None:
        if stdin == "fed":
            verdict.worsen(Grade.HIGH, "feeds an interpreter", opaque=True)
        else:
            verdict.worsen(Grade.MODIFY, "starts an interpreter", opaque=True)

    def _find(self, args: Sequence[Word], stdin: Stdin, verdict: Verdict, wrapped: int) -> None:
        texts = [word.text for word in args]
        starts: list[Word] = []
        for word in args:
            if not word.dynamic and word.text[:1] in ("-", "(", "!"):
                break
            starts.append(word)
        everything = self.ground.names_foundation(starts) and not any(
            text.startswith(
                ("-name", "-iname", "-path", "-ipath", "-regex", "-size", "-mtime", "-empty", "-newer")
            )
            for text in texts
        )
        known = reading("find", args)
        if "-delete" in texts:
            verdict.worsen(*DELETES)
            if everything:
                verdict.worsen(Grade.DANGEROUS, "deletes the system or everything of a person")
        elif any(text.startswith("-fprint") or text == "-fls" for text in texts) or known == reading(
            "find", [_LATER]
        ):
            verdict.worsen(Grade.MODIFY, "changes things, or is not known", opaque=True)
        for position, text in enumerate(texts):
            if text in ("-exec", "-execdir", "-ok", "-okdir"):
                inner = _until_end(args[position + 1 :])
                verdict.opaque = True
                if not inner:
                    continue
                program = verdict.program
                self._words(
                    [_LATER if w.text == "{}" else w for w in inner], stdin, verdict, wrapped + 1, fed=True
                )
                if everything:
                    self._words(
                        [starts[0] if w.text == "{}" else w for w in inner], stdin, verdict, wrapped + 1
                    )
                verdict.program = program if verdict.grade == Grade.READ else verdict.program

    def _redirect(self, redirect: Redirect, verdict: Verdict, paths: list[str]) -> None:
        target = redirect.target
        if target is None:
            return
        if target.dynamic or target.glob:
            # After `&` the shell expands a target twice.
            grade = Grade.HIGH if "&" in redirect.operator else Grade.MODIFY
            verdict.worsen(grade, "what it does is only known when it runs", opaque=True)
            return
        if target.text.startswith(("/dev/tcp/", "/dev/udp/")):
            verdict.worsen(Grade.HIGH, "talks to another machine", opaque=True)
            return
        for path in self.ground.normalised(target.text):
            if places.is_harmless_device(path):
                return
            paths.append(path)
            if redirect.writes:
                verdict.worsen(*place_grade(path, self.ground.home))
            elif places.is_secret(path):
                verdict.worsen(Grade.MODIFY, "reads where keys or passwords are kept")

    def _variables(self, command: Command, verdict: Verdict) -> None:
        name = command.words[0].text if command.words else ""
        for assignment in command.assignments:
            self._variable(assignment.name, verdict, exported=bool(command.words) or "[" in command.text[:64])
            if "[" in command.text.split("=", 1)[0] and assignment.value.dynamic and not command.words:
                verdict.worsen(Grade.MODIFY, "what it does is only known when it runs", opaque=True)
        if name in ("export", "declare", "typeset", "local", "readonly", "unset", "read"):
            for word in command.words[1:]:
                if word.dynamic and not command.assignments:
                    verdict.worsen(Grade.MODIFY, "what it does is only known when it runs", opaque=True)
                if "$(" in word.text and not word.dynamic:
                    verdict.worsen(Grade.HIGH, "evaluates text as program", opaque=True)
                if not word.text.startswith("-"):
                    self._variable(word.text.split("=", 1)[0], verdict, exported=False)

    def _variable(self, name: str, verdict: Verdict, *, exported: bool) -> None:
        if name in programs.HARMLESS_VARIABLES or name.startswith("LC_"):
            return
        if name in programs.STEERING or name.startswith(programs.STEERING_STARTS):
            verdict.worsen(Grade.MODIFY, "changes which programs run", opaque=True)
        elif exported and name.isupper():
            verdict.worsen(Grade.MODIFY, "sets a variable that programs may obey", opaque=True)

    def _touched(self, words: Sequence[Word], paths: Sequence[str], verdict: Verdict) -> None:
        """Judge the places that a command names."""
        for path in paths:
            if verdict.grade == Grade.READ:
                if places.is_secret(path) and verdict.program not in ("echo", "printf"):
                    verdict.worsen(Grade.MODIFY, "reads where keys or passwords are kept", opaque=True)
            elif places.is_disk(path):
                writer = folded(words[0].text) in programs.DISK_WRITERS
                verdict.worsen(Grade.DANGEROUS if writer else Grade.HIGH, "writes to a raw disk", opaque=True)
            elif places.is_start_up(path):
                verdict.worsen(Grade.HIGH, "changes what runs later without being asked", opaque=True)


def _option_width(text: str, wrapper: programs.Wrapper) -> int:
    """How many words an option takes: 2 when its value stands in the next word."""
    if text.startswith("--"):
        return 2 if "=" not in text and any(option.startswith(text) for option in wrapper.long) else 1
    position = next((i for i, letter in enumerate(text[1:], 1) if letter in wrapper.letters), None)
    return 2 if position == len(text) - 1 else 1


def _until_end(words: Sequence[Word]) -> list[Word]:
    """The command of ``find -exec``, up to ``;`` or ``+``."""
    found: list[Word] = []
    for word in words:
        if word.text in (";", "+") and not word.dynamic:
            break
        found.append(word)
    return found
