"""What the plugins ``email``, ``notify`` and ``database`` ask of the server, for real."""

from typing import Any

import pytest

from tests.domains.workflows.running import definition, run
from tests.support.accounts import Person, register
from tests.support.server import Server
from tests.support.smtp import ScriptedSmtp

pytestmark = pytest.mark.asyncio(loop_scope="module")


def step(plugin: str, action: str | None = None, **inputs: Any) -> dict[str, Any]:
    config = {"plugin": plugin, "inputs": inputs} | ({"action": action} if action else {})
    return {"id": "work", "type": "plugin", "config": config}


async def granted(person: Person, name: str) -> None:
    """The plugin that comes with the server, installed with its permission."""
    package = (await person.get(f"/plugin-packages?name={name}"))["items"][0]
    await person.post("/plugins", {"packageId": package["id"], "permissions": {name: {}}})


async def failure(person: Person, made: dict[str, Any], name: str) -> str:
    done = await run(person, definition(made, name=name))
    assert done["state"] == "failed", done
    return done["error"]["title"]


async def test_a_plugin_sends_mail_where_it_may(server: Server, smtp: ScriptedSmtp) -> None:
    ann = await (await register(server)).create_workspace()
    mail = step("email", to=["list@example.com"], subject="Report", text="It is done.", html="<b>done</b>")
    assert "email was not granted" in await failure(ann, mail, "Not granted")
    await granted(ann, "email")
    done = await run(ann, definition(mail))
    assert done["output"] == {"accepted": 1}
    taken = await smtp.until(lambda mail: mail.to == ["list@example.com"])
    assert (taken.message["Subject"], taken.text("html").strip()) == ("Report", "<b>done</b>")
    sent = (await ann.get("/notifications/deliveries"))["items"][0]
    assert (sent["origin"], sent["to"]) == ("plugin email", ["list@example.com"])
    (entry,) = [each for each in (await ann.get("/audit"))["items"] if each["action"] == "plugins.mail_sent"]
    assert entry["detail"] == {"plugin": "email", "to": ["list@example.com"], "subject": "Report"}
    many = step("email", to=[f"a{n}@example.com" for n in range(4)], subject="More", text="")
    assert "has sent its 4 mails of the hour" in await failure(ann, many, "Too many")
    assert len((await ann.get("/notifications/deliveries"))["items"]) == 1


async def test_a_plugin_notifies_people_of_the_workspace_only(server: Server) -> None:
    ann = await (await register(server)).create_workspace()
    bo, cy = await ann.invite(await register(server)), await register(server)
    await granted(ann, "notify")
    done = await run(
        ann, definition(step("notify", title="Lunch", body="is *ready*", to=bo.username.upper()))
    )
    assert done["output"] == {"told": True}
    await server.settle()
    (item,) = (await bo.get("/notifications"))["items"]
    assert (item["title"], item["body"], item["link"]) == (
        "Lunch",
        "is *ready*",
        f"/workflow-runs/{done['id']}",
    )
    await run(ann, definition(step("notify", title="To me"), name="Me"))
    assert [each["title"] for each in (await ann.get("/notifications"))["items"]] == ["To me"]
    words = await failure(ann, step("notify", title="Hello", to=cy.username), "Stranger")
    assert f"nobody in this workspace is called {cy.username}" in words
    assert (await cy.get("/notifications"))["items"] == []


async def test_a_plugin_queries_by_a_secret_of_the_workspace(server: Server) -> None:
    ann = await (await register(server)).create_workspace()
    await granted(ann, "database")
    await ann.put("/workflow-secrets", {"name": "shop", "value": "postgresql://a:s3cret@127.0.0.1/shop"})
    query = step("database", "query", connection="shop", sql="SELECT 1")
    words = await failure(ann, query, "Inside")
    assert "not on the public internet" in words
    assert "s3cret" not in words
    other = step("database", "query", connection="missing", sql="SELECT 1")
    assert "no secret called missing" in await failure(ann, other, "Missing")
    actions = [each["action"] for each in (await ann.get("/audit"))["items"]]
    assert "plugins.database_queried" in actions
