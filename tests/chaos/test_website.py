"""The website system from its form to a public address and away again, with the demo model on a real machine: every
call by HTTP and the gateway, as the console makes them."""

import asyncio
from typing import Any

import httpx2

from tests.chaos.chat import PATIENCE, Chat, link
from tests.chaos.remote import page
from tests.domains.artifacts.saving import REVIEWED, bring_to
from tests.support.accounts import Person
from tests.support.processes import BridgeProcess, Installation

FORM = {
    "siteName": "Tea & Rain",
    "purpose": "Sell tea for rainy days.",
    "pages": ["Home", "About", "Contact"],
    "style": "warm",
    "language": "en",
    "contactEmail": "tea@example.com",
}
FOLDER = "openclaw-sites/tea-rain"


async def published(person: Person, artifact: str, **body: Any) -> dict[str, Any]:
    begun = await person.post(f"/artifacts/{artifact}/publish", body)
    number = begun["releases"][0]["number"]
    while True:
        found = await person.get(f"/artifacts/{artifact}/publication?wait=20")
        release = next(each for each in found["releases"] if each["number"] == number)
        if release["state"] != "checking":
            assert release["state"] == "passed", release
            return found


async def built(person: Person, told: "asyncio.Queue[dict[str, Any]]") -> list[str]:
    """What is written until the run has ended: each asked about, and allowed."""
    written: list[str] = []
    async with asyncio.timeout(PATIENCE):
        while True:
            frame = await told.get()
            if frame["event"] == "task.changed" and frame["payload"]["state"] in ("succeeded", "failed"):
                return written
            if frame["event"] == "exec.approval.requested":
                asked = frame["payload"]["approval"]
                written.append(f"{asked['tool']} {asked['arguments']['path']}")
                await person.post(f"/approvals/{asked['id']}/decision", {"decision": "allow_once"})


async def test_from_the_form_to_a_public_address_and_away(
    installation: Installation, chat: Chat, bridge: BridgeProcess
) -> None:
    person, told = chat.person, asyncio.Queue[dict[str, Any]]()
    for provider in (await person.get("/model-providers"))["items"]:  # without one it is the demo model
        await person.delete(f"/model-providers/{provider['id']}")
    async with page(person, installation.gateway_url()) as here:
        device = await link(chat, bridge, here)
        here.on_event = told.put_nowait
        system = await person.post("/systems", {"template": "website_development", "name": "Sites"})
        path = f"/systems/{system['id']}"
        before = await person.post(f"{path}/snapshots", {"kind": "milestone", "label": "before"})
        body = {"systemId": system["id"], "intake": FORM, "target": {"kind": "device", "deviceId": device}}
        task = await person.post("/tasks", body)
        run = await person.post(f"/tasks/{task['id']}/runs")
        written = await built(person, told)
    ended = await person.get(f"/task-runs/{run['id']}")
    assert (ended["state"], ended["title"]) == ("succeeded", "Website: Tea & Rain")
    names = ["plan.md", "site/style.css", "site/index.html", "site/about.html", "site/contact.html"]
    assert written == [f"fs.write {bridge.home}/{FOLDER}/{name}" for name in names]
    site = {name: (bridge.home / FOLDER / "site" / name).read_text() for name in ("index.html", "about.html")}
    assert "Sell tea for rainy days." in site["index.html"]

    (result,) = (await person.get(f"/artifacts?systemId={system['id']}&kind=site"))["items"]
    assert (result["title"], result["provenance"]["taskRunId"]) == ("Tea & Rain", run["id"])
    assert result["provenance"]["deviceId"] == device
    shown = (await person.get(f"/artifacts/{result['id']}"))["shown"]
    assert [file["path"] for file in shown["files"]] == [
        "about.html",
        "contact.html",
        "index.html",
        "style.css",
    ]
    await bring_to(person, result["id"], *REVIEWED)
    url = (await published(person, result["id"], slug="tea-and-rain"))["url"]
    async with httpx2.AsyncClient(timeout=60) as anybody:
        assert (await anybody.get(url)).text == site["index.html"]
        assert (await anybody.get(f"{url}about")).text == site["about.html"]
        files = [{"path": "index.html", "content": "<h1>Second</h1>"}]
        await person.post(f"/artifacts/{result['id']}/versions", {"files": files})
        await bring_to(person, result["id"], *REVIEWED)
        await published(person, result["id"])
        assert (await anybody.get(url)).text == "<h1>Second</h1>"
        await person.post(f"/artifacts/{result['id']}/rollback", {})
        assert (await anybody.get(url)).text == site["index.html"]
        await person.post(f"/artifacts/{result['id']}/unpublish", {})
        assert (await anybody.get(url)).status_code == 404

    roles = [{"id": "planner", "name": "Somebody else"}]
    profile = system["profile"] | {"roles": roles, "stages": [], "prompts": []}
    profile["routing"] = {"defaultRole": "planner", "taskRoles": {}}
    await person.patch(path, {"name": "Changed", "profile": profile})
    plan = await person.post(f"{path}/restore-plan", {"snapshotId": before["id"]})
    assert any("Somebody else" in str(change) for change in plan["changes"])
    back = (await person.post(f"{path}/restore", {"token": plan["token"]}))["system"]
    assert (back["name"], back["profile"], back["digest"]) == ("Sites", system["profile"], system["digest"])
    again = await person.post(f"/tasks/{task['id']}/runs")
    await person.post(f"/task-runs/{again['id']}/cancel")
