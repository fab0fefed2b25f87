"""Budgets as they travel. Money is in millionths of a US dollar."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from openclaw.infra.wire import BudgetId, Items, Wire, WireInput

_Most = Field(ge=1, le=1_000_000_000_000)


class BudgetLimits(WireInput):
    """What may be used at most; what is left out has no limit. ``seconds`` are those of model calls."""

    money_micros: Annotated[int, _Most] | None = None
    tokens: Annotated[int, _Most] | None = None
    calls: Annotated[int, _Most] | None = None
    seconds: Annotated[int, Field(ge=1, le=31_536_000)] | None = None


class CreateBudget(BudgetLimits):
    """A budget that several tasks may share."""

    name: Annotated[str, Field(min_length=1, max_length=200)]


class BudgetUse(Wire):
    """One kind of limit, what was used of it, and what is held for calls that are not over."""

    limit: int | None
    used: int
    held: int


class Budget(Wire):
    """A budget. Used and held together never exceed a limit."""

    id: BudgetId
    name: str
    money_micros: BudgetUse
    tokens: BudgetUse
    calls: BudgetUse
    seconds: BudgetUse
    created_at: datetime


class Budgets(Items):
    """The user's named budgets, the newest first."""

    items: list[Budget]
