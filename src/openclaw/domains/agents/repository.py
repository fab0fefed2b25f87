"""Every query on providers, runs, steps, approvals and rules."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from openclaw.domains.agents.models import (
    ApprovalRow,
    ApprovalRuleRow,
    ModelProviderRow,
    RunEventRow,
    RunRow,
    RunStepRow,
)
from openclaw.infra.scope import Scope


async def add(
    scope: Scope, *rows: ModelProviderRow | RunRow | RunStepRow | ApprovalRow | ApprovalRuleRow
) -> None:
    """Insert rows."""
    scope.session.add_all(rows)
    await scope.session.flush()


# Providers


async def list_providers(scope: Scope) -> list[ModelProviderRow]:
    """The workspace's providers, the default first."""
    return list(
        await scope.session.scalars(
            select(ModelProviderRow)
            .where(ModelProviderRow.workspace_id == scope.workspace_id)
            .order_by(ModelProviderRow.is_default.desc(), ModelProviderRow.created_at)
        )
    )


async def find_provider(scope: Scope, provider_id: UUID) -> ModelProviderRow | None:
    """A provider of the scope's workspace."""
    return await scope.session.scalar(
        select(ModelProviderRow).where(
            ModelProviderRow.id == provider_id, ModelProviderRow.workspace_id == scope.workspace_id
        )
    )


async def clear_default(scope: Scope) -> None:
    """No provider of the workspace is the default any more."""
    await scope.session.execute(
        update(ModelProviderRow)
        .where(ModelProviderRow.workspace_id == scope.workspace_id)
        .values(is_default=False)
    )


async def delete_provider(scope: Scope, row: ModelProviderRow) -> None:
    """Remove a provider."""
    await scope.session.delete(row)
    await scope.session.flush()


# Runs


async def find_run(scope: Scope, run_id: UUID) -> RunRow | None:
    """A run of the scope's user."""
    return await scope.session.scalar(
        select(RunRow)
        .where(
            RunRow.id == run_id, RunRow.user_id == scope.user_id, RunRow.workspace_id == scope.workspace_id
        )
        .execution_options(populate_existing=True)
    )


async def list_runs(scope: Scope, run_ids: Sequence[UUID]) -> list[RunRow]:
    """Runs by id."""
    return list(await scope.session.scalars(select(RunRow).where(RunRow.id.in_(run_ids)))) if run_ids else []


async def list_open_conversations(scope: Scope) -> list[UUID]:
    """The conversations of the user's runs that have not ended, one for each run."""
    return list(
        await scope.session.scalars(
            select(RunRow.conversation_id).where(
                RunRow.user_id == scope.user_id,
                RunRow.workspace_id == scope.workspace_id,
                RunRow.finished_at.is_(None),
            )
        )
    )


async def list_open_runs(scope: Scope, conversation_ids: Sequence[UUID]) -> list[RunRow]:
    """The user's runs in those conversations that have not ended."""
    if not conversation_ids:
        return []
    return list(
        await scope.session.scalars(
            select(RunRow).where(
                RunRow.user_id == scope.user_id,
                RunRow.conversation_id.in_(conversation_ids),
                RunRow.finished_at.is_(None),
            )
        )
    )


async def delete_runs(scope: Scope, run_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Delete runs; their steps, approvals and rules go with them. Returns each with its workspace."""
    gone = await scope.session.execute(
        delete(RunRow).where(RunRow.id.in_(run_ids)).returning(RunRow.id, RunRow.workspace_id)
    )
    return [(run_id, workspace_id) for run_id, workspace_id in gone]


async def enter_run(scope: Scope, run_id: UUID) -> RunRow | None:
    """Begin or begin again: raises the epoch, so that an earlier entry can write no more. None when it has ended."""
    return await scope.session.scalar(
        update(RunRow)
        .where(RunRow.id == run_id, RunRow.finished_at.is_(None))
        .values(
            epoch=RunRow.epoch + 1, state="running", started_at=func.coalesce(RunRow.started_at, scope.now())
        )
        .returning(RunRow)
        .execution_options(populate_existing=True)
    )


async def lock_run(scope: Scope, run_id: UUID, *, epoch: int) -> RunRow | None:
    """The run, locked for a write of its entry ``epoch``; None when a later entry has taken over or it has ended."""
    return await scope.session.scalar(
        select(RunRow)
        .where(RunRow.id == run_id, RunRow.epoch == epoch, RunRow.finished_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def lock_finished_run(scope: Scope, run_id: UUID) -> RunRow | None:
    """A run of the scope's user that has ended, locked."""
    return await scope.session.scalar(
        select(RunRow)
        .where(
            RunRow.id == run_id,
            RunRow.user_id == scope.user_id,
            RunRow.workspace_id == scope.workspace_id,
            RunRow.finished_at.is_not(None),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def request_abort(scope: Scope, run_id: UUID) -> bool:
    """Note that the user wants the run to stop; False when it has ended."""
    found = await scope.session.scalar(
        update(RunRow)
        .where(RunRow.id == run_id, RunRow.finished_at.is_(None))
        .values(abort_requested_at=scope.now())
        .returning(RunRow.id)
    )
    return found is not None


async def is_abort_requested(scope: Scope, run_id: UUID) -> bool:
    """Whether the user wants the run to stop."""
    found = await scope.session.scalar(
        select(RunRow.id).where(RunRow.id == run_id, RunRow.abort_requested_at.is_not(None))
    )
    return found is not None


# What machines tell of runs


async def lock_open_run(scope: Scope, run_id: UUID) -> RunRow | None:
    """A run of the scope's user that has not ended, locked so that it does not end meanwhile."""
    return await scope.session.scalar(
        select(RunRow)
        .where(RunRow.id == run_id, RunRow.user_id == scope.user_id, RunRow.finished_at.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def add_event(scope: Scope, run_id: UUID, seq: int, event: dict[str, Any]) -> None:
    """Keep an event; one with that number that came before stays."""
    await scope.session.execute(
        insert(RunEventRow)
        .values(
            run_id=run_id,
            seq=seq,
            workspace_id=scope.workspace_id,
            user_id=scope.user_id,
            event=event,
            received_at=scope.now(),
        )
        .on_conflict_do_nothing()
    )


async def list_events(scope: Scope, run_id: UUID, *, after_seq: int, limit: int) -> list[RunEventRow]:
    """Events that come after a number, in order."""
    return list(
        await scope.session.scalars(
            select(RunEventRow)
            .where(RunEventRow.run_id == run_id, RunEventRow.seq > after_seq)
            .order_by(RunEventRow.seq)
            .limit(limit)
        )
    )


async def delete_events(scope: Scope, run_id: UUID) -> None:
    """They are in the run's steps now."""
    await scope.session.execute(delete(RunEventRow).where(RunEventRow.run_id == run_id))


# Steps


async def list_steps(scope: Scope, run_ids: Sequence[UUID]) -> list[RunStepRow]:
    """Steps of those runs, in order."""
    if not run_ids:
        return []
    return list(
        await scope.session.scalars(
            select(RunStepRow)
            .where(RunStepRow.run_id.in_(run_ids))
            .order_by(RunStepRow.run_id, RunStepRow.position)
            .execution_options(populate_existing=True)
        )
    )


async def list_open_tools(scope: Scope, run_id: UUID) -> list[RunStepRow]:
    """Tool calls of a run that have not ended."""
    return list(
        await scope.session.scalars(
            select(RunStepRow).where(
                RunStepRow.run_id == run_id, RunStepRow.kind == "tool", RunStepRow.finished_at.is_(None)
            )
        )
    )


async def update_step(scope: Scope, step_id: UUID, **values: Any) -> None:
    """Change a step."""
    await scope.session.execute(update(RunStepRow).where(RunStepRow.id == step_id).values(**values))


async def end_open_steps(scope: Scope, run_id: UUID, *, state: str, error: dict[str, Any]) -> None:
    """Give every tool call of the run that has not ended the same end."""
    await scope.session.execute(
        update(RunStepRow)
        .where(RunStepRow.run_id == run_id, RunStepRow.finished_at.is_(None))
        .values(state=state, error=error, finished_at=scope.now())
    )


# Approvals


async def find_approval(scope: Scope, approval_id: UUID) -> ApprovalRow | None:
    """An approval of the scope's user."""
    return await scope.session.scalar(
        select(ApprovalRow)
        .where(
            ApprovalRow.id == approval_id,
            ApprovalRow.user_id == scope.user_id,
            ApprovalRow.workspace_id == scope.workspace_id,
        )
        .execution_options(populate_existing=True)
    )


async def find_approval_of_step(scope: Scope, step_id: UUID) -> ApprovalRow | None:
    """The question that a step waits for, read afresh."""
    return await scope.session.scalar(
        select(ApprovalRow).where(ApprovalRow.step_id == step_id).execution_options(populate_existing=True)
    )


async def lock_approval(scope: Scope, approval_id: UUID) -> ApprovalRow | None:
    """An approval of the scope's user, locked: the first answer counts."""
    return await scope.session.scalar(
        select(ApprovalRow)
        .where(
            ApprovalRow.id == approval_id,
            ApprovalRow.user_id == scope.user_id,
            ApprovalRow.workspace_id == scope.workspace_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def list_approvals(scope: Scope, *, state: str | None, limit: int) -> list[ApprovalRow]:
    """The user's approvals, newest first."""
    query = select(ApprovalRow).where(
        ApprovalRow.user_id == scope.user_id, ApprovalRow.workspace_id == scope.workspace_id
    )
    if state is not None:
        query = query.where(ApprovalRow.state == state)
    return list(await scope.session.scalars(query.order_by(ApprovalRow.requested_at.desc()).limit(limit)))


async def list_approvals_of_runs(scope: Scope, run_ids: Sequence[UUID]) -> list[ApprovalRow]:
    """Approvals of those runs."""
    if not run_ids:
        return []
    return list(
        await scope.session.scalars(
            select(ApprovalRow)
            .where(ApprovalRow.run_id.in_(run_ids))
            .execution_options(populate_existing=True)
        )
    )


async def list_pending_of_run(scope: Scope, run_id: UUID) -> list[ApprovalRow]:
    """Open approvals of a run, locked."""
    return list(
        await scope.session.scalars(
            select(ApprovalRow)
            .where(ApprovalRow.run_id == run_id, ApprovalRow.state == "pending")
            .with_for_update()
        )
    )


# Rules


async def list_rules(scope: Scope) -> list[ApprovalRuleRow]:
    """The user's live rules, newest first."""
    return list(
        await scope.session.scalars(
            select(ApprovalRuleRow)
            .where(
                ApprovalRuleRow.user_id == scope.user_id,
                ApprovalRuleRow.workspace_id == scope.workspace_id,
                ApprovalRuleRow.revoked_at.is_(None),
                or_(ApprovalRuleRow.expires_at.is_(None), ApprovalRuleRow.expires_at > scope.now()),
            )
            .order_by(ApprovalRuleRow.created_at.desc())
        )
    )


async def revoke_rule(scope: Scope, rule_id: UUID) -> bool:
    """End a rule; False when it is not a live one of the user."""
    found = await scope.session.scalar(
        update(ApprovalRuleRow)
        .where(
            ApprovalRuleRow.id == rule_id,
            ApprovalRuleRow.user_id == scope.user_id,
            ApprovalRuleRow.workspace_id == scope.workspace_id,
            ApprovalRuleRow.revoked_at.is_(None),
        )
        .values(revoked_at=scope.now())
        .returning(ApprovalRuleRow.id)
    )
    return found is not None
