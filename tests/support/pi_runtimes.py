"""The runtimes that one suite runs on: the stand-in's four families, and the real npm package where it is installed.

The model of the real one is ``scripted_openai``, so both understand the same words.
"""

import asyncio
import contextlib
import json
import os
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest

from openclaw.apps.bridge.pi.driver import PiDriver
from openclaw.apps.bridge.pi.launch import PiLaunch
from openclaw.kit.clock import Clock, SystemClock
from openclaw.protocol.pi.records import Event
from tests.support.pi_wire import standin
from tests.support.scripted_openai import ScriptedOpenAI, by_the_words

FAMILIES = ("npm-0.58", "npm-0.73", "npm-0.87", "rust")
REAL = "real npm"
SECRET = "PLANTED-7f3a"
SECONDS = 60
_PACKAGE = Path(__file__).with_name("npm") / "node_modules/@mariozechner/pi-coding-agent"
_CLI = _PACKAGE / "dist/cli.js"
_EXTENSION = """
export default function (pi) {
  pi.registerCommand("ask", {
    description: "ask the person",
    handler: async (args, ctx) => {
      const [kind, timeout] = args.trim().split(/ +/);
      const options = timeout ? { timeout: Number(timeout) } : undefined;
      ctx.ui.notify("note one", "info");
      let value;
      if (kind === "confirm") value = await ctx.ui.confirm("Sure?", "really", options);
      else if (kind === "select") value = await ctx.ui.select("Sure?", ["a", "b"], options);
      else value = await ctx.ui.input("Sure?", "hint", options);
      ctx.ui.notify("got " + JSON.stringify(value ?? null), "info");
    },
  });
  pi.on("tool_call", async (event, ctx) => {
    if (event.toolName !== "bash" || !String(event.input.command).includes("guarded")) return undefined;
    const allowed = await ctx.ui.confirm("Run it?", String(event.input.command));
    return allowed ? undefined : { block: true, reason: "Blocked by the person" };
  });
}
"""


def has_real_runtime() -> bool:
    """Whether the npm package is installed (``make setup-npm``) and there is a Node.js to run it."""
    return shutil.which("node") is not None and _CLI.exists()


@dataclass
class Heard:
    """The events of one driver, in order."""

    events: list[Event] = field(default_factory=list[Event])
    _queue: "asyncio.Queue[Event]" = field(default_factory=asyncio.Queue[Event])

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._queue.put_nowait(event)

    async def until(self, found: Callable[[Event], bool]) -> Event:
        """The first event from here on that is ``found``."""
        async with asyncio.timeout(SECONDS):
            while not found(event := await self._queue.get()):
                pass
        return event

    async def event(self, kind: str) -> Event:
        """The next event of that type."""
        return await self.until(lambda event: event.type == kind)

    async def phase(self, phase: str) -> None:
        """Return when the runtime enters ``phase``."""
        await self.until(lambda event: event == Event("phase", {"phase": phase}))

    async def words(self, text: str) -> None:
        """Return when the model has said ``text``, perhaps in pieces."""
        said = ""

        def has_said(event: Event) -> bool:
            nonlocal said
            said += str(event.members.get("assistantMessageEvent", {}).get("delta", ""))
            return text in said

        await self.until(has_said)

    async def output(self, text: str) -> None:
        """Return when a tool's output so far has ``text``."""
        await self.until(lambda event: text in json.dumps(event.members.get("partialResult", "")))

    async def run_ended(self) -> dict[str, Any]:
        """How the run ended."""
        return (await self.event("run_ended")).members


@dataclass
class Runtime:
    """One of the runtimes, and what a test needs to drive it."""

    name: str
    folder: Path
    command: tuple[str, ...]
    arguments: tuple[str, ...] = ()
    model: ScriptedOpenAI | None = None
    _gates: dict[str, int] = field(default_factory=dict[str, int])
    _drivers: list[PiDriver] = field(default_factory=list[PiDriver])
    _before: "frozenset[psutil.Process]" = field(default_factory=lambda: frozenset(_children()))

    @property
    def is_real(self) -> bool:
        return self.model is not None

    @property
    def is_rust(self) -> bool:
        return self.name == "rust"

    def launch(
        self, *, session: Path | None = None, faults: dict[str, Any] | None = None, **more: Any
    ) -> PiLaunch:
        """How it is started, in its project folder."""
        command = self.command if self.is_real else tuple(standin(self.name, self._faults(faults or {})))
        return PiLaunch(
            folder=self.folder / "project",
            command=command,
            arguments=self.arguments,
            session=session,
            session_folder=self.folder / "sessions",
            **more,
        )

    def driver(self, launch: PiLaunch | None = None, *, clock: Clock | None = None) -> PiDriver:
        """A driver; it is closed after the test."""
        driver = PiDriver(launch or self.launch(), clock=clock or SystemClock(), node_id="0123456789abcdef")
        self._drivers.append(driver)
        return driver

    async def started(
        self, launch: PiLaunch | None = None, *, answers_dialogs: bool = False
    ) -> tuple[PiDriver, Heard]:
        """A driver whose runtime is ready, and what it is heard to say."""
        driver, heard = self.driver(launch), Heard()
        driver.listen(heard, answers_dialogs=answers_dialogs)
        await driver.start()
        return driver, heard

    def make_gate(self, name: str) -> None:
        """``gate:NAME`` in a prompt will halt until ``open_gate``."""
        if not self.is_real:
            os.mkfifo(self.folder / name)
            self._gates[name] = os.open(self.folder / name, os.O_RDWR)

    def open_gate(self, name: str) -> None:
        """Let the model go on."""
        if self.model is not None:
            self.model.open(name)
        else:
            os.write(self._gates[name], b"\n")

    def write_session(self, count: int, words: str) -> Path:
        """A session file with so many messages, as the runtimes write it."""
        path = self.folder / "sessions" / "written.jsonl"
        header = {"type": "session", "version": 3, "id": "01a1fa03-4998-7610-a285-a903061eb1e4"}
        lines = [{**header, "timestamp": "2026-11-20T17:31:21.881Z", "cwd": str(self.folder / "project")}]
        for number in range(count):
            entry: dict[str, Any] = {
                "type": "message",
                "id": f"{number:08x}",
                "parentId": f"{number - 1:08x}",
            }
            if number == 0:
                entry["parentId"] = None
            message = {"role": "user", "content": [{"type": "text", "text": words}], "timestamp": number}
            lines.append({**entry, "timestamp": "2026-11-20T17:31:22.000Z", "message": message})
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        path.write_text(text, encoding="utf-8")
        return path

    def processes(self) -> list[psutil.Process]:
        """What was started since this began and still runs; what other tests keep running is not meant."""
        return [p for p in _children() if p not in self._before]

    async def close(self) -> None:
        for driver in self._drivers:
            await driver.close()
        for descriptor in self._gates.values():
            os.close(descriptor)

    def _faults(self, faults: dict[str, Any]) -> dict[str, Any]:
        return {"secret": SECRET, "gates": str(self.folder), **faults}


def _children() -> list[psutil.Process]:
    return [p for p in psutil.Process().children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]


@contextlib.asynccontextmanager
async def runtime(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Runtime]:
    """The runtime ``name`` on folders of its own; everything of it has ended after the block."""
    for sub in ("project", "sessions", "home"):
        (folder / sub).mkdir()
    monkeypatch.setenv("HOME", str(folder / "home"))
    async with contextlib.AsyncExitStack() as stack:
        if name == REAL:
            model = await stack.enter_async_context(ScriptedOpenAI(by_the_words))
            arguments = _configure(folder, model, monkeypatch)
            node = shutil.which("node")
            assert node is not None
            made = Runtime(name, folder, (node, str(_CLI)), arguments, model)
        else:
            made = Runtime(name, folder, ())
        stack.push_async_callback(made.close)
        yield made


def _configure(folder: Path, model: ScriptedOpenAI, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """A home for the real one: our model, with secrets in its configuration, and an extension that asks."""
    agent = folder / "agent"
    agent.mkdir()
    provider = {
        "baseUrl": model.url.replace("/v1", f"/{SECRET}/v1"),
        "api": "openai-completions",
        "apiKey": f"key-{SECRET}",
        "authHeader": True,
        "headers": {"x-secret-header": SECRET},
        "compat": {"supportsDeveloperRole": False, "supportsReasoningEffort": False},
        "models": [{"id": "scripted-1", "name": "Scripted", "contextWindow": 128_000, "maxTokens": 4096}],
    }
    settings = {
        "defaultProvider": "scripted",
        "defaultModel": "scripted-1",
        "retry": {"maxRetries": 2, "baseDelayMs": 1, "provider": {"maxRetries": 0}},
    }
    (agent / "models.json").write_text(json.dumps({"providers": {"scripted": provider}}))
    (agent / "settings.json").write_text(json.dumps(settings))
    extension = folder / "dialogs.js"
    extension.write_text(_EXTENSION)
    monkeypatch.setenv("PI_CODING_AGENT_DIR", str(agent))
    return ("-e", str(extension))
