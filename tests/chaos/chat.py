"""A person, a conversation and a model by script; and what must hold however many processes died on the way."""

import asyncio
import itertools
from dataclasses import dataclass, replace
from typing import Any

from openclaw.kit import ids
from tests.chaos.remote import RemoteServer
from tests.support.accounts import Person
from tests.support.gateway_client import GatewayClient
from tests.support.processes import BridgeProcess
from tests.support.scripted_openai import Answer, Fail, ScriptedOpenAI

PATIENCE = 60
_numbers = itertools.count(1)
_ENDINGS = ("final", "error", "aborted")


class Script:
    """A model's rule: one answer a request, in order."""

    def __init__(self) -> None:
        self._answers: list[Answer] = []

    def __call__(self, _asked: dict[str, Any]) -> Answer:
        return self._answers.pop(0) if self._answers else Fail(400, "the script is used up")

    def put(self, *answers: Answer) -> None:
        """What comes next."""
        self._answers += answers

    @property
    def is_used_up(self) -> bool:
        """Whether everything was asked for."""
        return not self._answers


@dataclass
class Chat:
    """One conversation, looked at from outside."""

    remote: RemoteServer
    person: Person
    model: ScriptedOpenAI
    script: Script
    id: str

    async def send(self, page: GatewayClient, text: str, key: str | None = None) -> str:
        """Say something; the run's id."""
        params = {"sessionKey": self.id, "message": text, "idempotencyKey": key or f"key-{next(_numbers)}"}
        return (await page.call("chat.send", params))["run"]

    async def messages(self) -> list[dict[str, Any]]:
        """The whole conversation, oldest first."""
        return (await self.person.get(f"/conversations/{self.id}/messages"))["items"]

    async def state(self) -> str | None:
        """What its run is doing; None when none is open."""
        return (await self.person.get(f"/conversations/{self.id}"))["runState"]

    async def streamed(self, page: GatewayClient, text: str) -> None:
        """Wait until the page has been shown ``text`` of a reply that still comes."""
        async with asyncio.timeout(PATIENCE):
            await page.event(
                "chat",
                lambda p: (
                    p["sessionKey"] == self.id
                    and p["state"] == "delta"
                    and text in p["message"]["content"][0]["text"]
                ),
            )

    async def printed(self, page: GatewayClient, text: str) -> str:
        """Wait until a command's output has reached the page; the piece of output that has ``text``."""

        def piece(payload: dict[str, Any]) -> str:
            return (payload["data"].get("partialResult") or {}).get("text", "")

        async with asyncio.timeout(PATIENCE):
            return piece(await page.event("agent", lambda p: p["sessionKey"] == self.id and text in piece(p)))

    async def asked(self, page: GatewayClient) -> dict[str, Any]:
        """Wait for a question to the person; the approval."""
        async with asyncio.timeout(PATIENCE):
            return (
                await page.event(
                    "exec.approval.requested", lambda p: p["approval"]["conversationId"] == self.id
                )
            )["approval"]

    async def allow(self, approval: dict[str, Any]) -> dict[str, Any]:
        """Answer yes, to the App Server."""
        body = {"decision": "allow_once", "confirm": True}
        return await self.person.post(f"/approvals/{approval['id']}/decision", body)

    async def pending(self) -> list[dict[str, Any]]:
        """The open questions of this conversation."""
        items = (await self.person.get("/approvals", params={"state": "pending"}))["items"]
        return [item for item in items if item["conversationId"] == self.id]

    async def ended(self, page: GatewayClient, run: str) -> dict[str, Any]:
        """Wait until ``run`` has ended; the reply. ``page`` is on any gateway."""
        reply = (await self.messages())[-1]
        if reply["state"] == "running":
            await self.told_end(page, run)
            reply = (await self.messages())[-1]
        assert reply["runId"] == run
        return reply

    async def told_end(self, page: GatewayClient, run: str) -> None:
        """Wait until ``page``, which was there at the time, has been told the end of ``run``: the last it is told."""
        async with asyncio.timeout(PATIENCE):
            await page.event("chat", lambda p: p["run"] == run and p["state"] in _ENDINGS)

    async def beside(self) -> "Chat":
        """Another conversation of the same person."""
        conversation = await self.person.post("/conversations", {"title": "Beside"})
        return replace(self, id=conversation["id"])

    async def check_whole(self, run: str, *, said: list[str], steps: list[str]) -> None:
        """Nothing is lost and nothing is there twice: messages by their text, the run's steps by kind and name."""
        messages = await self.messages()
        assert [message["role"] for message in messages] == ["user", "assistant"] * (len(messages) // 2)
        assert [text_of(message) for message in messages] == said
        rows = await self.remote.rows(
            "SELECT position, kind, name, state FROM run_steps WHERE run_id = $1 ORDER BY position",
            ids.from_wire("run", run),
        )
        assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
        assert [row["name"] if row["kind"] == "tool" else "model" for row in rows] == steps

    async def executor(self, run: str) -> str:
        """The process that works on a run now: a role's name."""
        rows: list[Any] = []
        while not rows:  # noted down when it has taken its first steps
            rows = await self.remote.rows(
                "SELECT executor_id FROM dbos.workflow_status WHERE workflow_uuid = $1",
                ids.from_wire("run", run).hex,
            )
        return rows[0]["executor_id"].partition(".")[0]


async def open_chat(remote: RemoteServer, model: ScriptedOpenAI, script: Script) -> Chat:
    """A new account whose model is ``model``, with an empty conversation."""
    person = await remote.sign_up(f"ann{next(_numbers)}")
    provider = {
        "kind": "openai",
        "name": "Script",
        "baseUrl": model.url,
        "model": "scripted-1",
        "apiKey": "sk-script",
    }
    await person.post("/model-providers", provider)
    conversation = await person.post("/conversations", {"title": "Chaos"})
    return Chat(remote, person, model, script, conversation["id"])


async def link(chat: Chat, bridge: BridgeProcess, page: GatewayClient) -> str:
    """Link a bridge to the chat's person and wait until it is online; the device's id. ``page``: on any gateway."""
    challenge = await chat.person.post("/bridge/public-link", {})
    linked = await asyncio.to_thread(bridge.link, challenge)
    async with asyncio.timeout(PATIENCE):
        await page.event("device.changed", lambda p: p["deviceId"] == linked["deviceId"] and p["online"])
    return linked["deviceId"]


def text_of(message: dict[str, Any]) -> str:
    """All that is said in a message."""
    return "\n\n".join(part["text"] for part in message["parts"] if part["type"] == "text")


def tool_parts(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The tool calls of a message."""
    return [part for part in message["parts"] if part["type"] == "tool"]
