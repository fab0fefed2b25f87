"""Where a shell line cannot be trusted: it deceives the eye, or grammar and shell are known to read it differently.

The rules were found by running random lines through the grammar and through bash and comparing what each started.
"""

import unicodedata

import tree_sitter

from openclaw.protocol.shell_words import outside_backslashes

_UNREAD = "not a shell line that can be read"
SUBSTITUTIONS = frozenset(
    {"simple_expansion", "expansion", "command_substitution", "process_substitution", "arithmetic_expansion"}
)
WORDS = (
    frozenset({"word", "number", "string", "raw_string", "concatenation", "ansi_c_string"}) | SUBSTITUTIONS
)
_KEYWORDS = frozenset(
    "if then elif else fi for do done while until case esac in function select { } ]]".split()
)
# Two of these side by side need a blank between them.
_BEFORE = WORDS | {"variable_assignment", "command_name", "variable_name"}
_AFTER = WORDS | {"command_name"}
# Where the grammar lets blanks pass and the shell sees two words.
_CONTIGUOUS = frozenset(
    {"concatenation", "simple_expansion", "variable_assignment", "command_name", "subscript"}
)
_OPAQUE = frozenset({"string", "heredoc_body", "expansion", "comment"})  # blanks in them mean what they say


def deceptive(line: str) -> str | None:
    """Characters that make the eye, the grammar and the shell read three different lines."""
    previous = ""
    for position, character in enumerate(line):
        hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        if hidden and character not in "\n\t\u200c\u200d":  # the last two join scripts and emoji
            return "holds invisible characters"
        if character == "\n" and previous == "\\":
            # The shell glues the two halves together, the grammar splits them: only harmless beside a blank.
            before, after = line[: position - 1], line[position + 1 : position + 2]
            blank_before = not before or (before[-1] in " \t" and before[-2:-1] != "\\")
            if not (blank_before or after in (" ", "\t", "\n", "")):
                return "splits a word over two lines"
        previous = character
    if (len(line) - len(line.rstrip("\\"))) % 2:
        return "splits a word over two lines"
    return None


def misread(source: bytes, node: tree_sitter.Node) -> str | None:
    """Why ``node`` cannot be trusted to be what the shell would see; None when nothing speaks against it."""
    text = _text(source, node)
    match node.type:
        case "$" if source[node.end_byte : node.end_byte + 1] == b'"':
            in_string = node.parent is not None and node.parent.type == "string"
            return None if in_string else "holds a translated string"
        case "word" if any(c in " \t\n;&|<>()" for c in outside_backslashes(text)):
            return _UNREAD
        case "file_descriptor" if not text.isdigit():
            return _UNREAD
        case "command_name" if text in _KEYWORDS:
            return _UNREAD
        case "test_command" if text[:2] != "[[" and _compares(node):
            return _UNREAD  # inside single brackets the shell redirects where the grammar compares
        case "heredoc_redirect" if _doubtful_heredoc(source, node):
            return _UNREAD
        case "regex" | "extglob_pattern" if _runs(text):
            return _UNREAD
        case "file_redirect" if _glued_descriptor(source, node):
            return _UNREAD
        case _:
            return _UNREAD if _passed_over(source, node) else None


def _doubtful_heredoc(source: bytes, node: tree_sitter.Node) -> bool:
    """The grammar takes some of what runs in a here-document for text, and odd delimiters for more than they are."""
    start = next((_text(source, c) for c in node.children if c.type == "heredoc_start"), "")
    bare = start.strip("\"'").removeprefix("\\")
    return not bare.replace("_", "a").isalnum() or (bare == start and _runs(_text(source, node)))


def _glued_descriptor(source: bytes, node: tree_sitter.Node) -> bool:
    """``>&-x`` closes a descriptor and starts x; the grammar sees a file called ``-x``."""
    operators = [child.type for child in node.children if not child.is_named]
    targets = [_text(source, child) for child in node.children_by_field_name("destination")]
    return any("&" in operator for operator in operators) and any(
        target.startswith("-") and target != "-" for target in targets
    )


def _compares(node: tree_sitter.Node) -> bool:
    return any(
        (not child.is_named and child.type.strip("=") in ("<", ">", ">>")) or _compares(child)
        for child in node.children
        if child.type not in SUBSTITUTIONS
    )


def _runs(text: str) -> bool:
    """Whether a command substitution starts in ``text``."""
    bare = "".join(outside_backslashes(text))
    return "`" in bare or "$(" in bare


def _passed_over(source: bytes, node: tree_sitter.Node) -> bool:
    """Whether the children leave out bytes that are no blanks, or no blank lies between two words."""
    if node.type in _OPAQUE:
        return False
    position, previous = node.start_byte, ""
    for child in node.children:
        passed = source[position : child.start_byte].replace(b"\\\n", b" ")
        if passed.strip(b" \t\n") or (passed and node.type in _CONTIGUOUS):
            return True
        if not child.is_named and _text(source, child).strip() not in ("", child.type):
            return True  # a token that swallowed more than itself
        if not passed and previous in _BEFORE and child.type in _AFTER and node.type not in _CONTIGUOUS:
            return True
        position, previous = child.end_byte, child.type
    return bool(node.children) and bool(source[position : node.end_byte].strip(b" \t\n"))


def _text(source: bytes, node: tree_sitter.Node) -> str:
    return source[node.start_byte : node.end_byte].decode(errors="replace")
