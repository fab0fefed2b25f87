"""The website's launch with the demo model on a machine: from the form to a site in a folder, each write allowed."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.accounts import register
from tests.support.devices import link, online
from tests.support.server import Server, Watch

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORM = {"siteName": "Tea", "purpose": "Sell tea.", "pages": ["Home", "Contact"], "folder": "/home/ann/sites"}


async def test_a_form_becomes_a_site_on_a_linked_machine(server: Server, tmp_path: Path) -> None:
    ann = await register(server)
    system = await ann.post("/systems", {"template": "website_development"})
    launch = await ann.post(f"/systems/{system['id']}/launch-plan", {"intake": FORM})

    def write(params: dict[str, Any]) -> dict[str, Any]:
        path = tmp_path / str(params["path"]).removeprefix("/home/ann/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(params["content"])
        return {"path": params["path"], "bytes": len(params["content"]), "created": True}

    def look(params: dict[str, Any]) -> dict[str, Any]:
        return {"path": params["path"], "entries": [], "content": ""}

    answers = {"fs.write": write, "fs.list": look, "fs.read": look, "fs.collect": lambda _: {"files": []}}
    machine = await link(ann)
    async with online(machine, answers, home="/home/ann"):
        with server.watching(ann.topic) as watch:
            conversation = await ann.post("/conversations", {"title": launch["title"]})
            path = f"/conversations/{conversation['id']}/messages"
            await ann.post(path, {"text": launch["prompt"]})
            await _allow_all(ann.post, watch)
    assert "Sell tea." in (tmp_path / "sites" / "tea" / "plan.md").read_text()
    folder = tmp_path / "sites" / "tea" / "site"
    assert sorted(file.name for file in folder.iterdir()) == [
        "contact.html",
        "index.html",
        "style.css",
    ]
    assert "<title>Tea</title>" in (folder / "index.html").read_text()
    messages = (await ann.get(path))["items"]
    assert "Demo model" in str(messages)
    assert "/home/ann/sites/tea" in str(messages)


async def _allow_all(post: Any, watch: Watch) -> None:
    """Answer every question of the run with yes, until it has ended."""
    allowed = 0
    while True:
        await watch.until(lambda _, seen=allowed: _is_news(watch, seen))
        asked = watch.events("exec.approval.requested")[allowed:]
        for event in asked:
            await post(f"/approvals/{event['approval']['id']}/decision", {"decision": "allow_once"})
        if not asked:
            return
        allowed += len(asked)


def _is_news(watch: Watch, allowed: int) -> bool:
    """Whether more is asked than was allowed, or the run has ended."""
    finals = [event for event in watch.events("chat") if event.get("state") == "final"]
    return len(watch.events("exec.approval.requested")) > allowed or bool(finals)
