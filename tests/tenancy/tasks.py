"""A task in the world of three."""

from tests.support.accounts import Person


async def furnish_tasks(person: Person, secret: str, found: dict[str, list[str]]) -> None:
    """A task with a budget, whose run has asked the model and waits for an answer."""
    target = {"kind": "device", "deviceId": found["device_id"][0]}
    text = f"create {secret}.txt with one line in ~/tasks"
    body = {"text": text, "target": target, "budgetId": found["budget_id"][0]}
    task = (await person.post("/tasks", body))["id"]
    with person.server.watching(person.topic) as watch:
        run = (await person.post(f"/tasks/{task}/runs"))["id"]
        await watch.event("task.changed", id=run, state="waiting_approval")
    seen = await person.get(f"/task-runs/{run}")
    found["task_id"], found["task_run_id"] = [task], [run]
    found["job_id"].append(run.replace("trun_", "job_"))
    found["run_id"].append(seen["runId"])
    found["conversation_id"].append(seen["conversationId"])
