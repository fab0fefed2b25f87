"""Workflows in the world of three, and the automations that run them."""

from openclaw.domains.workflows.models import WorkflowSignalRow
from openclaw.domains.workflows.repository import agent_turns, signals
from openclaw.kit import ids
from tests.support.accounts import Person


async def furnish_workflows(person: Person, secret: str, found: dict[str, list[str]]) -> None:
    """A workflow with a secret, of which one run has ended and one waits for an answer."""
    question = {"id": "ask", "type": "approval", "config": {"message": secret}}
    condition = {
        "id": "maybe",
        "type": "condition",
        "config": {"cases": [{"when": "input.n > 1", "next_steps": ["ask"]}]},
    }
    raw = {"openclaw": "openclaw.workflow/1", "name": secret, "steps": [condition, question]}
    await person.put("/workflow-secrets", {"name": secret.replace("-", "_"), "value": secret})
    workflow = (await person.post("/workflows", {"definition": raw}))["id"]
    await person.post(f"/workflows/{workflow}/activate")
    found["workflow_id"] = [workflow]
    for number, state in ((1, "completed"), (2, "waiting")):
        with person.server.watching(person.topic) as watch:
            run = (await person.post(f"/workflows/{workflow}/runs", {"input": {"n": number}}))["id"]
            await watch.event("workflow.changed", runId=run, state=state)
        steps = (await person.get(f"/workflow-runs/{run}/steps"))["items"]
        found.setdefault("workflow_run_id", []).append(run)
        found.setdefault("job_id", []).append(run.replace("wrun_", "job_"))
        found.setdefault("workflow_step_id", []).append(steps[-1]["id"])
    async with person.scope() as scope:
        turn = {
            "id": ids.new_id(),
            "workspace_id": scope.workspace_id,
            "user_id": scope.user_id,
            "run_id": ids.from_wire("wrun", found["workflow_run_id"][0]),
            "attempt_id": ids.new_id(),
            "number": 0,
            "reply": [secret],
            "calls": [],
        }
        await agent_turns.add_turn(scope, turn)
        about = {key: turn[key] for key in ("workspace_id", "user_id", "run_id")}
        sent = {"name": "paid", "data": {"value": secret}, "sent_at": scope.now()}
        await signals.add_signal(scope, WorkflowSignalRow(id=ids.new_id(), **about, **sent))


async def furnish_automations(person: Person, secret: str, found: dict[str, list[str]]) -> None:
    """One that times set off, which has run, and one with a webhook, which has refused something."""
    action = {
        "kind": "run_workflow",
        "config": {"workflowId": found["workflow_id"][0], "input": {"n": 1}},
    }
    daily = {"kind": "schedule", "cron": "0 9 * * *", "zone": "Asia/Shanghai"}
    body = {"name": secret, "trigger": daily, "action": action}
    made = (await person.post("/automations", body))["id"]
    found["automation_id"] = [made]
    with person.server.watching(person.topic) as watch:
        run = (await person.post(f"/automations/{made}/fire", {"input": {"secret": secret}}))["id"]
        await watch.event("automation.changed", runId=run, state="succeeded")
    found["automation_run_id"] = [run]
    hook = await person.post("/automations", body | {"trigger": {"kind": "webhook"}})
    async with person.server.client(base="") as stranger:
        refused = await stranger.post(hook["hookPath"], content=secret)
    assert refused.status_code == 401
