"""Where a shell takes what a variable holds for program text: arithmetic, subscripts, ``${x@P}``, ``${!x}``.

``x='a[$(touch p)]'; [[ $x -eq 1 ]]`` runs touch. No word of the line is that command, so wherever a shell evaluates
what is not written out, and wherever a variable is given what looks like program text, the line is not trusted.
"""

import re
from collections.abc import Sequence

import tree_sitter

from openclaw.protocol.shell_words import Word, outside_backslashes, unescaped

WHY = "evaluates text as program"
_SUBSTITUTIONS = frozenset(
    {"simple_expansion", "expansion", "command_substitution", "process_substitution", "arithmetic_expansion"}
)
# A name, perhaps a literal subscript, and an operator that only cuts, replaces or gives a default.
_SAFE_EXPANSION = re.compile(
    r"\$\{#?(?:[A-Za-z_]\w*|\d+|[@*?$#-])(?:\[(?:-?\d+|[@*])\])?"
    r"(?::?[-+=?].*|[#%/^,].*|:\s*-?\d+(?::\s*-?\d+)?)?\}",
    re.DOTALL,
)
_NUMBERS_ONLY = re.compile(r"(?:0[xX][0-9a-fA-F]+|[^A-Za-z_$`\"'\\\[])*")
_INTEGER = re.compile(r"""[-+]?\d+|"?\$(?:[?#!$]|\{#\w+\}|\{[?#]\})"?""")
# `{name}<file` sets the variable to a descriptor, `{name[x]}<file` evaluates x before; the grammar sees an argument.
_DESCRIPTOR = re.compile(r"\{[A-Za-z_]\w*(?:\[.*\])?\}", re.DOTALL)
_COMPARISONS = frozenset({"-eq", "-ne", "-lt", "-le", "-gt", "-ge"})
_NAME = re.compile(r"[A-Za-z_]\w*(?:\[(?:-?\d+|[@*])\])?")
_INDEX = re.compile(r"-?\d+|[@*]")


def evaluates(source: bytes, node: tree_sitter.Node) -> str | None:
    """Why ``node`` makes a shell run what a variable holds; None when it does not."""
    text = _text(source, node)
    match node.type:
        case "expansion":
            found = not _SAFE_EXPANSION.fullmatch(text.lstrip())  # blanks before it are of its token
        case "arithmetic_expansion" | "c_style_for_statement":
            found = not _NUMBERS_ONLY.fullmatch(_head(source, node, text))
        case "compound_statement":
            found = text.startswith("((") and not _NUMBERS_ONLY.fullmatch(text)
        case "subscript":
            index = node.child_by_field_name("index")
            found = index is None or not _INDEX.fullmatch(_text(source, index))
        case "variable_assignment":
            found = _holds_program(source, node)
        case "test_command":
            found = _test(source, node)
        case "heredoc_redirect":
            start = next((_text(source, c) for c in node.children if c.type == "heredoc_start"), "")
            quoted = any(sign in start for sign in "\"'\\")
            found = not quoted and _hidden("".join(outside_backslashes(text)))
        case "concatenation":
            found = bool(_DESCRIPTOR.fullmatch(text))
        case "regex" | "extglob_pattern" | "word" | "string_content":
            found = _hidden("".join(outside_backslashes(text)))
        case _:
            found = False
    return WHY if found else None


def looks_like_program(text: str) -> bool:
    """Whether ``text`` would run a command if a shell evaluated it."""
    return "$(" in text or "`" in text or "$[" in text


def test_evaluates(words: Sequence[Word]) -> bool:
    """Whether ``test`` with operands ``words`` evaluates one that is not written out."""
    for position, word in enumerate(words):
        following = words[position + 1] if position + 1 < len(words) else None
        if word.text in _COMPARISONS and not word.dynamic:
            around = [words[position - 1] if position else None, following]
            if any(side is not None and not _INTEGER.fullmatch(side.text) for side in around):
                return True
        if word.text in ("-v", "-R") and (
            following is not None and (following.dynamic or not _NAME.fullmatch(following.text))
        ):
            return True
    return False


def names_element(word: Word) -> bool:
    """Whether ``word`` names an element of an array by a subscript that is evaluated."""
    name = word.text.split("=", 1)[0].removesuffix("+")
    return re.match(r"[A-Za-z_]\w*\[", name) is not None and not _NAME.fullmatch(name)


def _head(source: bytes, node: tree_sitter.Node, text: str) -> str:
    """Of a loop only what stands between the double brackets; of the rest everything."""
    body = node.child_by_field_name("body")
    if body is None:
        return text.removeprefix("$")
    head = source[node.start_byte : body.start_byte].decode(errors="replace")
    return head.removeprefix("for").split("))", 1)[0]


def _holds_program(source: bytes, node: tree_sitter.Node) -> bool:
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if value is None:
        return False
    if value.type == "array" and any(
        _text(source, child).startswith("[") and not re.match(r"\[\d+\]", _text(source, child))
        for child in value.named_children
    ):
        return True
    return (name is not None and "[" in _text(source, name) and name.type != "subscript") or (
        looks_like_program(_literal(source, value))
    )


def _literal(source: bytes, node: tree_sitter.Node) -> str:
    """What of a value is written out, quotes removed; a NUL for each part that is expanded."""
    text = _text(source, node)
    if node.type in _SUBSTITUTIONS:
        return "\0"
    match node.type:
        case "raw_string":
            return text[1:-1]
        case "ansi_c_string":
            # Any escape may spell a dollar or a backtick.
            return "`" if re.search(r"\\[0-7xuUc]", text) else text[2:-1]
        case "string":
            kept, position = "", node.start_byte + 1
            for child in node.children:
                if child.type in _SUBSTITUTIONS:
                    kept += source[position : child.start_byte].decode(errors="replace") + "\0"
                    position = child.end_byte
            kept += source[position : node.end_byte - 1].decode(errors="replace")
            return unescaped(kept, within='$`"\\')
        case "concatenation":
            return "".join(_literal(source, child) for child in node.children)
        case "array":
            return " ".join(_literal(source, child) for child in node.named_children)
        case _:
            return unescaped(text, within=None)


def _test(source: bytes, node: tree_sitter.Node) -> bool:
    for child in node.children:
        if child.type in _SUBSTITUTIONS or not child.is_named:
            continue
        operator = next((_text(source, c) for c in child.children if c.type == "test_operator"), "")
        operands = [_text(source, c) for c in child.named_children if c.type != "test_operator"]
        if operator in _COMPARISONS and any(not _INTEGER.fullmatch(text) for text in operands):
            return True
        if operator in ("-v", "-R") and any(not _NAME.fullmatch(text) for text in operands):
            return True
        if _test(source, child):
            return True
    return False


def _hidden(bare: str) -> bool:
    """An expansion inside text that the grammar keeps whole."""
    if "$[" in bare:
        return True
    rest = re.sub(r"\$\{[^{}]*\}", lambda m: "" if _SAFE_EXPANSION.fullmatch(m[0]) else m[0], bare)
    return "${" in rest


def _text(source: bytes, node: tree_sitter.Node) -> str:
    return source[node.start_byte : node.end_byte].decode(errors="replace")
