"""Budgets: made, looked at, and held against each model call before it is made."""

from datetime import timedelta
from uuid import UUID

from openclaw.domains.agents import events
from openclaw.domains.agents.errors import (
    BudgetNotFoundError,
    BudgetSpentError,
    PriceUnknownError,
)
from openclaw.domains.agents.models import BudgetRow
from openclaw.domains.agents.repository import budgets as repository
from openclaw.domains.agents.repository.budgets import Taken, Wanted
from openclaw.domains.agents.schemas.budgets import Budget, BudgetLimits, BudgetUse, CreateBudget
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.bus import publish
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.pagination import Page, cursor_of, position_of
from openclaw.runtime.metering import Grant

_SECOND = 1000


async def create_budget(scope: Scope, data: CreateBudget) -> BudgetRow:
    """A budget that tasks may share. Raises NotAllowedError for viewers."""
    check_role(scope.who, Role.MEMBER)
    return await add_budget(scope, data, name=data.name, is_named=True)


async def add_budget(scope: Scope, limits: BudgetLimits, *, name: str, is_named: bool) -> BudgetRow:
    """A budget of these limits; one that is not named belongs to what it was made for, and is not listed."""
    row = BudgetRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        name=name[:200],
        money_limit=limits.money_micros,
        money_used=0,
        money_held=0,
        tokens_limit=limits.tokens,
        tokens_used=0,
        tokens_held=0,
        calls_limit=limits.calls,
        calls_used=0,
        calls_held=0,
        time_limit_ms=None if limits.seconds is None else limits.seconds * _SECOND,
        time_used_ms=0,
        time_held_ms=0,
        is_named=is_named,
        created_at=scope.now(),
    )
    await repository.add(scope, row)
    return row


async def access_budget(scope: Scope, budget_id: UUID) -> BudgetRow:
    """A budget of the user. Raises BudgetNotFoundError."""
    row = await repository.find(scope, budget_id)
    if row is None:
        raise BudgetNotFoundError
    return row


async def list_budgets(scope: Scope, *, cursor: str | None, limit: int) -> Page[Budget]:
    """A page of the user's named budgets, the newest first. Raises InvalidInputError."""
    rows = await repository.list_named(scope, before=position_of(cursor), limit=limit + 1)
    shown = rows[:limit]
    following = cursor_of(shown[-1].created_at, shown[-1].id) if len(rows) > limit else None
    return Page([view(row) for row in shown], following)


async def views(scope: Scope, budget_ids: list[UUID]) -> dict[UUID, Budget]:
    """Budgets by id, in one query."""
    return {row.id: view(row) for row in await repository.list_budgets(scope, budget_ids)}


async def reserve(
    scope: Scope,
    budget_id: UUID,
    *,
    charge_id: UUID,
    run_id: UUID,
    wanted: Wanted,
    model: str,
) -> Grant | None:
    """Hold what a call may take; None while other calls hold it, until one of them is settled.

    Raises BudgetSpentError, and PriceUnknownError where money is limited and the model's price is not known.
    """
    verdict = await repository.reserve(scope, budget_id, charge_id=charge_id, run_id=run_id, wanted=wanted)
    match verdict.word:
        case "granted":
            assert verdict.output_tokens is not None
            assert verdict.time_ms is not None
            return Grant(verdict.output_tokens, timedelta(milliseconds=verdict.time_ms))
        case "busy":
            return None
        case "price":
            raise PriceUnknownError(model=model)
        case "gone":
            raise BudgetNotFoundError
        case part:
            raise BudgetSpentError(part=part)  # pyright: ignore[reportArgumentType]


async def settle(scope: Scope, charge_id: UUID, taken: Taken) -> None:
    """A call that was granted is over; whoever waits for what it held looks again."""
    budget_id = await repository.settle(scope, charge_id, taken)
    if budget_id is not None:
        await publish(scope, events.budget_topic(budget_id), {})


async def settle_whole(scope: Scope, run_id: UUID) -> None:
    """The calls of a run whose process is gone: nobody knows what they took, so they are charged all that was held."""
    for budget_id in await repository.settle_whole(scope, run_id):
        await publish(scope, events.budget_topic(budget_id), {})


def view(row: BudgetRow) -> Budget:
    """A budget as it travels. Time is in seconds, rounded up."""

    def use(part: str, *, scale: int = 1) -> BudgetUse:
        unit = "_ms" if scale > 1 else ""
        limit, used, held = (getattr(row, f"{part}_{what}{unit}") for what in ("limit", "used", "held"))
        return BudgetUse(
            limit=None if limit is None else limit // scale, used=-(-used // scale), held=-(-held // scale)
        )

    return Budget(
        id=row.id,
        name=row.name,
        money_micros=use("money"),
        tokens=use("tokens"),
        calls=use("calls"),
        seconds=use("time", scale=_SECOND),
        created_at=row.created_at,
    )
