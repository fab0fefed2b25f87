"""What is wrong with an expression, by its kind and, where that is known, with its place; the library's own words only
for what is of no kind that is known here.

The words are English and of fixed forms, which `words` has in Chinese.
"""

import re

from openclaw.domains.workflows.language.limits import MAX_EXPRESSION

_PLACED = re.compile(r"<input>:(\d+):(\d+): (?:Syntax error: )?(.*)", re.DOTALL)
_TOO_SOON = re.compile(
    r"mismatched input '<EOF>'|no viable alternative at input '.*<EOF>'|missing .* at '<EOF>'|Incomplete ",
    re.DOTALL,
)
_UNEXPECTED = re.compile(
    r"(?:extraneous input|mismatched input|no viable alternative at input|token recognition error at:)"
    r" '(.*?)'(?: expecting|$)",
    re.DOTALL,
)
_RESERVED = re.compile(r"reserved identifier: (.+)")
_OVERFLOW = re.compile(r"Arithmetic overflow in '(\w+)'")
_UNSUPPORTED = re.compile(r"Unsupported operation: (\w+ (\S+) \w+)\.")
_UNEXPECTED_TYPE = re.compile(r"Unexpected type: got '(.+)', want '(.+)'\.")
_UNDEFINED = re.compile(r"Undefined variable or function: '(.+?)'\.")
_OF_FUNCTION = re.compile(r"Function '(.+?)' error")
_OPERATORS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "rem": "%"}
_TAKES = " does not take such a value"


def of_syntax(error: ValueError) -> str:
    """What keeps a text from being an expression."""
    said = str(error).partition("ERROR: ")[2] or str(error)
    said = said.partition("\n| ")[0]  # after that come the line itself, and what else is wrong
    found = _PLACED.match(said)
    if found is None:
        return f"it cannot be read: {said[:200]}"
    return f"line {found[1]}, column {found[2]}: {_of_form(found[3])}"


def of_value(error: Exception, source: str, code: str, functions: frozenset[str]) -> str:
    """What keeps an expression from having a value. ``code``: ``source`` with its texts and comments blanked."""
    said = str(error)
    match error:
        case ValueError() if "ERROR: " in said:
            return of_syntax(error)
        case ZeroDivisionError():
            return _at(code, re.escape("%" if "modulo" in said else "/"), "division by zero")
        case OverflowError():
            return _at(code, _overflowing(said), "it goes beyond the range of numbers")
        case KeyError():
            return _at_key(code, source, error.args[0] if error.args else "")
        case IndexError() if number := re.search(r"-?\d+$", said):
            return _at(code, rf"\[\s*{number[0]}\s*\]", f"the list has no index {number[0]}")
        case TypeError() if "map key" in said:
            return "the keys of an object must be texts"
        case TypeError() if found := _UNSUPPORTED.match(said):
            return _at(code, re.escape(found[2]), f"the types do not go together: {found[1]}")
        case TypeError() if found := _UNEXPECTED_TYPE.match(said):
            return f"the type has to be {found[2].replace('|', '/')}, not {found[1]}"
        case TypeError() if said.startswith("No such overload"):
            return "the types do not go together"
        case RuntimeError() if found := _UNDEFINED.match(said):
            name = found[1]
            words = f"{'the function' if name in functions else 'there is no name'} {name}"
            return _at(code, rf"\b{re.escape(name)}\b", words + (_TAKES if name in functions else ""))
        case RuntimeError() if found := _OF_FUNCTION.match(said):
            return _at(code, rf"\b{re.escape(found[1])}\s*\(", f"the function {found[1]}{_TAKES}")
        case _:
            return said if len(said) <= 300 else f"{said[:299]}…"


def place(source: str, at: int) -> tuple[int, int]:
    """The line and the column of a character, from 1."""
    before = source[:at]
    return before.count("\n") + 1, at - before.rfind("\n")


def _of_form(said: str) -> str:
    if _TOO_SOON.match(said):
        return "it ends too soon"
    if found := _UNEXPECTED.match(said):
        text = found[1].strip()
        if text.startswith("="):
            return "to compare, write =="
        if text.startswith(("'", '"')):
            return "a text is not closed"
        return f"{text[:60]} is not possible here"
    if found := _RESERVED.match(said):
        return f"{found[1]} is a reserved word"
    if said.startswith("invalid ") and said.endswith(" literal"):
        return "it goes beyond the range of numbers"
    if "argument to has()" in said:
        return "has() takes a field, such as has(input.name)"
    if "must be a simple name" in said:
        return "the variable must be a plain name"
    if "Recursion limit" in said:
        return "it is nested too deeply"
    return f"it cannot be read: {said[:200]}"


def _overflowing(said: str) -> str:
    found = _OVERFLOW.match(said)
    if found is not None:
        return re.escape(_OPERATORS.get(found[1], "\0"))
    found = _OF_FUNCTION.match(said)
    return rf"\b{re.escape(found[1])}\s*\(" if found else "\0"


def _at_key(code: str, source: str, key: object) -> str:
    name = re.escape(str(key)[:MAX_EXPRESSION])
    here = [found.start(1) for found in re.finditer(rf"\.\s*({name})\b", code)]
    here += [found.start(1) for found in re.finditer(rf"\[\s*((['\"]){name}\2)\s*\]", source)]
    return _placed(source, here, f"there is no key {repr(key)[:200]}")


def _at(code: str, pattern: str, words: str) -> str:
    return _placed(code, [found.start() for found in re.finditer(pattern, code)], words)


def _placed(source: str, here: list[int], words: str) -> str:
    """With the place, where it can be one only: the library does not say it."""
    if len(here) != 1:
        return words
    line, column = place(source, here[0])
    return f"line {line}, column {column}: {words}"
