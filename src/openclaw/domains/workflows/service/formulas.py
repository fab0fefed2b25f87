"""What other slices may write in the workflow language: conditions in CEL, and values with ``$expr`` and ``$text``."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from openclaw.domains.workflows.errors import InvalidInputDataError
from openclaw.domains.workflows.language import expressions, values
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.language.faults import place
from openclaw.domains.workflows.language.sources import LANGUAGES
from openclaw.domains.workflows.language.words import in_language
from openclaw.kit.errors import InvalidInputError

_PLACED = re.compile(r"line (\d+), column (\d+): (.+)", re.DOTALL)
_OF_WORD = re.compile(r".+ is (?:not possible here|a reserved word)", re.DOTALL)


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
        line, column = (None, None) if found is None else place(source, found.start())
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
        why = _explained((error.reason or error.message)[:500])
        en, zh = f"With this sample it cannot be told. {why.en}", f"用此示例无法得出结果：{why.zh}"
        return Problem(en, zh, why.line, why.column)


def check_condition(source: str, names: Collection[str], *, field: str, language: str) -> None:
    """Raise InvalidInputError, in ``language``, unless ``source`` is an expression that names nothing but ``names``."""
    _check("$expr", source, names, field, language)


def check_value(value: Any, names: Collection[str], *, field: str, language: str) -> None:
    """Raise InvalidInputError, in ``language``, unless what is marked in ``value`` (JSON data) names but ``names``."""
    for path, mark, source in values.marks_in(value, field):
        if mark not in LANGUAGES or not isinstance(source, str):
            reason = in_language(language, "", "is not possible here")
            raise InvalidInputError(field=path, reason=reason)
        _check(mark, source, names, path, language)


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


def _check(mark: str, source: str, names: Collection[str], field: str, language: str) -> None:
    kind = LANGUAGES[mark]
    if (wrong := kind.syntax_error(source)) is not None:
        code = "expression" if mark == values.EXPR else "text"
        raise InvalidInputError(field=field, reason=in_language(language, code, wrong))
    if unknown := sorted(kind.roots_of(source) - set(names)):
        wrong = f"there is no {unknown[0]}; there are {', '.join(sorted(names))}"
        raise InvalidInputError(field=field, reason=in_language(language, "", wrong))


def _explained(fault: str) -> Problem:
    placed = _PLACED.fullmatch(fault)
    line, column, said = (int(placed[1]), int(placed[2]), placed[3]) if placed else (None, None, fault)
    zh = in_language("zh", "expression", said)
    if said.startswith(("is ", "has more", "must ")):
        said = f"it {said}"
    en = said if _OF_WORD.fullmatch(said) else said[:1].upper() + said[1:]
    return Problem(f"{en.removesuffix('.')}.", f"{zh.removesuffix('。')}。", line, column)
