"""A shell line as the commands it would start, by the bash grammar of tree-sitter. Pure: nothing is expanded or run.

The reading is for judging risk, so whatever the grammar leaves in doubt is reported (``trouble``, ``uncertain``)
instead of guessed: a caller that trusts a line must refuse one with trouble.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

import tree_sitter
import tree_sitter_bash

from openclaw.protocol.evaluation import evaluates
from openclaw.protocol.shell_reading import SUBSTITUTIONS, WORDS, deceptive, misread
from openclaw.protocol.shell_words import Word, expands, plain_word, unescaped

MAX_LINE_BYTES = 32_768
MAX_NESTING = 120
MAX_COMMANDS = 500

Stdin = Literal["inherited", "fed"]
# Constructs that shells themselves read differently, or that run code in places that look like data.
_UNCERTAIN = frozenset(
    {
        "heredoc_redirect",
        "ansi_c_string",
        "translated_string",
        "arithmetic_expansion",
        "c_style_for_statement",
    }
)
# `${NAME=value}` and `${NAME:=value}` set the variable.
_SETS = re.compile(r"\$\{(\w+)(?:\[[^]]*\])?:?=")


@dataclass(frozen=True)
class Redirect:
    """``>`` and its kin with the target; ``target`` is None for a closed or duplicated descriptor."""

    operator: str
    target: Word | None

    @property
    def writes(self) -> bool:
        """Whether the target is opened for writing."""
        return self.target is not None and ">" in self.operator


@dataclass(frozen=True)
class Assignment:
    """``NAME=value`` before a command, alone, or in ``export`` and its kin."""

    name: str
    value: Word


@dataclass(frozen=True)
class Command:
    """One command of the line. ``words`` is empty for a bare assignment or a redirection of a group."""

    text: str
    words: tuple[Word, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    redirects: tuple[Redirect, ...] = ()
    stdin: Stdin = "inherited"  # "fed": a pipe, a file, a here-document, or unknown
    functions: tuple[str, ...] = ()  # the functions in whose bodies it stands, outermost first


@dataclass(frozen=True)
class ShellLine:
    """The commands in the order of the text, inner substitutions before the command that uses them.

    ``trouble`` says why the line cannot be trusted to mean what was read; ``uncertain`` marks constructs that
    deserve a person's eye; ``functions`` are the names the line defines, with the source of each body.
    """

    commands: tuple[Command, ...]
    trouble: str | None = None
    uncertain: bool = False
    functions: tuple[tuple[str, str], ...] = ()


class _TooDeepError(Exception):
    """The line nests deeper, or starts more, than anyone would read."""


def parse_line(line: str, *, stdin: Stdin = "inherited") -> ShellLine:
    """Read ``line``, whose own input is ``stdin``; never raises.

    Over the caps, or not bash: ``trouble`` is set and commands are best effort.
    """
    if trouble := deceptive(line):
        return ShellLine((), trouble)
    try:
        source = line.encode()
    except UnicodeEncodeError:
        return ShellLine((), "not valid text")
    if len(source) > MAX_LINE_BYTES:
        return ShellLine((), "longer than anyone would read")
    # A parser is not safe to share between threads, and cheap.
    root = tree_sitter.Parser(_language()).parse(source).root_node
    reader = _Reader(source)
    try:
        reader.walk(root, stdin, (), 0)
    except _TooDeepError:
        return ShellLine(tuple(reader.commands), "nested deeper than anyone would read")
    trouble = "not a shell line that can be read" if root.has_error else reader.trouble
    odd_space = any(unicodedata.category(c) == "Zs" and c != " " for c in line)
    return ShellLine(tuple(reader.commands), trouble, reader.uncertain or odd_space, tuple(reader.functions))


@cache
def _language() -> tree_sitter.Language:
    return tree_sitter.Language(tree_sitter_bash.language())


@dataclass
class _Reader:
    source: bytes
    commands: list[Command] = field(default_factory=list[Command])
    functions: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    uncertain: bool = False
    trouble: str | None = None

    def walk(self, node: tree_sitter.Node, stdin: Stdin, inside: tuple[str, ...], depth: int) -> None:
        """Collect the commands below ``node``; ``stdin`` is what a command there would read from."""
        if depth > MAX_NESTING or len(self.commands) > MAX_COMMANDS:
            raise _TooDeepError
        kind = node.type
        if kind in _UNCERTAIN or (kind in ("command_substitution", "compound_statement") and self._odd(node)):
            self.uncertain = True
        self._doubt(node)
        match kind:
            case "comment":
                return
            case "command" | "declaration_command" | "unset_command":
                self._command(node, stdin, inside, depth)
            case "redirected_statement":
                self._redirected(node, stdin, inside, depth)
            case "pipeline":
                self._pipeline(node, stdin, inside, depth)
            case "function_definition":
                self._function(node, inside, depth)
            case "heredoc_redirect" | "herestring_redirect" | "process_substitution":
                self._children(node, "fed", inside, depth)
                self._without_words(node, "fed", inside)
            case _:
                self._children(node, stdin, inside, depth)
                self._without_words(node, stdin, inside)

    def _doubt(self, node: tree_sitter.Node) -> None:
        self.trouble = self.trouble or misread(self.source, node) or evaluates(self.source, node)

    def _without_words(self, node: tree_sitter.Node, stdin: Stdin, inside: tuple[str, ...]) -> None:
        """Commands that are no command for the grammar: tests, assignments, loop variables, lone redirections."""
        text = self._text(node)
        alone = [self._redirect(child)[0] for child in node.children if child.type == "file_redirect"]
        if alone:
            self.commands.append(Command(text, redirects=tuple(alone), stdin=stdin, functions=inside))
        variable = node.child_by_field_name("variable")
        if node.type == "test_command":
            words = (Word(text[:2].strip()), *self._operands(node))
            self.commands.append(Command(text, words, stdin=stdin, functions=inside))
        elif node.type == "variable_assignment":
            self.commands.append(Command(text, (), (self._assignment(node),), stdin=stdin, functions=inside))
        elif node.type == "expansion" and (sets := _SETS.match(text.lstrip())):
            default = Assignment(sets[1], Word(text, dynamic=True))
            self.commands.append(Command(text, (), (default,), stdin=stdin, functions=inside))
        elif node.type == "for_statement" and variable is not None:
            loop = Assignment(self._text(variable), Word("", dynamic=True))
            self.commands.append(Command(f"for {loop.name}", (), (loop,), functions=inside))

    def _children(self, node: tree_sitter.Node, stdin: Stdin, inside: tuple[str, ...], depth: int) -> None:
        for child in node.children:
            self.walk(child, stdin, inside, depth + 1)

    def _pipeline(self, node: tree_sitter.Node, stdin: Stdin, inside: tuple[str, ...], depth: int) -> None:
        for child in node.children:
            self.walk(child, stdin, inside, depth + 1)
            if child.type in ("|", "|&"):
                stdin = "fed"

    def _function(self, node: tree_sitter.Node, inside: tuple[str, ...], depth: int) -> None:
        name = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        called = self._text(name) if name is not None else ""
        self.functions.append((called, self._text(body) if body is not None else ""))
        # Who calls it decides what it reads: assume it is fed.
        self._children(node, "fed", (*inside, called), depth)
        self._without_words(node, "fed", inside)  # where its output goes

    def _command(self, node: tree_sitter.Node, stdin: Stdin, inside: tuple[str, ...], depth: int) -> None:
        words: list[Word] = []
        assignments: list[Assignment] = []
        redirects: list[Redirect] = []
        for index, child in enumerate(node.children):
            if child.type == "variable_assignment":
                assignments.append(self._assignment(child))
                if node.type == "declaration_command":
                    words.append(self.word(child))
            elif child.type in ("file_redirect", "herestring_redirect"):
                redirect, more = self._redirect(child)
                redirects.append(redirect)
                words.extend(more)
            elif child.type == "command_name":
                words.append(self.word(child.children[0]) if child.children else Word(self._text(child)))
            elif index == 0:  # `export` and its kin
                words.append(Word(self._text(child)))
            else:  # a bare operator such as `=~` is an argument like any other
                words.append(self.word(child) if child.is_named else plain_word(self._text(child)))
            # What a word's substitution starts is run before the command itself.
            if child.type == "variable_assignment":
                self._doubt(child)
                self._children(child, stdin, inside, depth + 1)
            else:
                self.walk(child, stdin, inside, depth + 1)
        if any(r.operator.startswith("<") for r in redirects):
            stdin = "fed"
        self.commands.append(
            Command(self._text(node), tuple(words), tuple(assignments), tuple(redirects), stdin, inside)
        )

    def _redirected(self, node: tree_sitter.Node, stdin: Stdin, inside: tuple[str, ...], depth: int) -> None:
        body = node.child_by_field_name("body")
        parts = node.children_by_field_name("redirect")
        redirects: list[Redirect] = []
        extra: list[Word] = []
        nested: list[tree_sitter.Node] = []
        for part in parts:
            self._doubt(part)
            if part.type == "heredoc_redirect":
                self.uncertain = True
                redirects.append(Redirect("<<", None))
                for index, child in enumerate(part.named_children):
                    if child.type in WORDS and part.field_name_for_named_child(index) == "argument":
                        extra.append(self.word(child))
                    elif child.type in ("file_redirect", "herestring_redirect"):
                        redirect, more = self._redirect(child)
                        redirects.append(redirect)
                        extra.extend(more)
                    else:
                        nested.append(child)
            else:
                redirect, more = self._redirect(part)
                redirects.append(redirect)
                extra.extend(more)
                nested.append(part)
        if any(r.operator.startswith("<") for r in redirects):
            stdin = "fed"
        before = len(self.commands)
        if body is None and extra:
            self.trouble = "not a shell line that can be read"  # a command that the grammar took for targets
        if body is not None:
            self.walk(body, stdin, inside, depth + 1)
        text = self._text(node)
        if (
            body is not None
            and body.type in ("command", "declaration_command")
            and len(self.commands) > before
        ):
            last = self.commands[-1]
            self.commands[-1] = replace(
                last,
                text=text,
                words=(*last.words, *extra),
                redirects=(*last.redirects, *redirects),
                stdin=stdin,
            )
        else:
            # The grammar gives a group's redirection, and words after it, to the whole: keep the last command whole.
            if extra and len(self.commands) > before:
                last = self.commands[-1]
                self.commands[-1] = replace(last, words=(*last.words, *extra))
            self.commands.append(Command(text, redirects=tuple(redirects), stdin=stdin, functions=inside))
        for part in nested:
            self.walk(part, "fed", inside, depth + 1)

    def _redirect(self, node: tree_sitter.Node) -> tuple[Redirect, list[Word]]:
        """The redirection, and the words after its target, which belong to the command."""
        if node.type == "herestring_redirect":
            words = [self.word(child) for child in node.named_children]
            return Redirect("<<<", None), words[1:]
        operator = next((c.type for c in node.children if not c.is_named), ">")
        words = [self.word(child) for child in node.children_by_field_name("destination")]
        if not words or operator in (">&-", "<&-"):
            return Redirect(operator, None), words
        target = words[0]
        if operator in (">&", "<&") and not target.dynamic and target.text.rstrip("-").isdigit():
            return Redirect(operator, None), words[1:]
        return Redirect(operator, target), words[1:]

    def _assignment(self, node: tree_sitter.Node) -> Assignment:
        name = node.child_by_field_name("name")
        value = node.child_by_field_name("value")
        word = self.word(value) if value is not None else Word("")
        called = self._text(name) if name is not None else ""
        # `a[$(x)]=1` runs x: the name is then as dynamic as the value.
        return Assignment(called.split("[", 1)[0], replace(word, dynamic=word.dynamic or "[" in called))

    def _operands(self, node: tree_sitter.Node) -> Iterator[Word]:
        """The words of a test expression, flat."""
        for child in node.named_children:
            if child.type in WORDS:
                yield self.word(child)
            else:
                yield from self._operands(child)

    def word(self, node: tree_sitter.Node) -> Word:
        """The word at ``node`` after quote removal."""
        source = self._text(node)
        match node.type:
            case "word" | "number" | "variable_name" | "$":
                return plain_word(source)
            case "raw_string":
                return Word(source[1:-1])
            case "string":
                if any(child.type in SUBSTITUTIONS for child in node.children) or expands(source[1:-1]):
                    # Between double quotes it stays one word, but for `"$@"` and `"${x[@]}"`.
                    return Word(source, dynamic=True, quoted="@" not in source)
                return Word(unescaped(source[1:-1], within='$`"\\'))
            case "concatenation":
                return self._concatenation(node, source)
            case "process_substitution":
                return Word(source, dynamic=True, quoted=True)
            case "variable_assignment":  # in `export` and its kin
                value = node.child_by_field_name("value")
                return Word(source, dynamic=value is not None and self.word(value).dynamic, quoted=True)
            case _:
                return Word(source, dynamic=True)

    def _concatenation(self, node: tree_sitter.Node, source: str) -> Word:
        pieces = [self.word(child) for child in node.children]
        bare = "".join(self._text(c) for c in node.children if c.type not in ("string", "raw_string"))
        if any(p.dynamic for p in pieces) or expands(bare) or ("{" in bare and ("," in bare or ".." in bare)):
            return Word(source, dynamic=True)
        return Word("".join(p.text for p in pieces), glob=any(p.glob for p in pieces))

    def _odd(self, node: tree_sitter.Node) -> bool:
        """Backticks and ``((``: both escape and evaluate by rules of their own."""
        return (
            self.source[node.start_byte : node.start_byte + 1] == b"`"
            or self.source[node.start_byte : node.start_byte + 2] == b"(("
        )

    def _text(self, node: tree_sitter.Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode(errors="replace")
