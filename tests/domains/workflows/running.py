"""Workflows in tests: definitions made of few words, saved and run by the API."""

from typing import Any

from tests.support.accounts import Person

LANGUAGE = "openclaw.workflow/1"
ENDED = ("completed", "failed", "cancelled")


def definition(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A workflow of those steps."""
    return {"openclaw": LANGUAGE, "name": "A workflow", "steps": list(steps), **more}


def step(kind: str, name: str, config: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "config": config or {}, **more}


def transform(name: str, value: Any = None, **more: Any) -> dict[str, Any]:
    return step("transform", name, {"set": value}, **more)


def expr(source: str) -> dict[str, str]:
    return {"$expr": source}


async def save(person: Person, raw: dict[str, Any]) -> str:
    """The id of a workflow that is active."""
    created = await person.post("/workflows", {"definition": raw})
    await person.post(f"/workflows/{created['id']}/activate")
    return created["id"]


async def start(person: Person, workflow: str, data: dict[str, Any] | None = None, **more: Any) -> str:
    """The id of a run that was accepted."""
    return (await person.post(f"/workflows/{workflow}/runs", {"input": data or {}, **more}))["id"]


async def run(
    person: Person, raw: dict[str, Any], data: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A run of ``raw`` that has ended."""
    workflow = await save(person, raw)
    with person.server.watching(person.topic) as watch:
        run_id = await start(person, workflow, data, **more)
        await ended(watch, run_id)
    return await person.get(f"/workflow-runs/{run_id}")


async def ended(watch: Any, run_id: str) -> None:
    """Wait until the run has ended."""

    def is_end(body: dict[str, Any]) -> bool:
        payload = body.get("payload", {})
        return payload.get("runId") == run_id and payload["state"] in ENDED

    await watch.until(is_end)


async def finished(person: Person, run_id: str) -> dict[str, Any]:
    """A run once it has ended, whatever it passes through until then."""
    found = await person.get(f"/workflow-runs/{run_id}")
    while found["state"] not in ENDED:
        wait = {"wait": 20, "state": found["state"], "steps": 100_000}
        found = await person.get(f"/workflow-runs/{run_id}", params=wait)
    return found


async def steps_of(person: Person, run_id: str) -> dict[str, dict[str, Any]]:
    """The history of a run by path, in its order."""
    found = await person.get(f"/workflow-runs/{run_id}/steps")
    return {item["path"]: item for item in found["items"]}
