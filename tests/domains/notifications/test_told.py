"""What happens elsewhere is told: workflows that fail or ask, machines that are lost. Deliveries outlive processes."""

from datetime import timedelta

import pytest

from openclaw.domains.devices.service import registry
from openclaw.domains.notifications.events import DELIVERIES_TOPIC
from openclaw.domains.notifications.repository import deliveries
from openclaw.infra.bus import publish
from openclaw.kit import ids
from tests.domains.notifications.test_deliveries import delivery
from tests.domains.workflows.running import (
    definition,
    ended,
    expr,
    run,
    save,
    start,
    step,
    steps_of,
    transform,
)
from tests.support.accounts import Person, register
from tests.support.devices import link
from tests.support.server import Server
from tests.support.smtp import ScriptedSmtp

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def told(person: Person) -> list[tuple[str, str, str]]:
    """Kind, title and body of what the person was told, the newest first."""
    items = (await person.get("/notifications"))["items"]
    return [(item["kind"], item["title"], item["body"]) for item in items]


async def test_a_workflow_that_fails_is_told_once(server: Server) -> None:
    ann = await register(server)
    broken = definition(transform("a", expr("input.nothing")), name="Broken")
    failed = await run(ann, broken)
    ((kind, title, body),) = await told(ann)
    assert (kind, title) == ("workflow.failed", "Workflow failed: Broken")
    assert failed["error"]["title"] == body
    await run(ann, broken | {"name": "Dry"}, dry=True)
    server.manual.advance(timedelta(seconds=1))
    inside = definition(step("subworkflow", "sub", {"workflow": "Broken"}), name="Outer")
    await run(ann, inside)
    assert [title for _, title, _ in await told(ann)] == [
        "Workflow failed: Outer",
        "Workflow failed: Broken",
    ], "neither of a dry run nor of a part"


async def test_a_question_of_a_workflow_is_told_until_it_is_answered(server: Server) -> None:
    ann = await register(server)
    asks = definition(step("approval", "ask", {"message": "Send *it*?"}), name="Asks")
    workflow = await save(ann, asks)
    for approved in (True, False):
        server.manual.advance(timedelta(seconds=1))
        with server.watching(ann.topic) as watch:
            run_id = await start(ann, workflow)
            await watch.event("workflow.changed", runId=run_id, state="waiting")
            (item, *_) = (await ann.get("/notifications"))["items"]
            assert (item["title"], item["body"]) == ("Asks waits for your answer", "Send *it*?")
            assert (item["link"], item["settledAt"]) == (f"/workflow-runs/{run_id}", None)
            asked = (await steps_of(ann, run_id))["ask"]["id"]
            await ann.post(f"/workflow-runs/{run_id}/steps/{asked}/answer", {"approved": approved})
            await ended(watch, run_id)
        items = (await ann.get("/notifications"))["items"]
        assert all(item["settledAt"] for item in items if item["kind"] == "workflow.waiting")
    assert "workflow.failed" in [kind for kind, *_ in await told(ann)], "a refusal ends it"


async def test_a_machine_that_is_lost_is_told_to_its_owner(server: Server) -> None:
    ann, bo = await register(server), await register(server)
    machine = await link(ann, "Ann's laptop")
    await ann.delete(f"/devices/{machine.session['deviceId']}")
    assert await told(ann) == [], "whoever does it knows"
    other = await link(ann, "Ann's box")
    async with ann.scope() as scope:
        row = await registry.access_device(scope, ids.from_wire("dev", other.session["deviceId"]))
        await registry.end_link(scope, row, reason="an old token was presented", told_as="device.stolen")
    ((kind, title, _),) = await told(ann)
    assert (kind, title) == ("device.stolen", "Ann's box was unlinked")
    assert (await ann.get("/notifications/count"))["sticky"] == 1
    assert await told(bo) == []


async def test_a_delivery_of_a_dead_process_is_made_by_the_next(server: Server, smtp: ScriptedSmtp) -> None:
    ann = await register(server)
    async with ann.scope() as scope:
        left = {
            "id": ids.new_id(),
            "workspace_id": ann.workspace_id,
            "user_id": ann.user_id,
            "origin": "plugin email",
            "channel": "mail",
            "target": {"to": ["late@example.org"]},
            "content": {"subject": "Done", "text": "It is.", "html": None, "replyTo": None},
            "is_urgent": False,
            "state": "queued",
            "attempts": 1,
            "due_at": scope.now() + timedelta(minutes=5),
            "created_at": scope.now(),
        }
        await deliveries.add(scope, left)
        await publish(scope, DELIVERIES_TOPIC, {})
    server.manual.advance(timedelta(minutes=5))
    taken = await smtp.until(lambda mail: mail.to == ["late@example.org"])
    assert taken.message["Message-ID"] == f"<{left['id'].hex}@example.com>"
    assert (await delivery(ann, state="sent"))["attempts"] == 2
