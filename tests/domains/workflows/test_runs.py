"""Runs by the API: what they become, what their history shows, how people steer them."""

from tests.domains.workflows.running import definition, expr, run, step, steps_of, transform
from tests.support.accounts import register
from tests.support.server import Server


async def test_two_steps_saved_run_and_read(server: Server) -> None:
    ann = await register(server)
    raw = definition(
        transform("add", {"sum": expr("input.a + input.b")}, next_steps=["large"]),
        step("condition", "large", {"cases": [{"when": "steps.add.output.sum > 3", "next_steps": ["yes"]}]}),
        transform("yes", {"$text": "{{ steps.add.output.sum }} is large"}),
    )
    done = await run(ann, raw, {"a": 1, "b": 4})
    assert (done["state"], done["output"], done["error"]) == ("completed", "5 is large", None)
    steps = await steps_of(ann, done["id"])
    assert list(steps) == ["add", "large", "yes"]
    assert steps["add"]["output"] == {"sum": 5}
    assert steps["large"]["output"] == {"case": 0, "taken": ["yes"]}
    assert {s["state"] for s in steps.values()} == {"completed"}
