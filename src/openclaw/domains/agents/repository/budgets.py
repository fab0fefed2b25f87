"""Every statement on budgets and what they are charged. A call is reserved, and settled, by one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, tuple_

from openclaw.domains.agents.models import BudgetRow
from openclaw.infra.scope import Scope

_RESERVE = text(
    "SELECT * FROM reserve_budget(:budget, :charge, :run, :at, :input_tokens, :fewest, :most, :input_micros,"
    " :output_rate, :shortest_ms, :longest_ms)"
)
# Never more than was reserved: what lies beyond that is no true word, for the call was cut off there.
_SETTLE = text(
    "WITH known AS (SELECT id, money, tokens, time_ms FROM budget_charges"
    " WHERE id = :charge AND settled_at IS NULL FOR UPDATE),"
    " ended AS (UPDATE budget_charges c SET settled_at = :at, money = LEAST(k.money, :money),"
    " tokens = LEAST(k.tokens, :tokens), time_ms = LEAST(k.time_ms, :time_ms),"
    " reported_tokens = :reported, counted_tokens = :counted FROM known k WHERE c.id = k.id"
    " RETURNING c.budget_id, c.money, c.tokens, c.time_ms,"
    " k.money AS money_was, k.tokens AS tokens_was, k.time_ms AS time_was)"
    " UPDATE budgets b SET money_used = money_used + e.money, money_held = money_held - e.money_was,"
    " tokens_used = tokens_used + e.tokens, tokens_held = tokens_held - e.tokens_was,"
    " calls_used = calls_used + 1, calls_held = calls_held - 1,"
    " time_used_ms = time_used_ms + e.time_ms, time_held_ms = time_held_ms - e.time_was"
    " FROM ended e WHERE b.id = e.budget_id RETURNING b.id"
)
_SETTLE_WHOLE = text(
    "WITH ended AS (UPDATE budget_charges SET settled_at = :at WHERE run_id = :run AND settled_at IS NULL"
    " RETURNING budget_id, money, tokens, time_ms),"
    " sums AS (SELECT budget_id, sum(money) AS money, sum(tokens) AS tokens, sum(time_ms) AS time_ms,"
    " count(*) AS calls FROM ended GROUP BY budget_id)"
    " UPDATE budgets b SET money_used = money_used + s.money, money_held = money_held - s.money,"
    " tokens_used = tokens_used + s.tokens, tokens_held = tokens_held - s.tokens,"
    " calls_used = calls_used + s.calls, calls_held = calls_held - s.calls,"
    " time_used_ms = time_used_ms + s.time_ms, time_held_ms = time_held_ms - s.time_ms"
    " FROM sums s WHERE b.id = s.budget_id RETURNING b.id"
)


@dataclass(frozen=True)
class Wanted:
    """What a call needs. ``output_rate``: micros for a million tokens; None (and ``input_micros``) if not known."""

    input_tokens: int
    fewest: int
    most: int
    input_micros: int | None
    output_rate: int | None
    shortest_ms: int
    longest_ms: int


@dataclass(frozen=True)
class Verdict:
    """``word``: ``granted``, ``busy``, or what refuses it: ``money tokens calls time``, ``price``, ``gone``."""

    word: str
    output_tokens: int | None
    time_ms: int | None


@dataclass(frozen=True)
class Taken:
    """What a call took, as it is charged."""

    money: int
    tokens: int
    time_ms: int
    reported: int | None
    counted: int


async def add(scope: Scope, row: BudgetRow) -> None:
    """Insert a budget."""
    scope.session.add(row)
    await scope.session.flush()


async def find(scope: Scope, budget_id: UUID) -> BudgetRow | None:
    """A budget of the scope's user."""
    return await scope.session.scalar(
        select(BudgetRow)
        .where(
            BudgetRow.id == budget_id,
            BudgetRow.user_id == scope.user_id,
            BudgetRow.workspace_id == scope.workspace_id,
        )
        .execution_options(populate_existing=True)
    )


async def list_named(
    scope: Scope, *, before: tuple[datetime, UUID] | None, limit: int
) -> Sequence[BudgetRow]:
    """The user's budgets that have a name of their own, the newest first."""
    query = select(BudgetRow).where(
        BudgetRow.user_id == scope.user_id, BudgetRow.workspace_id == scope.workspace_id, BudgetRow.is_named
    )
    if before is not None:
        query = query.where(tuple_(BudgetRow.created_at, BudgetRow.id) < before)
    query = query.order_by(BudgetRow.created_at.desc(), BudgetRow.id.desc()).limit(limit)
    return list(await scope.session.scalars(query))


async def list_budgets(scope: Scope, budget_ids: Sequence[UUID]) -> Sequence[BudgetRow]:
    """Budgets by id."""
    if not budget_ids:
        return ()
    return list(await scope.session.scalars(select(BudgetRow).where(BudgetRow.id.in_(budget_ids))))


async def reserve(scope: Scope, budget_id: UUID, *, charge_id: UUID, run_id: UUID, wanted: Wanted) -> Verdict:
    """Hold what a call may take at most, unless the budget does not have it."""
    values = {
        "budget": budget_id,
        "charge": charge_id,
        "run": run_id,
        "at": scope.now(),
        **vars(wanted),
    }
    return Verdict(*(await scope.session.execute(_RESERVE, values)).one())


async def settle(scope: Scope, charge_id: UUID, taken: Taken) -> UUID | None:
    """The call is over: charge what it took, never more than was held. Its budget; None when that was done before."""
    values = {"charge": charge_id, "at": scope.now(), **vars(taken)}
    return await scope.session.scalar(_SETTLE, values)


async def settle_whole(scope: Scope, run_id: UUID) -> Sequence[UUID]:
    """Charge calls of the run that nobody waits for any more with all that was held. Their budgets."""
    return list(await scope.session.scalars(_SETTLE_WHOLE, {"run": run_id, "at": scope.now()}))
