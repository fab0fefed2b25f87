"""Texts with ``{{ … }}`` in steps: Jinja for text only, as `infra.texts` cuts it down."""

from collections.abc import Mapping
from typing import Any

from openclaw.domains.workflows.language.failures import expression_failed, limit_met
from openclaw.infra import texts
from openclaw.infra.texts import roots_of, syntax_error

__all__ = ["render", "roots_of", "steps_of", "syntax_error"]


def steps_of(source: str) -> set[str]:
    """The ids in ``steps.<id>`` of a text."""
    return texts.attributes_of(source, "steps")


def render(source: str, names: Mapping[str, Any]) -> str:
    """The text with its values put in. Raises StepError."""
    try:
        return texts.render(source, names)
    except texts.TextError as error:
        if error.limit is not None:
            raise limit_met(str(error), error.limit) from None
        raise expression_failed(source, str(error)) from None
