"""Steps of a run that are written by whoever runs it."""

from typing import Any

from openclaw.domains.agents import repository
from openclaw.domains.agents.jobs.context import RunContext
from openclaw.domains.agents.models import RunStepRow
from openclaw.infra.jsonb import storable
from openclaw.infra.scope import Scope
from openclaw.kit import ids


async def add_words(scope: Scope, ctx: RunContext, output: dict[str, Any], *, state: str, model: str) -> None:
    """Keep a reply of the model. What was heard of it so far is kept with it."""
    step = RunStepRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        run_id=ctx.run_id,
        position=len(ctx.steps) + 1,
        kind="model",
        state=state,
        name=model[:100],
        output=storable(output),
        started_at=scope.now(),
        finished_at=scope.now(),
    )
    await repository.add(scope, step)
    ctx.steps.append(step)
    ctx.unkept.clear()
