"""A conversation as a test holds it: say something, answer what is asked, look at what came of it."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.support.accounts import Person
from tests.support.devices import HOME, Answer
from tests.support.scripted_openai import MODEL, ScriptedOpenAI
from tests.support.server import Watch

# A machine that does as it is told.
WRITTEN: dict[str, Answer] = {
    "fs.write": lambda p: {"path": p["path"], "bytes": len(p["content"]), "created": True, "diff": ""},
    "exec": lambda _: {"exitCode": 0, "stdout": "", "stderr": ""},
    "system.info": lambda _: {"hostname": "laptop", "system": "Linux", "home": HOME},
}
CREATE = "create notes.txt with three lines in ~/docs"


@dataclass
class Chat:
    """One conversation of ``person``, with everything that the bus tells its pages."""

    person: Person
    id: str
    watch: Watch
    run_id: str = ""

    async def say(self, text: str, **more: Any) -> str:
        """Say something; the run that answers it."""
        sent = await self.person.post(f"/conversations/{self.id}/messages", {"text": text, **more})
        self.run_id = sent["runId"]
        return self.run_id

    async def asked(self) -> dict[str, Any]:
        """The approval that the run asks for."""
        return (
            await self._event("exec.approval.requested", lambda p: p["approval"]["runId"] == self.run_id)
        )["approval"]

    async def decide(self, approval: dict[str, Any], decision: str, **more: Any) -> httpx2.Response:
        """Answer it, in whatever way that ends."""
        body = {"decision": decision, **more}
        return await self.person.api.post(f"/approvals/{approval['id']}/decision", json=body)

    async def tool(self, state: str) -> dict[str, Any]:
        """Wait for a tool call of the run to be in ``state``."""

        def matches(payload: dict[str, Any]) -> bool:
            is_ours = payload["run"] == self.run_id and payload["stream"] == "tool"
            return is_ours and payload["data"].get("state") == state

        return (await self._event("agent", matches))["data"]

    async def ended(self) -> dict[str, Any]:
        """The end of the run, as pages are told it."""
        return await self._event("chat", lambda p: p["run"] == self.run_id and p["state"] != "delta")

    async def messages(self) -> list[dict[str, Any]]:
        return (await self.person.get(f"/conversations/{self.id}/messages"))["items"]

    async def reply(self) -> dict[str, Any]:
        """What the assistant said and did last, once it has ended."""
        await self.ended()
        return (await self.messages())[-1]

    async def _event(self, name: str, matches: Any) -> dict[str, Any]:
        body = await self.watch.until(lambda b: b.get("event") == name and matches(b["payload"]))
        return body["payload"]


@contextlib.asynccontextmanager
async def chatting(person: Person, conversation: str | None = None, **about: Any) -> AsyncIterator[Chat]:
    """A new conversation, or the one with that id."""
    key = conversation or (await person.post("/conversations", about))["id"]
    with person.server.watching(person.topic) as watch:
        yield Chat(person, key, watch)


async def use_model(person: Person, model: ScriptedOpenAI, **settings: Any) -> dict[str, Any]:
    """``model`` as the provider of the person's workspace."""
    body = {
        "kind": "openai",
        "name": "Scripted",
        "baseUrl": model.url,
        "model": MODEL,
        "apiKey": "sk-scripted",
    }
    return await person.post("/model-providers", body | settings)


def tools(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The tool calls of a message."""
    return [part for part in message["parts"] if part["type"] == "tool"]


def text(message: dict[str, Any]) -> str:
    """The words of a message."""
    return "\n".join(part["text"] for part in message["parts"] if part["type"] == "text")
