"""Routes of budgets."""

from typing import Annotated

from fastapi import Path, Query

from openclaw.domains.agents.errors import BudgetNotFoundError
from openclaw.domains.agents.schemas.budgets import Budget, Budgets, CreateBudget
from openclaw.domains.agents.service import budgets
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.web.context import CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import BudgetId
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("agents")


@router.get("/budgets", operation_id="listBudgets", responses=errors(NotSignedInError))
async def list_budgets(
    scope: CurrentScope,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Budgets:
    """The budgets that the user has named, the newest first."""
    page = await budgets.list_budgets(scope, cursor=cursor, limit=limit)
    return Budgets(items=page.items, next_cursor=page.next_cursor)


@router.post(
    "/budgets",
    status_code=201,
    operation_id="createBudget",
    responses=errors(NotSignedInError, NotAllowedError),
)
async def create_budget(scope: CurrentScope, data: CreateBudget) -> Budget:
    """A budget that several tasks may share."""
    return budgets.view(await budgets.create_budget(scope, data))


@router.get(
    "/budgets/{budget_id}", operation_id="getBudget", responses=errors(NotSignedInError, BudgetNotFoundError)
)
async def get_budget(scope: CurrentScope, budget_id: Annotated[BudgetId, Path()]) -> Budget:
    """A budget, with what was used of it and what is held for calls that are not over."""
    return budgets.view(await budgets.access_budget(scope, budget_id))
