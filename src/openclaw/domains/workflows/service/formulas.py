"""What other slices may write in the workflow language: conditions in CEL, and values with ``$expr`` and ``$text``."""

from collections.abc import Collection, Mapping
from typing import Any

from openclaw.domains.workflows.errors import InvalidInputDataError
from openclaw.domains.workflows.language import expressions, values
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.language.sources import LANGUAGES
from openclaw.kit.errors import InvalidInputError


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
