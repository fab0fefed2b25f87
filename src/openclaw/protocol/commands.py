"""The judgement on commands: each by itself, wrappers unwrapped, inner shell lines read like outer ones."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from openclaw.protocol import places, programs
from openclaw.protocol.destruction import destroys
from openclaw.protocol.ground import Ground, folded
from openclaw.protocol.options import DELETES, READS, UNTOLD, has_option
from openclaw.protocol.readings import reading, reveals, searched, tells_version
from openclaw.protocol.risk import Grade, Segment, Verdict, place_grade
from openclaw.protocol.shell import Command, Redirect, Stdin, parse_line
from openclaw.protocol.shell_words import Word
from openclaw.protocol.starters import judge_interpreter, shell_text
from openclaw.protocol.variables import (
    SETTERS,
    judge_evaluation,
    judge_setter,
    judge_variable,
    judge_variables,
)
from openclaw.protocol.wrappers import WRAPPERS, unwrap

_MAX_LINES_WITHIN_LINES = 6
_MAX_WRAPPERS = 24
_LATER = Word("", dynamic=True)
# The first word holds no sign that cmd.exe would split it at.
_OTHER_MACHINE = re.compile(r"(?:^|[\s=,])[\\/]{2}")  # a share: who opens it logs in there
_PLAIN_WORDS = re.compile(r"[ \t]*(?:[\w.-]+(?:[ \t]+[\w.,:/\\~+@*?=-]+)*)?[ \t]*")


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

    def windows_line(self, text: str) -> None:
        """Judge a line for cmd.exe, whose grammar is another: nothing but plain words is read as what it is."""
        if not _PLAIN_WORDS.fullmatch(text) or _OTHER_MACHINE.search(text):
            self.line(text)
            why = "uses shell features that are easy to misread"
            self.segments.append(Segment(text, "", Grade.HIGH, why, opaque=True))
        elif words := [Word(word, glob="*" in word or "?" in word) for word in text.split()]:
            self._command(Command(text, tuple(words)), frozenset())

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
        judge_variables(command, verdict)
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
        # `LS` is `ls` only where file names ignore case: exact spelling, in a usual place, or it is not known.
        known = name if trusted and head.text.rsplit("/", 1)[-1] == name else ""
        if not known:
            verdict.worsen(
                Grade.MODIFY, "changes things, or is not known", opaque=self.ground.lost(head.text)
            )
        if name in programs.ADMINS:
            verdict.worsen(Grade.HIGH, "runs with the rights of somebody else", opaque=True)
        if known and stdin != "fed" and tells_version(known, args):
            return
        if name in WRAPPERS and not (name == "arch" and reading(known, args) == READS):
            self._wrapper(name, args, stdin, verdict, wrapped, fed)
        elif name == "find" and known:
            self._find(args, stdin, verdict, wrapped)
        elif name not in programs.ADMINS and not self._starter(name, args, stdin, verdict, fed):
            self._plain(known, name, args, stdin, verdict)

    def _starter(self, name: str, args: Sequence[Word], stdin: Stdin, verdict: Verdict, fed: bool) -> bool:
        """Judge what goes on with another program, script or folder; False when ``name`` is not of this kind."""
        interpreter = name.rstrip("0123456789.")
        if name in programs.SHELLS:
            self._shell(name, args, stdin, verdict, fed)
        elif interpreter in programs.INTERPRETERS:
            judge_interpreter(interpreter, args, stdin, verdict, fed)
        elif name in ("cd", "pushd", "popd", "chdir"):
            self.ground.move(name, args)
            if any(word.dynamic for word in args):
                verdict.worsen(*UNTOLD)
        elif name in (".", "source"):
            unknown = not args or args[0].dynamic or stdin == "fed"
            verdict.worsen(Grade.HIGH if unknown else Grade.MODIFY, "runs a script", opaque=True)
        else:
            return False
        return True

    def _plain(self, known: str, name: str, args: Sequence[Word], stdin: Stdin, verdict: Verdict) -> None:
        if stdin == "fed" and name in programs.OBEYS_INPUT:
            verdict.worsen(Grade.HIGH, "feeds an interpreter", opaque=True)
        judgement = reading(known, args) if known else None
        if judgement is not None:
            verdict.worsen(*judgement)
            self._content(known, args, verdict)
            judge_evaluation(known, args, verdict)
        elif known in SETTERS:
            judge_setter(args, verdict, name=known)
        else:
            _judge_unknown(name, args, verdict)

    def _content(self, known: str, args: Sequence[Word], verdict: Verdict) -> None:
        """What is printed of files: it may be what nobody should read."""
        if reveals(known, args):
            verdict.worsen(*UNTOLD)
        roots = searched(known, args)
        if roots is not None and self.ground.holds_home(roots):
            verdict.worsen(Grade.MODIFY, "reads where keys or passwords are kept", opaque=True)

    def _wrapper(
        self, name: str, args: Sequence[Word], stdin: Stdin, verdict: Verdict, wrapped: int, fed: bool
    ) -> None:
        found = unwrap(name, args)
        for grade, why in found.doubts:
            verdict.worsen(grade, why, opaque=True)
        for variable in found.variables:
            judge_variable(variable, verdict, exported=True)
        if name in programs.ADMINISTRATION:
            verdict.worsen(Grade.HIGH, "changes the system, or acts on another machine", opaque=True)
        for folder in found.folders:
            verdict.opaque = True
            self.ground.move("cd", [folder])
        if not found.inner:
            return  # `env` alone tells, `exec` alone redirects, `xargs` alone echoes
        feeds = WRAPPERS[name].feeds
        verdict.opaque = verdict.opaque or feeds
        inner_input: Stdin = "fed" if feeds or name == "coproc" else stdin
        self._words(found.inner, inner_input, verdict, wrapped + 1, fed or feeds)

    def _shell(self, name: str, args: Sequence[Word], stdin: Stdin, verdict: Verdict, fed: bool) -> None:
        text = shell_text(name, args, stdin, verdict)
        if text is None:
            return
        if self.depth >= _MAX_LINES_WITHIN_LINES or fed:
            # What is fed may stand in the text, or be what it takes apart.
            verdict.worsen(Grade.HIGH, "runs text that is only known when it runs", opaque=True)
        if self.depth < _MAX_LINES_WITHIN_LINES:
            inner = CommandJudge(self.ground, self.segments, self.depth + 1)
            inner.line(text, stdin)

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
                inner = _until_end(args[position + 1 :], plus=text.startswith("-exec"))
                verdict.opaque = True
                if not inner:
                    continue
                program = verdict.program
                self._words(
                    [_LATER if "{}" in w.text else w for w in inner], stdin, verdict, wrapped + 1, fed=True
                )
                if everything:
                    self._words(
                        [starts[0] if "{}" in w.text else w for w in inner], stdin, verdict, wrapped + 1
                    )
                verdict.program = program if verdict.grade == Grade.READ else verdict.program

    def _redirect(self, redirect: Redirect, verdict: Verdict, paths: list[str]) -> None:
        target = redirect.target
        if target is None:
            return
        text = self.ground.resolved(target)
        if text is None or target.glob:
            # After `&` the shell expands a target twice.
            grade = Grade.HIGH if "&" in redirect.operator else Grade.MODIFY
            verdict.worsen(grade, "what it does is only known when it runs", opaque=True)
            return
        if target.dynamic:
            verdict.worsen(Grade.MODIFY, "what it does is only known when it runs", opaque=True)
        if text.startswith(("/dev/tcp/", "/dev/udp/")):
            verdict.worsen(Grade.HIGH, "talks to another machine", opaque=True)
            return
        for path in self.ground.normalised(text):
            if places.is_harmless_device(path):
                return
            paths.append(path)
            if redirect.writes:
                verdict.worsen(*place_grade(path, self.ground.home))
            elif places.is_secret(path):
                verdict.worsen(Grade.MODIFY, "reads where keys or passwords are kept")

    def _touched(self, words: Sequence[Word], paths: Sequence[str], verdict: Verdict) -> None:
        """Judge the places that a command names."""
        reads = verdict.grade == Grade.READ
        for path in paths:
            if reads:
                if (places.is_secret(path) or places.is_disk(path)) and verdict.program not in (
                    "echo",
                    "printf",
                ):
                    verdict.worsen(Grade.MODIFY, "reads where keys or passwords are kept", opaque=True)
            elif places.is_disk(path):
                writer = folded(words[0].text) in programs.DISK_WRITERS
                verdict.worsen(Grade.DANGEROUS if writer else Grade.HIGH, "writes to a raw disk", opaque=True)
            elif places.is_start_up(path):
                verdict.worsen(Grade.HIGH, "changes what runs later without being asked", opaque=True)


def _judge_unknown(name: str, args: Sequence[Word], verdict: Verdict) -> None:
    verdict.worsen(
        Grade.MODIFY,
        "changes things, or is not known",
        opaque=any(w.dynamic for w in args) or name in programs.UNPACKERS,
    )
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
    letters, long = programs.RUNNING_OPTIONS.get(name, ("", ()))
    # The first word of tar may be its letters without a dash.
    bundle = "-" + texts[0] if name == "tar" and texts else "-"
    options = [Word(bundle), *args]
    if any("exec=" in text for text in texts) or has_option(options, letters=letters, long=long):
        verdict.worsen(Grade.HIGH, "its options can start other programs", opaque=True)


def _until_end(words: Sequence[Word], *, plus: bool) -> list[Word]:
    """The command of ``find -exec``, up to ``;``, or with ``plus`` to ``+`` behind ``{}``."""
    found: list[Word] = []
    for word in words:
        ends = word.text == ";" or (plus and word.text == "+" and found and found[-1].text == "{}")
        if ends and not word.dynamic:
            break
        found.append(word)
    return found
