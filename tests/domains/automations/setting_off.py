"""Automations in tests: made by the API, set off, waited for."""

from typing import Any

import orjson

from openclaw.infra.signatures import signed_headers
from openclaw.kit.ids import new_id
from tests.domains.workflows.running import definition, expr, save, step, transform
from tests.support.accounts import Person

ENDED = ("succeeded", "failed", "cancelled", "skipped")
MANUAL = {"kind": "manual"}
WEBHOOK = {"kind": "webhook"}
QUESTION = step("approval", "ask", {"message": "Go on?"})


async def echo(person: Person) -> str:
    """A workflow that gives back what it is given."""
    return await save(
        person, definition(transform("say", expr("input")), output={"said": expr("steps.say.output")})
    )


async def asking(person: Person) -> str:
    """A workflow that waits for an answer."""
    return await save(person, definition(QUESTION))


def runs(workflow: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
    """The action that runs it."""
    return {"kind": "run_workflow", "config": {"workflowId": workflow, "input": data or {}}}


async def automation(
    person: Person, trigger: dict[str, Any], action: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """A new one."""
    body = {"name": "An automation", "trigger": trigger, "action": action, **more}
    return await person.post("/automations", body)


async def fire(person: Person, made: dict[str, Any], data: dict[str, Any] | None = None) -> str:
    """The id of a run that somebody asked for."""
    return (await person.post(f"/automations/{made['id']}/fire", {"input": data or {}}))["id"]


async def until(person: Person, run_id: str, *states: str) -> dict[str, Any]:
    """The run, once it is in one of those states; by default once it has ended."""
    with person.server.watching(person.topic) as watch:
        while (run := await person.get(f"/automation-runs/{run_id}"))["state"] not in (states or ENDED):
            await watch.event("automation.changed", runId=run_id)
            watch.messages.clear()
    return run


async def history(person: Person, made: dict[str, Any]) -> list[dict[str, Any]]:
    """Its runs, the oldest first."""
    found = await person.get("/automation-runs", params={"automation": made["id"], "limit": 200})
    return found["items"][::-1]


def signed(person: Person, secret: str, body: Any, delivery: str | None = None) -> dict[str, Any]:
    """Arguments of a request that delivers ``body``, signed at this moment of the server's clock."""
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    headers = signed_headers(
        secret, delivery_id=delivery or new_id().hex, at=person.server.clock.now(), body=content
    )
    return {"content": content, "headers": headers | {"content-type": "application/json"}}


async def told(person: Person) -> list[tuple[str, bool]]:
    """What the person was notified of by automations: kinds, and whether it stays until it was seen."""
    found = (await person.get("/notifications"))["items"]
    return [(item["kind"], item["sticky"]) for item in found if item["kind"].startswith("automation.")]
