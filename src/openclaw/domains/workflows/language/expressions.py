"""Expressions in CEL: they end, coerce nothing, and cost no more than stated."""

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import cel
import orjson

from openclaw.domains.workflows.language import faults
from openclaw.domains.workflows.language.failures import StepError, expression_failed, limit_met
from openclaw.domains.workflows.language.limits import MAX_EXPRESSION
from openclaw.infra.texts import sizes

# Texts in every spelling that CEL has, and comments: what is written in them is no macro and no name.
_TEXT = re.compile(
    r"""(?:[bB]?[rR]|[rR][bB])(?:\"{3}[\s\S]*?\"{3}|'{3}[\s\S]*?'{3}|"[^"\n]*"|'[^'\n]*')"""
    r"""|\"{3}(?:[^\\]|\\[\s\S])*?\"{3}|'{3}(?:[^\\]|\\[\s\S])*?'{3}"""
    r"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
    r"""|//[^\n]*"""
)
_FUNCTIONS = frozenset(
    "bool bytes contains double duration dyn endsWith getDate getDayOfMonth getDayOfWeek getDayOfYear getFullYear"
    " getHours getMilliseconds getMinutes getMonth getSeconds int matches size startsWith string timestamp type"
    " uint".split()
)
_MACRO = re.compile(r"\.\s*(?:map|filter|all|exists|exists_one)\s*\(")
_STEP = re.compile(r"(?<![\w.])steps\s*\.\s*([A-Za-z_]\w*)")
_GROWING = re.compile(r"\.\s*(?:map|filter)\s*\(")
_OPENING = re.compile(rf"{_MACRO.pattern}|[()]")
_MAX_VISITS = 1_000_000  # elements that all of an expression's macros may look at
_MAX_COPIES = 32_000_000  # elements: map, filter and + make their list anew for each that is added
_MAX_CHARACTERS = 64 * 1_048_576
_MAX_MACROS = 6


@lru_cache(maxsize=2048)
def _compiled(source: str) -> cel.Program:
    return cel.compile(source)


def syntax_error(source: str) -> str | None:
    """What is wrong with an expression as such, in one line; None when nothing is."""
    if len(source) > MAX_EXPRESSION:
        return f"is over the limit of {MAX_EXPRESSION:,} characters"
    if _macros(source) > _MAX_MACROS:
        return f"has more than {_MAX_MACROS} of map, filter, all and exists"
    try:
        program = _compiled(source)
    except ValueError as error:
        return faults.of_syntax(error)
    for name in sorted(program.functions()):
        if name[0].isalpha() and name not in _FUNCTIONS:
            return f"there is no function {name}"
    return None


def roots_of(source: str) -> set[str]:
    """The names that a well-formed expression starts from, those of its macros' own variables left out."""
    own = set(
        re.findall(r"\.\s*(?:map|filter|all|exists|exists_one)\s*\(\s*([A-Za-z_]\w*)\s*,", _bare(source))
    )
    return set(_compiled(source).variables()) - own


def steps_of(source: str) -> set[str]:
    """The ids in ``steps.<id>`` of an expression."""
    return set(_STEP.findall(_bare(source)))


def evaluate(source: str, names: Mapping[str, Any]) -> Any:
    """The value of an expression as JSON data. Raises StepError."""
    try:
        program = _compiled(source)
        known = {name: names[name] for name in program.variables() if name in names}
        _check_cost(source, known)
        return as_json(program.execute(known))
    except StepError:
        raise
    except RecursionError:
        raise expression_failed(source, "it is nested too deeply") from None
    except Exception as error:  # noqa: BLE001  (whatever the library raises, it is the expression's fault)
        fault = faults.of_value(error, source, _bare(source), _FUNCTIONS)
        raise expression_failed(source, fault) from None


def is_true(source: str, names: Mapping[str, Any]) -> bool:
    """The value of an expression that must be a bool. Raises StepError."""
    value = evaluate(source, names)
    if not isinstance(value, bool):
        raise expression_failed(source, f"must be true or false, not {_shown(value)}")
    return value


def as_json(value: Any) -> Any:
    """A value of the library as JSON data. Raises ValueError for what JSON has no form for."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("the result is not a number")
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("the keys of an object must be texts")
        return {key: as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(f"the result is {type(value).__name__}, which JSON has no form for")


def _check_cost(source: str, known: Mapping[str, Any]) -> None:
    """What the macros may visit and copy, bounded from the sizes of the data before anything is evaluated."""
    if (wrong := syntax_error(source)) is not None:
        raise expression_failed(source, wrong)
    bare = _bare(source)
    macros, pluses = len(_MACRO.findall(bare)), bare.count("+")
    longest, widest = sizes(known)
    sums = (pluses + 1) * (pluses + 2) // 2  # in a row, each copies all before it
    width = (widest + bare.count(",") + 1) * (pluses + 1)
    visits = macros * width ** _nesting(bare) or 1
    if macros and visits > _MAX_VISITS:
        raise limit_met("What the expression would look at", _MAX_VISITS)
    if max(visits * width * bool(_GROWING.search(bare)), widest * sums) > _MAX_COPIES:
        raise limit_met("What the expression would copy", _MAX_COPIES)
    if longest * sums * visits > _MAX_CHARACTERS:
        raise limit_met("The text that the expression would make", _MAX_CHARACTERS)


def _nesting(bare: str) -> int:
    """How many macros are inside one another."""
    deepest, inside = 0, [0]
    for found in _OPENING.finditer(bare):
        if found[0] == ")":
            inside.pop()
            inside = inside or [0]
        else:
            inside.append(inside[-1] + (found[0] != "("))
            deepest = max(deepest, inside[-1])
    return deepest


def _macros(source: str) -> int:
    return len(_MACRO.findall(_bare(source)))


def _bare(source: str) -> str:
    """The expression with spaces in the place of its texts and comments."""
    return _TEXT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)


def _shown(value: Any) -> str:
    return orjson.dumps(value).decode()[:60]
