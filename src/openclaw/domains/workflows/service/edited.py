"""Another input for a step of a run that is repeated: complete and of the right shape before anything begins."""

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from openclaw.domains.workflows.language.definition import (
    ConditionStep,
    Definition,
    LoopStep,
    ParallelStep,
    Step,
)
from openclaw.domains.workflows.machine.paths import places_of
from openclaw.infra.json_schema import json_path
from openclaw.kit.errors import InvalidInputError


def complete_input(definition: Definition, path: str, data: dict[str, Any]) -> dict[str, Any]:
    """``data`` as the step at ``path`` takes it, what was left out by its defaults. Raises InvalidInputError."""
    wanted = places_of(path)[-1].step_id
    step = next((step for step in _all(definition.steps) if step.id == wanted), None)
    if step is None:
        raise InvalidInputError(field="fromPath", reason=f"there is no step {wanted}")
    if isinstance(step, LoopStep):
        if step.config.while_ is not None or set(data) != {"items"} or not isinstance(data["items"], list):
            raise InvalidInputError(
                field="input", reason="a loop over items takes `items`, a list, and nothing else"
            )
        return data
    if isinstance(step, ConditionStep | ParallelStep):
        raise InvalidInputError(field="input", reason=f"steps of the type {step.type} take no input")
    try:
        return type(step.config).model_validate(data).model_dump(by_alias=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise InvalidInputError(field="input", reason=f"{json_path(first['loc'])}: {first['msg']}") from None


def _all(steps: list[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        if isinstance(step, LoopStep):
            yield from _all(list(step.config.steps))
        elif isinstance(step, ParallelStep):
            for branch in step.config.branches:
                yield from _all(list(branch.steps))
