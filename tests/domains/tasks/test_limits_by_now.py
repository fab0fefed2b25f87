"""What a system allows by now counts for runs launched under more: when they resume, are taken over, or call."""

from typing import Any

import pytest

from tests.domains.agents.chatting import WRITTEN, use_model
from tests.domains.tasks.launching import Launched, check_log, launch, taken_over
from tests.domains.tasks.test_of_systems import FORM, new_system
from tests.support.accounts import Person
from tests.support.devices import link, online
from tests.support.scripted_openai import Call, Say, ScriptedOpenAI
from tests.support.server import Watch

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def begun(bea: Person, watch: Watch, model: ScriptedOpenAI, system: dict[str, Any]) -> Launched:
    await use_model(bea, model)
    run = await launch(bea, watch, "go", systemId=system["id"], intake=FORM)
    await model.waiting("away")
    return run


async def test_a_paused_run_resumes_only_as_its_system_allows_by_then(bea: Person) -> None:
    system = await new_system(bea)
    async with ScriptedOpenAI([Say("begun", gate="away", gate_after=1)]) as model:
        with bea.server.watching(bea.topic) as watch:
            run = await begun(bea, watch, model, system)
            await run.do("pause")
            await watch.until(lambda b: b.get("event") == "task.changed" and b["payload"]["isPaused"])
            await bea.patch(f"/systems/{system['id']}", {"syncMode": "metadata"})
            await run.do("resume")
            ended = await run.ended()
    assert (ended["state"], ended["error"]["code"]) == ("failed", "systems.too_much_leaves")
    assert "metadata" in str(ended["error"])
    assert len(model.requests) == 1
    check_log(await run.log())


async def test_a_run_that_another_process_leads_on_goes_on_only_as_its_system_allows_by_then(
    bea: Person,
) -> None:
    system = await new_system(bea)
    async with ScriptedOpenAI([Say("begun", gate="away", gate_after=1), Say("more")]) as model:
        with bea.server.watching(bea.topic) as watch:
            run = await begun(bea, watch, model, system)
            await bea.patch(f"/systems/{system['id']}", {"syncMode": "metadata"})
            async with taken_over(bea):
                ended = await run.ended()
    assert (ended["state"], ended["error"]["code"]) == ("failed", "systems.too_much_leaves")
    check_log(await run.log())


async def test_a_call_is_made_only_as_its_system_allows_by_then(bea: Person) -> None:
    """Neither the one that was asked about before, whatever is answered, nor the next one."""
    system, machine = await new_system(bea), await link(bea)
    target = {"kind": "device", "deviceId": machine.session["deviceId"]}
    write = Say("x", [Call("fs_write", {"path": "~/x", "content": "x"})])
    async with ScriptedOpenAI([write, write, Say("done")]) as model, online(machine, WRITTEN) as there:
        await use_model(bea, model)
        with bea.server.watching(bea.topic) as watch:
            run = await launch(bea, watch, "try", systemId=system["id"], intake=FORM, target=target)
            asked = (await watch.event("exec.approval.requested"))["approval"]
            profile = system["profile"] | {"permissions": {"allowFileWrite": False}}
            await bea.patch(f"/systems/{system['id']}", {"profile": profile})
            await bea.post(f"/approvals/{asked['id']}/decision", {"decision": "allow_once"})
            assert (await run.ended())["state"] == "succeeded"
    assert there.seen == []
    ends = [entry["data"] for entry in await run.log() if entry["kind"] == "tool_ended"]
    assert [(end["state"], end["code"]) for end in ends] == [("denied", "REFUSED")] * 2
