"""Every query on providers, runs, steps, approvals and rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, true, update
from sqlalchemy.orm import aliased

from openclaw.domains.agents.models import ApprovalRow, ApprovalRuleRow, ModelProviderRow, RunRow, RunStepRow
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


async def find_run_of_client(scope: Scope, client_run_id: str) -> RunRow | None:
    """The user's latest run that a client calls by that name."""
    return await scope.session.scalar(
        select(RunRow)
        .where(
            RunRow.client_run_id == client_run_id,
            RunRow.user_id == scope.user_id,
            RunRow.workspace_id == scope.workspace_id,
        )
        .order_by(RunRow.created_at.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


async def list_runs(scope: Scope, run_ids: Sequence[UUID]) -> list[RunRow]:
    """Runs by id."""
    return list(await scope.session.scalars(select(RunRow).where(RunRow.id.in_(run_ids)))) if run_ids else []


async def list_open_conversations(scope: Scope) -> list[tuple[UUID, str]]:
    """The conversations of the user's runs that have not ended, one for each run, with its kind."""
    rows = await scope.session.execute(
        select(RunRow.conversation_id, RunRow.kind).where(
            RunRow.user_id == scope.user_id,
            RunRow.workspace_id == scope.workspace_id,
            RunRow.finished_at.is_(None),
        )
    )
    return [(conversation_id, kind) for conversation_id, kind in rows]


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


async def list_recent_tools(
    scope: Scope, device_id: UUID, *, since: datetime, limit: int
) -> list[tuple[RunStepRow, UUID]]:
    """The user's tool calls to a machine since then, newest first, each with its conversation."""
    rows = await scope.session.execute(
        select(RunStepRow, RunRow.conversation_id)
        .join(RunRow, RunRow.id == RunStepRow.run_id)
        .where(
            RunStepRow.user_id == scope.user_id,
            RunStepRow.workspace_id == scope.workspace_id,
            RunStepRow.kind == "tool",
            RunStepRow.device_id == device_id,
            RunStepRow.started_at >= since,
        )
        .order_by(RunStepRow.started_at.desc(), RunStepRow.id.desc())
        .limit(limit)
    )
    return [(step, conversation_id) for step, conversation_id in rows]


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
    if state == "pending":  # what nobody waits for any more is not ended by anybody either
        query = query.where((ApprovalRow.run_id.is_not(None)) | (ApprovalRow.expires_at > scope.now()))
    return list(await scope.session.scalars(query.order_by(ApprovalRow.requested_at.desc()).limit(limit)))


async def count_open_questions(scope: Scope) -> int:
    """How many questions of clients wait for the user; until the transaction ends nobody else asks for them."""
    await scope.session.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(str(scope.user_id), 0)))
    )
    query = (
        select(func.count())
        .select_from(ApprovalRow)
        .where(
            ApprovalRow.user_id == scope.user_id,
            ApprovalRow.workspace_id == scope.workspace_id,
            ApprovalRow.run_id.is_(None),
            ApprovalRow.state == "pending",
            ApprovalRow.expires_at > scope.now(),
        )
    )
    return await scope.session.scalar(query) or 0


async def list_pending_of_device(scope: Scope, device_id: UUID) -> list[ApprovalRow]:
    """The user's open questions about calls to a machine: of clients, and those that come next in their runs.

    In a system scope everybody's, for a host.
    """
    own, earlier = aliased(RunStepRow), aliased(RunStepRow)
    whose = true() if scope.actor is None else ApprovalRow.user_id == scope.user_id
    return list(
        await scope.session.scalars(
            select(ApprovalRow)
            .outerjoin(own, own.id == ApprovalRow.step_id)
            .where(
                whose,
                or_(
                    ApprovalRow.device_id == device_id,
                    ApprovalRow.targets.contains([{"id": device_id.hex}]),
                ),
                ApprovalRow.state == "pending",
                ApprovalRow.expires_at > scope.now(),
                ~exists().where(
                    earlier.run_id == own.run_id,
                    earlier.position < own.position,
                    earlier.finished_at.is_(None),
                ),
            )
        )
    )


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
