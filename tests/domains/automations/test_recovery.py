"""A process that dies amid a run: what it had begun is gone on with once, what it had not is begun."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from pydantic import BaseModel
from sqlalchemy import select, text

from openclaw.domains.automations.jobs.run import RunAutomation
from openclaw.domains.automations.service.accepting import Offer, accept
from openclaw.domains.automations.service.registry import ActionCall, Begun
from openclaw.domains.automations.service.runs import settle_orphans
from openclaw.durable.jobs import Job, job_of
from openclaw.durable.models import JobRow
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from tests.domains.automations.setting_off import MANUAL, automation, echo, runs, until
from tests.support.accounts import Person, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def ann(shared: Server) -> Person:
    return await register(shared)


class Anything(BaseModel):
    """Takes what it is given."""


class Dying:
    """An action outside of transactions; the process dies in it as often as ``deaths`` says."""

    config = Anything

    def __init__(self, deaths: int) -> None:
        self.deaths = deaths
        self.calls: list[UUID] = []

    async def check(self, scope: Scope, config: Any) -> None:
        pass

    async def begin(self, scope: Scope, call: ActionCall) -> Begun | None:
        return None

    async def perform(self, call: ActionCall) -> Any:
        self.calls.append(call.run_id)
        if len(self.calls) <= self.deaths:
            raise SystemExit
        return {"done": True}

    async def cancel(self, scope: Scope, target_id: str) -> None:
        pass


async def parked_job(person: Person, made: dict[str, Any]) -> Job:
    """The job of a run that was accepted, which this test carries out itself."""
    run_id = ids.new_id()
    offer = Offer(
        automation_id=ids.from_wire("auto", made["id"]),
        workspace_id=person.workspace_id,
        user_id=person.user_id,
        name=made["name"],
        reason={"kind": "manual"},
        key=run_id.hex,
        input={},
        run_id=run_id,
    )
    async with person.server.platform.database.system() as scope:
        await accept(scope, [offer], queued_at_most=9)
        row = await scope.session.scalar(select(JobRow).where(JobRow.id == run_id))
        assert row is not None
        await scope.session.execute(text("UPDATE jobs SET state = 'waiting' WHERE id = :id"), {"id": run_id})
    return job_of(row)


async def test_what_reaches_outside_is_gone_on_with_under_the_same_key(ann: Person) -> None:
    doing = ann.server.platform.automations
    action = Dying(deaths=1)
    theirs = replace(doing, actions={**doing.actions, "call_webhook": action})
    body = {"kind": "call_webhook", "config": {"url": "https://example.com/"}}
    job = await parked_job(ann, await automation(ann, MANUAL, body))
    carry = RunAutomation(ann.server.platform.database, theirs)
    with pytest.raises(SystemExit):
        await carry(job)
    assert (await ann.get(f"/automation-runs/arun_{job.id.hex}"))["state"] == "running"
    for _ in range(2):  # by another process, and once more
        await carry(job)
    assert action.calls == [job.id, job.id]
    assert (await ann.get(f"/automation-runs/arun_{job.id.hex}"))["result"] == {"done": True}


async def test_what_a_transaction_has_begun_is_begun_once(ann: Person) -> None:
    job = await parked_job(ann, await automation(ann, MANUAL, runs(await echo(ann))))
    carry = RunAutomation(ann.server.platform.database, ann.server.platform.automations)
    for _ in range(3):
        await carry(job)
    assert (await until(ann, f"arun_{job.id.hex}"))["state"] == "succeeded"
    assert len((await ann.get("/workflow-runs"))["items"]) == 1


async def test_a_run_whose_job_was_ended_by_hand_comes_to_an_end(ann: Person) -> None:
    """Else the next one would wait for it for ever."""
    made = await automation(ann, MANUAL, runs(await echo(ann)), overlap="queue")
    job = await parked_job(ann, made)
    ended = "UPDATE jobs SET state = 'cancelled', finished_at = '2026-01-01' WHERE id = :id"
    async with ann.server.platform.database.system() as scope:
        await scope.session.execute(text(ended), {"id": job.id})
        await settle_orphans(scope, ann.server.platform.automations)
    run = await ann.get(f"/automation-runs/arun_{job.id.hex}")
    assert (run["state"], run["error"]["code"]) == ("failed", "automations.action_failed")
