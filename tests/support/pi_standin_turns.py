"""The stand-in's runs: a model played by the words of the prompt. Standard library only.

``tool:bash {"command": …}`` runs a command (several of them in parallel; one that says ``guarded`` asks first),
``gate:NAME`` halts in the middle, ``words:N`` says N words, ``error:STATUS`` fails until retries are used up (4xx: at
once), ``once:STATUS`` once; ``/ask KIND`` opens a dialog. Anything else is said back.
"""

import asyncio
import json
import os
import re
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from pi_standin_session import Members, Session

USAGE = {"input": 11, "output": 7, "cacheRead": 0, "cacheWrite": 0, "totalTokens": 18, "cost": {"total": 0}}
MAX_RETRIES = 2


async def gate(pipe: Path) -> None:
    """Wait until a line is written to the named pipe."""
    descriptor = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    opened = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, opened.set)
    try:
        await opened.wait()
        os.read(descriptor, 1)
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


class Turns:
    """Runs, their queue, their tools and their dialogs."""

    def __init__(self, session: Session, write: Callable[[Members], None]) -> None:
        self._session = session
        self._profile = session.profile
        self._write = write
        self.task: asyncio.Task[None] | None = None
        self.is_streaming = False
        self._in_retry_pause = False
        self._recovered: Members | None = None
        self._queued: dict[str, list[str]] = {"steer": [], "followUp": []}
        self._tools: set[asyncio.subprocess.Process] = set()
        self._dialogs: dict[str, asyncio.Future[Members]] = {}

    @property
    def is_on(self) -> bool:
        """Whether a run is on."""
        return self.task is not None

    @property
    def refuses_a_prompt(self) -> bool:
        """Whether a plain prompt is refused now; 0.73 takes one between two retries."""
        return self.is_on and (not self._in_retry_pause or self._profile.refuses_prompts_between_retries)

    @property
    def pending(self) -> int:
        """How many messages are queued."""
        return sum(map(len, self._queued.values()))

    def queue(self, lane: str, text: str) -> None:
        """Queue for the run that is on, or (npm) for the next one."""
        self._queued[lane].append(text)
        self._tell_queue()

    def clear_queue(self) -> Members:
        """Forget the queue; what it held."""
        held = {"steering": self._queued["steer"], "followUp": self._queued["followUp"]}
        self._queued = {"steer": [], "followUp": []}
        return held

    def start(self, text: str) -> None:
        """Begin a run."""
        self.task = asyncio.get_running_loop().create_task(self._run(text))

    def abort(self) -> None:
        """End the run as the person asked: its message stays, as aborted."""
        self.kill_tools()
        if self.task is not None:
            self.task.cancel("aborted")

    def drop(self, *, silently: bool) -> None:
        """End the run for another session."""
        if silently and self.task is not None:
            self.task.cancel("dropped")
        else:
            self.abort()

    def compact(self) -> None:
        """Summarise, with the words that newer versions have for it."""
        if self._profile.compaction_events == "compaction":
            self._write({"type": "compaction_start", "reason": "manual"})
            self._write({"type": "compaction_end", "reason": "manual", "aborted": False, "willRetry": False})
        self._session.messages = [{"role": "compactionSummary", "summary": "All of it.", "tokensBefore": 100}]

    def kill_tools(self) -> None:
        """End the tools with all of their group; one that has left it lives on."""
        for tool in self._tools:
            with suppress(ProcessLookupError):
                os.killpg(tool.pid, signal.SIGKILL)

    # ── Dialogs ──

    async def ask(self, message: str) -> None:
        """``/ask KIND [milliseconds]``: a note, then a dialog, then a note of what came back."""
        _, kind, *rest = message.split()
        self._note("note one")
        members = {"title": "Sure?", "message": "really", "options": ["a", "b"], "placeholder": "hint"}
        if rest:
            members["timeout"] = int(rest[0])
        reply = await self._dialog(kind, members)
        value = reply.get("confirmed", reply.get("value"))
        self._note(f"got {json.dumps(False if kind == 'confirm' and value is None else value)}")

    async def dialogs_closed(self) -> None:
        """Return when no dialog is open."""
        if self._dialogs:
            await asyncio.wait(list(self._dialogs.values()))

    def reply(self, command: Members) -> bool:
        """Take an answer; whether a dialog waited for it."""
        waiting = self._dialogs.pop(command.get("id", ""), None)
        if waiting is None:
            return False
        waiting.set_result(command)
        return True

    async def _dialog(self, kind: str, members: Members) -> Members:
        call_id = f"dialog-{self._session.tick()}"
        waiting = self._dialogs[call_id] = asyncio.get_running_loop().create_future()
        self._write({"type": "extension_ui_request", "id": call_id, "method": kind, **members})
        try:
            async with asyncio.timeout(members["timeout"] / 1000 if "timeout" in members else None):
                return await waiting
        except TimeoutError:
            self._dialogs.pop(call_id, None)
            return {}

    def _note(self, text: str) -> None:
        call_id = f"note-{self._session.tick()}"
        self._write({"type": "extension_ui_request", "id": call_id, "method": "notify", "message": text})

    # ── A run ──

    async def _run(self, text: str) -> None:
        first = len(self._session.messages)
        self.is_streaming = True
        try:
            self._begin()
            if self._profile.has_system_message and not self._session.messages:
                self._whole(self._session.system(), keep=False)
            await self._until_it_stops(text)
        except asyncio.CancelledError as cancelled:
            if "dropped" in cancelled.args:
                return
            self._end(first)
        else:
            self._end(first)
        finally:
            self.is_streaming = False
            self.task = None

    def _begin(self) -> None:
        session = {"sessionId": self._session.id} if self._profile.is_rust else {}
        self._write({"type": "agent_start", **session})
        self._write({"type": "turn_start", **session})

    def _end(self, first: int, *, will_retry: bool = False) -> None:
        self.is_streaming = False
        if self._profile.is_rust:
            self._write({"type": "agent_end", "error": None, "sessionId": self._session.id})
        else:
            settles = {"willRetry": will_retry} if self._profile.sends_settled else {}
            messages = self._session.messages[first:]
            self._write({"type": "agent_end", "messages": messages, **settles})
        if self._profile.sends_settled and not will_retry:
            self._write({"type": "agent_settled"})

    async def _until_it_stops(self, text: str) -> None:
        self._whole(self._user(text))
        while self._queued["steer"]:
            self._next("steer")
        last = text
        while True:
            calls = re.findall(r"tool:bash\s+(\{.*?\})", last)
            if status := re.search(r"(error|once):(\d{3})", last):
                await self._failing(f"{status[2]}: asked to fail", is_once=status[1] == "once")
            if calls:
                last = await self._with_tools([json.loads(call) for call in calls])
                last = f"Done. {last}"
                if self._queued["steer"]:
                    last = self._next("steer")
                self._write({"type": "turn_start"})
                continue
            await self._say(last if last.startswith("Done.") else _reply(last), last)
            lane = "steer" if self._queued["steer"] else "followUp"
            if not self._queued[lane]:
                return
            self._write({"type": "turn_start"})
            last = self._next(lane)

    async def _say(self, words: str, prompt: str) -> None:
        message = self._assistant()
        self._write({"type": "message_start", "message": dict(message)})
        halts = re.search(r"gate:(\w+)", prompt)
        pieces = re.findall(r"\S+\s*", words)
        try:
            for number, piece in enumerate(pieces):
                if halts and number == 3:
                    await gate(Path(self._session.faults["gates"]) / halts[1])
                self._delta(message, piece, is_first=number == 0)
        except asyncio.CancelledError as cancelled:
            if "dropped" not in cancelled.args:
                self._finish(message, "aborted", errorMessage="Request was aborted")
            raise
        self._finish(message, "stop")

    async def _failing(self, error: str, *, is_once: bool) -> None:
        for attempt in range(1, MAX_RETRIES + 2):
            message = self._assistant()
            self._write({"type": "message_start", "message": dict(message)})
            self._finish(message, "error", errorMessage=error)
            if attempt > MAX_RETRIES or error.startswith("4"):
                break
            self._end(len(self._session.messages), will_retry=True)
            self._in_retry_pause = True
            head = {"attempt": attempt, "maxAttempts": MAX_RETRIES, "delayMs": 1, "errorMessage": error}
            self._write({"type": "auto_retry_start", **head})
            if self._profile.sends_settled:
                self._write(
                    {"type": "entry_appended", "entry": {"type": "context_edit", "replacement": None}}
                )
            if "retry" in self._session.faults:
                await gate(Path(self._session.faults["gates"]) / self._session.faults["retry"])
            self._in_retry_pause, self.is_streaming = False, True
            self._begin()
            if is_once:
                self._recovered = {"type": "auto_retry_end", "success": True, "attempt": attempt}
                return
        if not error.startswith("4"):
            ended = {"success": False, "attempt": MAX_RETRIES, "finalError": error}
            self._write({"type": "auto_retry_end", **ended})
        raise asyncio.CancelledError("failed")

    async def _with_tools(self, calls: list[Members]) -> str:
        message = self._assistant()
        self._write({"type": "message_start", "message": dict(message)})
        for index, call in enumerate(calls):
            block = {
                "type": "toolCall",
                "id": f"call_{self._session.tick()}",
                "name": "bash",
                "arguments": call,
            }
            message["content"].append(block)
            named = {} if self._profile.sends_snapshots else {"id": block["id"], "toolName": "bash"}
            self._update(message, {"type": "toolcall_start", "contentIndex": index, **named})
            self._update(
                message, {"type": "toolcall_delta", "contentIndex": index, "delta": json.dumps(call)}
            )
        blocks: list[Members] = list(message["content"])
        for index, block in enumerate(blocks):
            self._update(message, {"type": "toolcall_end", "contentIndex": index, "toolCall": block})
        self._finish(message, "toolUse", is_turn_over=False)
        outputs = await asyncio.gather(*(self._tool(block) for block in blocks))
        results: list[Members] = []
        for block, (text, is_error) in zip(blocks, outputs, strict=True):
            head = {"role": "toolResult", "toolCallId": block["id"], "toolName": "bash"}
            content = [{"type": "text", "text": text}]
            result = {**head, "content": content, "isError": is_error, "timestamp": self._session.tick()}
            results.append(result)
            self._whole(result)
        self._write({"type": "turn_end", "message": message, "toolResults": results})
        return " ".join(text for text, _ in outputs)

    async def _tool(self, block: Members) -> tuple[str, bool]:
        command = block["arguments"].get("command", "")
        head = {"toolCallId": block["id"], "toolName": "bash"}
        self._write({"type": "tool_execution_start", **head, "args": block["arguments"]})
        text, is_error = "Blocked by the person", True
        if "guarded" not in command or await self._may_run(command):
            process = await asyncio.create_subprocess_shell(
                command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
            self._tools.add(process)
            try:
                text = await self._output(process, {**head, "args": block["arguments"]})
                is_error = await process.wait() != 0
            finally:
                self._tools.discard(process)
        content = [{"type": "text", "text": text}]
        result = {"result": {"content": content}, "isError": is_error}
        self._write({"type": "tool_execution_end", **head, **result})
        return text, is_error

    async def _may_run(self, command: str) -> bool:
        reply = await self._dialog("confirm", {"title": "Run it?", "message": command})
        return reply.get("confirmed") is True

    async def _output(self, process: asyncio.subprocess.Process, head: Members) -> str:
        assert process.stdout is not None
        said = ""
        self._write({"type": "tool_execution_update", **head, "partialResult": {"content": []}})
        async for line in process.stdout:
            said += line.decode(errors="replace")
            partial = {"content": [{"type": "text", "text": said}], "details": {}}
            self._write({"type": "tool_execution_update", **head, "partialResult": partial})
        return said

    def _delta(self, message: Members, piece: str, *, is_first: bool) -> None:
        if is_first:
            message["content"] = [{"type": "text", "text": ""}]
            self._update(message, {"type": "text_start", "contentIndex": 0})
        message["content"][0]["text"] += piece
        self._update(message, {"type": "text_delta", "contentIndex": 0, "delta": piece})

    def _update(self, message: Members, inner: Members) -> None:
        if self._profile.sends_snapshots:
            inner = {**inner, "partial": message}
            self._write({"type": "message_update", "assistantMessageEvent": inner, "message": message})
        else:
            self._write({"type": "message_update", "usage": USAGE, "assistantMessageEvent": inner})

    def _finish(self, message: Members, reason: str, *, is_turn_over: bool = True, **more: Any) -> None:
        message |= {"stopReason": reason, "usage": USAGE, **more}
        if message["content"] and message["content"][0]["type"] == "text":
            text = message["content"][0]["text"]
            self._update(message, {"type": "text_end", "contentIndex": 0, "content": text})
        self._session.add(message)
        self._write({"type": "message_end", "message": message})
        if self._recovered is not None:
            self._write(self._recovered)
            self._recovered = None
        if is_turn_over:
            self._write({"type": "turn_end", "message": message, "toolResults": []})

    def _whole(self, message: Members, *, keep: bool = True) -> None:
        self._write({"type": "message_start", "message": message})
        self._write({"type": "message_end", "message": message})
        if keep:
            self._session.add(message)

    def _next(self, lane: str) -> str:
        text = self._queued[lane].pop(0)
        self._tell_queue()
        self._whole(self._user(text))
        return text

    def _tell_queue(self) -> None:
        if self._profile.sends_queue_updates:
            lanes = {"steering": self._queued["steer"], "followUp": self._queued["followUp"]}
            self._write({"type": "queue_update", **lanes})

    def _user(self, text: str) -> Members:
        content = [{"type": "text", "text": text}]
        return {"role": "user", "content": content, "timestamp": self._session.tick()}

    def _assistant(self) -> Members:
        model = {"api": "openai-completions", "provider": "scripted", "model": "scripted-1"}
        empty = {"usage": USAGE, "stopReason": "stop", "timestamp": self._session.tick()}
        return {"role": "assistant", "content": [], **model, **empty}


def _reply(text: str) -> str:
    if found := re.search(r"words:(\d+)", text):
        return "".join(f"word{number} " for number in range(int(found[1])))
    return "Before the gate. After the gate." if "gate:" in text else f"You said: {text}"
