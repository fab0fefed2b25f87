"""Facts of lower slices: what sets automations off, what ends their runs, and who leaves."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from openclaw.domains.automations import repository
from openclaw.domains.automations.service import runs, switching
from openclaw.domains.automations.service.accepting import Offer, accept_or_note
from openclaw.domains.automations.service.registry import Automations, EventSource
from openclaw.domains.workspaces.events import MEMBER_REMOVED
from openclaw.infra.outbox import Subscriber
from openclaw.infra.scope import Scope
from openclaw.kit.ids import new_id


def subscribers(automations: Automations) -> Mapping[str, Sequence[Subscriber]]:
    """One for each event's fact."""
    found: dict[str, list[Subscriber]] = {MEMBER_REMOVED: [_switch_off_all]}
    for name, source in automations.events.items():
        found.setdefault(source.fact, []).append(_subscriber(automations, name, source))
    return found


def _subscriber(automations: Automations, name: str, source: EventSource) -> Subscriber:
    async def react(scope: Scope, body: dict[str, Any]) -> None:
        user_id, workspace_id = UUID(hex=body["userId"]), UUID(hex=body["workspaceId"])
        owner = switching.acting(scope, user_id, workspace_id)
        happened = await source.read(owner, body)
        if happened is None:
            return
        caused_by: UUID | None = None
        depth = 0
        if happened.target_id is not None:
            run = await repository.find_run_by_target(scope, happened.target_id)
            if run is not None:
                caused_by, depth = run.automation_id, run.depth + 1
                await runs.settle_by_id(
                    owner, automations, run.id, result=happened.data, error=happened.error
                )
        rows = await repository.list_on_event(scope, name, user_id=user_id, workspace_id=workspace_id)
        offers = [
            Offer(
                automation_id=row.id,
                workspace_id=workspace_id,
                user_id=user_id,
                name=row.name,
                reason={"kind": "event", "event": name, "at": scope.now().isoformat()},
                # A fact is carried in the transaction that forgets it, so it comes once.
                key=f"fact:{new_id().hex}",
                input=happened.data,
                depth=depth,
                skipped_for="own_work" if row.id == caused_by else None,
            )
            for row in rows
        ]
        await accept_or_note(scope, offers, queued_at_most=automations.queued_at_most)

    return react


async def _switch_off_all(scope: Scope, body: dict[str, Any]) -> None:
    """Who leaves a workspace leaves nothing behind that goes on in it."""
    owner = switching.acting(scope, UUID(hex=body["memberId"]), UUID(hex=body["workspaceId"]))
    for row in await repository.list_all_of(owner):
        await switching.switch_off(owner, row, reason="left_workspace")
