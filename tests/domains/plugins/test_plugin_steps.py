"""Workflows that run plugins, for real: sandbox, files, what is noted down, and what is wrong said beforehand."""

from typing import Any

from openclaw.infra.metrics import exposition
from tests.domains.plugins.making import ACTION, archive, install, work
from tests.domains.workflows.peers import running_peer
from tests.domains.workflows.running import definition, expr, run, steps_of
from tests.support.accounts import Person, refused, register
from tests.support.server import Server


async def step_of(person: Person, run_id: str, path: str = "work") -> dict[str, Any]:
    """A step with all that is known of it."""
    found = (await steps_of(person, run_id))[path]
    return await person.get(f"/workflow-runs/{run_id}/steps/{found['id']}")


async def test_a_step_runs_a_plugin(server: Server) -> None:
    ann = await register(server)
    await install(ann, settings={"greeting": "hello"})
    done = await run(ann, definition(work(do="echo", text=expr("input.word"))), {"word": "moon"})
    assert done["state"] == "completed", done
    key = done["id"].removeprefix("wrun_") + ":work"
    assert done["output"] == {"text": "moon", "greeting": "hello", "key": key}
    call = (await step_of(ann, done["id"]))["call"]
    assert (call["state"], call["version"], call["logs"]) == ("completed", "1.0.0", "said moon\n")
    assert call["tier"] in ("namespaces", "landlock")
    assert call["usage"]["wallSeconds"] > 0
    assert [each["path"] for each in (await ann.get("/plugin-calls?plugin=worker"))["items"]] == ["work"]
    assert b'openclaw_plugin_usage_total{plugin="private",state="completed"}' in exposition()
    assert b'openclaw_sandbox_events_total{event="calls"}' in exposition()
