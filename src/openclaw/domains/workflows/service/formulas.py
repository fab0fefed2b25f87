"""What other slices may write in the workflow language: conditions in CEL, and values with ``$expr`` and ``$text``."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from openclaw.domains.workflows.errors import InvalidInputDataError
from openclaw.domains.workflows.language import expressions, values
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.language.sources import LANGUAGES
from openclaw.kit.errors import InvalidInputError

# What the library of CEL says, without its list of all that might have stood there.
_SAID = re.compile(r"<input>:(\d+):(\d+): (?:Syntax error: )?(.*)", re.DOTALL)
_TOO_SOON = re.compile(
    r"mismatched input '<EOF>'|no viable alternative at input '.*<EOF>'|missing .* at '<EOF>'|Incomplete "
)
_UNEXPECTED = re.compile(
    r"(?:extraneous input|mismatched input|no viable alternative at input|token recognition error at:)"
    r" '(.*?)'(?: expecting|$)"
)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a formula: words in English and Chinese, and where in it, from 1, when that is known."""

    en: str
    zh: str
    line: int | None = None
    column: int | None = None


def find_problem(source: str, names: Collection[str]) -> Problem | None:
    """What keeps ``source`` from being an expression that names nothing but ``names``."""
    if (wrong := expressions.syntax_error(source)) is not None:
        return _explained(wrong)
    if unknown := sorted(expressions.roots_of(source) - set(names)):
        known = ", ".join(sorted(names))
        found = re.search(rf"(?<![\w.]){re.escape(unknown[0])}\b", source)
        line, column = (None, None) if found is None else _place(source, found.start())
        return Problem(
            f"There is no {unknown[0]}; there are {known}.",
            f"没有名称 {unknown[0]}；可用的有 {known}。",
            line,
            column,
        )
    return None


def find_value_problem(source: str, names: Mapping[str, Any]) -> Problem | bool:
    """Whether a condition is true of these; or why that cannot be told."""
    try:
        return expressions.is_true(source, names)
    except StepError as error:
        said = error.message[:500]
        return Problem(f"With this sample it cannot be told: {said}", f"用此示例无法得出结果：{said}")


def check_condition(source: str, names: Collection[str], *, field: str) -> None:
    """Raise InvalidInputError unless ``source`` is an expression that names nothing but ``names``."""
    _check("$expr", source, names, field)


def check_value(value: Any, names: Collection[str], *, field: str) -> None:
    """Raise InvalidInputError unless what is marked in ``value`` (JSON data) names nothing but ``names``."""
    for path, mark, source in values.marks_in(value, field):
        if mark not in LANGUAGES or not isinstance(source, str):
            raise InvalidInputError(field=path, reason="is not possible here")
        _check(mark, source, names, path)


def is_marked(value: Any) -> bool:
    """Whether a value stands for something that is only known when it is filled in."""
    return values.mark_of(value) is not None


def holds(source: str, names: Mapping[str, Any], *, field: str) -> bool:
    """Whether a condition is true. Raises InvalidInputDataError when it cannot be told."""
    try:
        return expressions.is_true(source, names)
    except StepError as error:
        raise InvalidInputDataError(path=field, reason=error.message[:500]) from None


def fill(value: Any, names: Mapping[str, Any], *, field: str) -> Any:
    """``value`` with what is marked in it worked out. Raises InvalidInputDataError."""
    try:
        return values.resolve(value, names)
    except StepError as error:
        raise InvalidInputDataError(path=field, reason=error.message[:500]) from None
    except RecursionError:
        raise InvalidInputDataError(path=field, reason="is nested too deeply") from None


def _check(mark: str, source: str, names: Collection[str], field: str) -> None:
    language = LANGUAGES[mark]
    if (wrong := language.syntax_error(source)) is not None:
        raise InvalidInputError(field=field, reason=wrong)
    if unknown := sorted(language.roots_of(source) - set(names)):
        raise InvalidInputError(
            field=field, reason=f"there is no {unknown[0]}; there are {', '.join(sorted(names))}"
        )


def _explained(wrong: str) -> Problem:
    said = _SAID.fullmatch(wrong)
    if said is None:
        en = f"{wrong.capitalize()}." if wrong.startswith("there") else f"It {wrong}."
        return Problem(en, f"表达式有误：{wrong}")
    line, column, words = int(said[1]), int(said[2]), said[3]
    if _TOO_SOON.match(words):
        return Problem("It ends too soon.", "表达式不完整。", line, column)
    if found := _UNEXPECTED.match(words):
        text = found[1].strip()
        if text.startswith("="):
            return Problem("To compare, write ==.", "比较请写作 ==。", line, column)
        if text.startswith(("'", '"')):
            return Problem("A text is not closed.", "文本没有结束引号。", line, column)
        return Problem(f"{text} is not possible here.", f"此处不能写 {text}。", line, column)
    if "Recursion limit" in words:
        return Problem("It is nested too deeply.", "嵌套层数过多。", line, column)
    return Problem(f"It cannot be read: {words}", f"表达式无法解析：{words}", line, column)


def _place(source: str, at: int) -> tuple[int, int]:
    before = source[:at]
    return before.count("\n") + 1, at - before.rfind("\n")
