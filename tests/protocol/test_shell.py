"""Reading shell lines: which commands they start, with which words, redirections and input."""

import pytest

from openclaw.protocol.shell import MAX_COMMANDS, Assignment, Redirect, parse_line
from openclaw.protocol.shell_words import Word


def commands(line: str) -> list[list[str]]:
    return [[word.text for word in command.words] for command in parse_line(line).commands]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ls -la", [["ls", "-la"]]),
        ("a | b && c || d; e & f", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
        ("a\nb", [["a"], ["b"]]),
        ("r''m 'a b' \"c d\" e\\ f", [["rm", "a b", "c d", "e f"]]),
        ('echo "a\\"b\\$c\\d"', [["echo", 'a"b$c\\d']]),
        ("x $(y z) w", [["y", "z"], ["x", "$(y z)", "w"]]),
        ("(a; b)", [["a"], ["b"]]),
        ("if a; then b; elif c; then d; else e; fi", [["a"], ["b"], ["c"], ["d"], ["e"]]),
        ("while a; do b; done", [["a"], ["b"]]),
        ("case x in y) a;; *) b;; esac", [["a"], ["b"]]),
        ("f() { a; }; f", [["a"], ["f"]]),
        ("a <(b) >(c)", [["b"], ["c"], ["a", "<(b)", ">(c)"]]),
        ("a > x b c", [["a", "b", "c"]]),  # words after a redirection belong to the command
        ("> x a b", [["a", "b"]]),
        ("a <<E b\nx\nE", [["a", "b"]]),
        ("a <<'E'\n$(b)\nE", [["a"]]),
        ("[ -f a ] && [[ b == c ]]", [["[", "a"], ["[[", "b"]]),
        ("export A=1 B", [["export", "A=1", "B"]]),
        ("a # b", [["a"]]),
        ("", []),
    ],
)
def test_a_line_as_its_commands(line: str, expected: list[list[str]]) -> None:
    assert commands(line) == expected
    assert parse_line(line).trouble is None


@pytest.mark.parametrize(
    "text", ["$x", '"$x"', "a$x", "${x}", "$(x)", "`x`", "$((1))", "{a,b}", "{1..3}", "$'a'", "<(x)"]
)
def test_what_is_only_known_later_is_dynamic(text: str) -> None:
    assert parse_line(f"echo {text}").commands[-1].words[1].dynamic


@pytest.mark.parametrize(
    ("text", "glob"), [("*", True), ("a?", True), ("[ab]", True), ("\\*", False), ("'*'", False)]
)
def test_patterns_are_marked(text: str, glob: bool) -> None:
    assert parse_line(f"echo {text}").commands[-1].words[1].glob is glob


def test_redirections() -> None:
    (command,) = parse_line("a 2>&1 >b >>c <d &>e >&- >|f").commands
    assert command.redirects == (
        Redirect(">&", None),
        Redirect(">", Word("b")),
        Redirect(">>", Word("c")),
        Redirect("<", Word("d")),
        Redirect("&>", Word("e")),
        Redirect(">&-", None),
        Redirect(">|", Word("f")),
    )
    assert [r.writes for r in command.redirects] == [False, True, True, False, True, False, True]


@pytest.mark.parametrize(
    ("line", "fed"),
    [
        ("a", [False]),
        ("a | b", [False, True]),
        ("a < x", [True]),
        ("a <<< x", [True]),
        ("a | (b; c)", [False, True, True]),
        ("f() { a; }", [True]),
        ("a > >(b)", [False, True]),
    ],
)
def test_where_input_comes_from(line: str, fed: list[bool]) -> None:
    assert [command.stdin == "fed" for command in parse_line(line).commands] == fed


def test_assignments() -> None:
    before, alone, _body, loop = parse_line("A=1 B=$x c; D=2; for e in f; do :; done").commands
    assert before.assignments == (Assignment("A", Word("1")), Assignment("B", Word("$x", dynamic=True)))
    assert (alone.words, alone.assignments) == ((), (Assignment("D", Word("2")),))
    assert loop.assignments[0].name == "e"


def test_functions_are_told_with_their_bodies() -> None:
    line = parse_line("f() { g; }; h() { i; }")
    assert line.functions == (("f", "{ g; }"), ("h", "{ i; }"))
    assert [command.functions for command in line.commands] == [("f",), ("h",)]


@pytest.mark.parametrize(
    "line", ["(", "a |", "if a", "'a", '"a', "a )", "&&", "a\0b", "a\x1b", "\u202e", "l\\\ns"]
)
def test_trouble_is_told(line: str) -> None:
    assert parse_line(line).trouble


@pytest.mark.parametrize("line", ["a <<E\nx\nE", "a `b`", "((a))", "a $'b'", "a\u3000b", "a $((1))"])
def test_doubt_is_told(line: str) -> None:
    assert parse_line(line).uncertain


def test_caps() -> None:
    assert parse_line("a;" * (MAX_COMMANDS * 3)).trouble == "nested deeper than anyone would read"
    assert parse_line("a" * 40_000).trouble == "longer than anyone would read"
    assert parse_line("\ud800").trouble is not None
