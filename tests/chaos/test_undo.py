"""A run changes files, the bridge is killed, and the run is undone: the same tree, byte for byte."""

import asyncio
from pathlib import Path
from typing import Any

from tests.apps.bridge.trees import tree
from tests.chaos.chat import Chat, link
from tests.chaos.remote import page
from tests.support.processes import BridgeProcess, Installation
from tests.support.scripted_openai import Call, Say


def _plant(home: Path) -> None:
    (home / "docs" / "old").mkdir(parents=True)
    (home / "docs" / "plan.md").write_bytes("计划\r\n".encode())
    (home / "docs" / "plan.md").chmod(0o640)
    (home / "docs" / "old" / "photo.jpg").write_bytes(b"\xff\xd8\0\x01")
    (home / "docs" / "old" / "empty").touch()


async def test_a_run_is_undone_after_the_bridge_was_killed(
    installation: Installation, chat: Chat, bridge: BridgeProcess
) -> None:
    docs = bridge.home / "docs"
    _plant(bridge.home)
    before = tree(docs)
    calls: list[Call] = [
        Call("fs_write", {"path": "~/docs/new/notes.txt", "content": "notes\n"}),
        Call("fs_edit", {"path": "~/docs/plan.md", "edits": [{"old": "计划", "new": "plan"}]}),
        Call("fs_move", {"path": "~/docs/plan.md", "to": "~/docs/new/plan.md"}),
        Call("fs_delete", {"path": "~/docs/old"}),
    ]
    chat.script.put(*(Say("", [call]) for call in calls), Say("Tidied."))
    async with page(chat.person, installation.gateway_url()) as here:
        await link(chat, bridge, here)
        run = await chat.send(here, "Tidy up")
        for call in calls:
            tool = call.name.replace("_", ".")
            asked = await here.event(
                "exec.approval.requested", lambda p, tool=tool: p["approval"]["tool"] == tool
            )
            await chat.allow(asked["approval"])
        await chat.ended(here, run)
        after = tree(docs)
        assert [path.name for path in sorted(docs.rglob("*"))] == ["new", "notes.txt", "plan.md"]

        here.events.clear()
        bridge.kill()
        await asyncio.to_thread(bridge.start)
        await here.event("device.changed", lambda p: p["online"])
        preview = await chat.person.get(f"/runs/{run}/undo")
        assert tree(docs) == after
        done = await chat.person.post(f"/runs/{run}/undo", {})
    assert tree(docs) == before
    assert _told(preview) == _told(done)
    assert _told(done)[0] == ("old", "bring_back", None)
    assert (done["undone"]["done"], done["undone"]["left"]) == (len(_told(done)), 0)
    assert (await chat.person.get(f"/runs/{run}"))["undone"] == done["undone"]


def _told(undo: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    (machine,) = undo["machines"]
    return [(Path(path["path"]).name, path["action"], path["obstacle"]) for path in machine["paths"]]
