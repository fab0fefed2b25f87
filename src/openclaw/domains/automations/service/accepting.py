"""Runs accepted: rows and the jobs that carry them out, of many automations and tenants in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from openclaw.domains.automations import repository
from openclaw.domains.automations.events import RUN_KIND
from openclaw.durable.batches import NewJob, submit_many
from openclaw.infra.jsonb import storable
from openclaw.infra.scope import Scope
from openclaw.kit.ids import new_id

LONGEST_CHAIN = 5
TRIES = 3


@dataclass(frozen=True)
class Offer:
    """An automation that something has set off. ``key``: the same one again is no other run.

    ``skipped_for``: nothing is to be done, and the history is to say so.
    """

    automation_id: UUID
    workspace_id: UUID
    user_id: UUID
    name: str
    reason: dict[str, Any]
    key: str
    input: dict[str, Any]
    depth: int = 0
    skipped_for: str | None = None
    run_id: UUID = field(default_factory=new_id)


async def accept(scope: Scope, offers: Sequence[Offer], *, queued_at_most: int) -> set[UUID]:
    """Keep runs, and queue them: the ids of those that were kept. Needs a system scope.

    Not kept are those whose key has come before, and those of workspaces that have ``queued_at_most`` jobs waiting.
    """
    new = await repository.add_runs(scope, [_row(offer) for offer in offers])
    jobs = [
        NewJob(offer.run_id, offer.workspace_id, offer.user_id, offer.name, {"runId": offer.run_id.hex})
        for offer in offers
        if offer.run_id in new and _skipped_for(offer) is None
    ]
    full = await submit_many(scope, RUN_KIND, jobs, queued_at_most=queued_at_most, tries=TRIES)
    if full:
        refused = {job.id for job in jobs if job.workspace_id in full}
        await repository.remove_runs(scope, refused)
        new -= refused
    return new


async def accept_or_note(scope: Scope, offers: Sequence[Offer], *, queued_at_most: int) -> None:
    """Keep runs, whoever's queue is full: then nothing is done, and the history says so. Needs a system scope."""
    kept = await accept(scope, offers, queued_at_most=queued_at_most)
    full = [replace(offer, skipped_for="queue_full") for offer in offers if offer.run_id not in kept]
    await accept(scope, full, queued_at_most=queued_at_most)


def _skipped_for(offer: Offer) -> str | None:
    return offer.skipped_for or ("chain" if offer.depth > LONGEST_CHAIN else None)


def _row(offer: Offer) -> dict[str, Any]:
    skipped_for = _skipped_for(offer)
    return {
        "id": str(offer.run_id),
        "workspace_id": str(offer.workspace_id),
        "user_id": str(offer.user_id),
        "automation_id": str(offer.automation_id),
        "state": "queued" if skipped_for is None else "skipped",
        "reason": offer.reason | ({"skippedFor": skipped_for} if skipped_for else {}),
        "key": offer.key,
        "input": storable(offer.input),
        "depth": offer.depth,
    }
