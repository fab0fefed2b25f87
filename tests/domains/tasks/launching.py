"""Tasks as a test holds them: launched, waited for, read."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from openclaw.domains.tasks.policy import ENDS, TRANSITIONS
from openclaw.domains.tasks.schemas import TaskEvent
from openclaw.domains.tasks.service.log import is_whole
from openclaw.durable.claims import Limits
from openclaw.durable.queue import JobQueue
from tests.support.accounts import Person
from tests.support.server import Watch

_MOST = 200


@dataclass
class Launched:
    """A run of ``person``, with what the bus tells its pages."""

    person: Person
    id: str
    watch: Watch

    async def get(self) -> dict[str, Any]:
        return await self.person.get(f"/task-runs/{self.id}")

    async def do(self, what: str, body: Any = None) -> dict[str, Any]:
        return await self.person.post(f"/task-runs/{self.id}/{what}", body)

    async def until(self, *states: str) -> dict[str, Any]:
        """Wait until it is told to be in one of those states; the run."""
        await self._told(lambda p: p["state"] in states)
        return await self.get()

    async def event(self, kind: str) -> dict[str, Any]:
        """Wait for an entry of that kind."""
        payload = await self._told(lambda p: any(e["kind"] == kind for e in p["events"]))
        return next(e for e in payload["events"] if e["kind"] == kind)

    async def ended(self) -> dict[str, Any]:
        return await self.until(*ENDS)

    async def answer(self, decision: str = "allow_once") -> None:
        """Answer what it asks next."""
        asked = (await self.watch.event("exec.approval.requested"))["approval"]
        await self.person.post(f"/approvals/{asked['id']}/decision", {"decision": decision})

    async def log(self) -> list[dict[str, Any]]:
        found = await self.person.get(f"/task-runs/{self.id}/events?limit={_MOST}")
        assert not found["isMore"]
        return found["items"]

    async def _told(self, matches: Any) -> dict[str, Any]:
        body = await self.watch.until(
            lambda b: (
                b.get("event") == "task.changed" and b["payload"]["id"] == self.id and matches(b["payload"])
            )
        )
        return body["payload"]


async def new_task(person: Person, text: str, **more: Any) -> str:
    return (await person.post("/tasks", {"text": text, **more}))["id"]


async def launch(person: Person, watch: Watch, text: str, **more: Any) -> Launched:
    """Make a task and launch it."""
    task = await new_task(person, text, **more)
    run = await person.post(f"/tasks/{task}/runs")
    return Launched(person, run["id"], watch)


async def told(person: Person) -> list[tuple[str, str, str, str]]:
    """Kind, title, body and link of what the person was told, the newest first."""
    items = (await person.get("/notifications"))["items"]
    return [(item["kind"], item["title"], item["body"], item["link"]) for item in items]


def check_log(log: list[dict[str, Any]]) -> list[str]:
    """Only legal steps, in order, one end and nothing after it, hashes that fit. The states, from the first on."""
    assert [entry["seq"] for entry in log] == list(range(1, len(log) + 1))
    assert is_whole([TaskEvent.model_validate(entry) for entry in log])
    states = ["queued"]
    for entry in log:
        if entry["kind"] == "state":
            assert entry["data"]["from"] == states[-1]
            assert entry["data"]["to"] in TRANSITIONS[states[-1]]  # type: ignore[index]
            states.append(entry["data"]["to"])
    if states[-1] in ENDS:
        assert log[-1]["data"].get("to") == states[-1]
    return states


def kinds(log: list[dict[str, Any]]) -> list[str]:
    return [entry["kind"] for entry in log if entry["kind"] != "state"]


@contextlib.asynccontextmanager
async def taken_over(person: Person) -> AsyncIterator[None]:
    """Another process leads what the person has begun, as after the death of the one that did."""
    platform = person.server.platform
    heir = JobQueue(platform.database, platform.bus, platform.clock, name="heir", slots=4, limits=Limits())
    for kind, does in platform.queue.kinds.items():
        heir.register(kind, does)
    await heir.start()
    try:
        async with person.server.owner() as owner:
            name = await owner.fetchval("SELECT executor_id FROM jobs WHERE user_id = $1", person.user_id)
        await heir.take_over(str(name))
        yield
    finally:
        await heir.stop()
