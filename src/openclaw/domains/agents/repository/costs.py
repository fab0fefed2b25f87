"""What runs have taken of models, added up."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from openclaw.domains.agents.models import RunRow
from openclaw.infra.scope import Scope


async def add_up(scope: Scope, *, since: datetime) -> tuple[int, int, int, int, int]:
    """Of the user's runs since then: price, runs that asked a model, of these unpriced ones, tokens in, tokens out."""
    is_unpriced = (RunRow.cost_micros.is_(None), RunRow.is_demo.is_(False))
    sums: list[Any] = [RunRow.cost_micros, RunRow.input_tokens, RunRow.output_tokens]
    price, tokens_in, tokens_out = (func.coalesce(func.sum(column), 0) for column in sums)
    query = select(price, func.count(), func.count().filter(*is_unpriced), tokens_in, tokens_out).where(
        RunRow.user_id == scope.user_id,
        RunRow.workspace_id == scope.workspace_id,
        RunRow.created_at >= since,
        RunRow.model.is_not(None),
    )
    found = (await scope.session.execute(query)).one()
    return int(found[0]), int(found[1]), int(found[2]), int(found[3]), int(found[4])
