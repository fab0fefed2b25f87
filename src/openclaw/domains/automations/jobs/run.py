"""The job that carries a run out: what a transaction can do in one, what reaches outside after its commit."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from openclaw.domains.automations import repository
from openclaw.domains.automations.service import runs, switching
from openclaw.domains.automations.service.registry import ActionCall, Automations
from openclaw.domains.workspaces import service as workspaces
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.durable.jobs import Job
from openclaw.infra.db import Database
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit.errors import Kind, OpenClawError, UnavailableError

_FINAL = frozenset({Kind.INVALID, Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.NOT_FOUND})


class RunAutomation:
    """Carries out runs. The same job again goes on with what it finds."""

    def __init__(self, database: Database, automations: Automations) -> None:
        self._database = database
        self._automations = automations

    async def __call__(self, job: Job) -> dict[str, Any] | None:
        """Raises UnavailableError, and what an action failed with while it has tries left."""
        run_id = UUID(hex=job.payload["runId"])
        actor = Actor(user_id=job.user_id, workspace_id=job.workspace_id, role=Role.MEMBER)
        try:
            left = await self._begin(actor, run_id)
        except UnavailableError:
            raise
        except OpenClawError as error:
            await self._settle(actor, run_id, error=error)
            return None
        if left is not None:
            await self._perform(actor, job, *left)
        return None

    async def _begin(self, actor: Actor, run_id: UUID) -> tuple[str, ActionCall] | None:
        async with self._database.transaction(actor) as scope:
            role = await workspaces.find_role(scope)
            if role in (None, Role.VIEWER):
                await _end_all(scope)
                error = NotAllowedError(role=role or "–")
                await runs.settle_by_id(scope, self._automations, run_id, error=error)
                return None
            return await runs.begin(
                replace(scope, actor=replace(actor, role=role)), self._automations, run_id
            )

    async def _perform(self, actor: Actor, job: Job, kind: str, call: ActionCall) -> None:
        try:
            result = await self._automations.action(kind).perform(call)
        except UnavailableError:
            raise
        except OpenClawError as error:
            if error.kind not in _FINAL and job.attempt < job.max_attempts:
                raise
            await self._settle(actor, call.run_id, error=error)
        else:
            await self._settle(actor, call.run_id, result=result)

    async def _settle(
        self, actor: Actor, run_id: UUID, *, result: Any = None, error: OpenClawError | None = None
    ) -> None:
        async with self._database.transaction(actor) as scope:
            await runs.settle_by_id(scope, self._automations, run_id, result=result, error=error)


async def _end_all(scope: Scope) -> None:
    """Nothing is done any more for somebody who has left."""
    for row in await repository.list_all_of(scope):
        await switching.switch_off(scope, row, reason="left_workspace")
