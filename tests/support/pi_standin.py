"""A stand-in for the Pi runtime, in the dialects of its four families: a real process on standard input and output.

``python tests/support/pi_standin.py --profile npm-0.73 --mode rpc``; standard library only. The model is played by
the words of the prompt (``pi_standin_turns``); ids and times are counters. ``--faults JSON`` makes it misbehave:

start_gate, gates      wait at a named pipe before being ready; the folder of the pipes that ``gate:NAME`` waits at
dead, crashes          write to stderr and exit 1: always; as long as the number in that file is above 0
stderr                 so many bytes of noise in one line
never, cut, deaf       commands that are not answered; that end the process in the middle of the answer's line; after
                       which nothing is read any more
slow                   a prompt that says how it queues is looked at when the run has ended
ungated                an extension that asks before each tool call is not loaded
big, secret, no_model  bytes that get_messages answers at least; a word planted wherever one could leak; no model
"""

import argparse
import asyncio
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from pi_standin_profiles import PROFILES, Profile
from pi_standin_session import Session
from pi_standin_turns import Turns, gate

_LONE = re.compile("[\ud800-\udfff]")
READS = {"get_state", "get_messages", "get_session_stats"}


class Standin:
    """The command loop."""

    def __init__(self, profile: Profile, options: argparse.Namespace, faults: dict[str, Any]) -> None:
        self.profile = profile
        self.faults = faults
        self.session = Session(profile, options, faults)
        self.turns = Turns(self.session, self.write)
        if any(path.endswith("gate.js") for path in options.extension) and not faults.get("ungated"):
            self.turns.close_gate()
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._held = b""
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._tasks: set[asyncio.Task[None]] = set()
        self.shell: set[asyncio.Task[None]] = set()

    # ── The wire ──

    def write(self, record: dict[str, Any]) -> None:
        """One line, as JavaScript writes it: what is Unicode raw, lone surrogates escaped."""
        text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        line = _LONE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode() + b"\n"
        if record.get("type") == "response" and record.get("command") in self.faults.get("cut", ()):
            self._push(line[: len(line) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        self._push(line)

    def _push(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(1, view) :]
        except BrokenPipeError:
            os._exit(1)

    def read(self) -> None:
        """Called by the event loop when there is input."""
        data = os.read(0, 65536)
        if not data:
            asyncio.get_running_loop().remove_reader(0)
            if self._held:
                self.line(self._held)
            self.line(None)
            return
        *lines, self._held = (self._held + data).split(b"\n")
        for line in lines:
            self.line(line)

    def line(self, line: bytes | None) -> None:
        """Take one line, None for the end: Rust one after the other, npm all at once."""
        if self.profile.is_rust:
            self._lines.put_nowait(line)
            if not self._tasks:
                self._in_background(self._one_by_one())
        elif line is None:
            # The run is lost without a word. What its tools have started lives on, up to 0.73.
            if self.profile.kills_tools_at_eof:
                self.turns.kill_tools()
            self.end(0)
        else:
            self.handle(line)

    async def _one_by_one(self) -> None:
        while (line := await self._lines.get()) is not None:
            kind = self.kind_of(line)
            if kind in READS and self.turns.task is not None:
                await asyncio.wait(
                    [self.turns.task]
                )  # it holds the session, and so whatever comes after waits
            self.handle(line)
        if self.turns.task is not None:
            await asyncio.wait([self.turns.task])
        self.end(0)

    @staticmethod
    def kind_of(line: bytes) -> str:
        """The command in a line, if it is one."""
        try:
            return str(json.loads(line).get("type"))
        except (ValueError, AttributeError):
            return ""

    def end(self, code: int) -> None:
        """End the process after what was written."""
        if not self.ended.done():
            self.ended.set_result(code)

    def _in_background(self, work: Any) -> "asyncio.Task[None]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # ── Commands ──

    def handle(self, line: bytes) -> None:
        """Answer one line."""
        line = line.removesuffix(b"\r")
        if not line and self.profile.is_rust:
            return
        try:
            command = json.loads(line.decode("utf-8", "replace"))
        except ValueError as error:
            self.write(
                {"type": "response", "command": "parse", "success": False, "error": f"Failed: {error}"}
            )
            return
        if command is None and self.profile.dies_of_null:
            sys.stderr.write(
                "TypeError: Cannot read properties of null (reading 'id')\n    at /opt/pi/cli.js:1\n"
            )
            self.end(1)
            return
        kind = command.get("type") if isinstance(command, dict) else None
        if kind is None or not isinstance(command, dict):
            answer = {"type": "response", "success": False, "error": "Unknown command: undefined"}
            named = {"command": "parse", "error": "Missing command type"}
            self.write({**answer, **(named if self.profile.is_rust else {})})
            return
        if kind in self.faults.get("deaf", ()):
            asyncio.get_running_loop().remove_reader(0)
        if kind in self.faults.get("never", ()):
            return
        method = getattr(self, f"do_{kind}", None)
        if method is None or (kind == "clear_queue" and not self.profile.has_clear_queue):
            self.fail(command, f"Unknown command: {kind}", keep_id=self.profile.keeps_id_of_unknown)
            return
        method(command)

    def answer(self, command: dict[str, Any], data: Any = None) -> None:
        """A success; without ``data`` it has none."""
        self.write(
            {
                **self._envelope(command),
                "command": command["type"],
                "success": True,
                **({} if data is None else {"data": data}),
            }
        )

    def fail(self, command: dict[str, Any], error: str, *, keep_id: bool = True) -> None:
        """A refusal."""
        head = self._envelope(command) if keep_id else {"type": "response"}
        self.write({**head, "command": command["type"], "success": False, "error": error})

    def _envelope(self, command: dict[str, Any]) -> dict[str, Any]:
        has_id = "id" in command and (not self.profile.is_rust or isinstance(command["id"], str))
        return {"id": command["id"], "type": "response"} if has_id else {"type": "response"}

    def do_get_state(self, command: dict[str, Any]) -> None:
        self.answer(command, self.session.state(self.turns))

    def do_get_messages(self, command: dict[str, Any]) -> None:
        self.answer(command, {"messages": self.session.shown_messages()})

    def do_get_session_stats(self, command: dict[str, Any]) -> None:
        self.answer(command, self.session.stats())

    def do_get_available_models(self, command: dict[str, Any]) -> None:
        self.answer(command, {"models": [] if self.faults.get("no_model") else [self.session.model()]})

    def do_set_model(self, command: dict[str, Any]) -> None:
        known = self.session.model()
        if (command.get("provider"), command.get("modelId")) != (known["provider"], known["id"]):
            self.fail(command, f"Model not found: {command.get('provider')}/{command.get('modelId')}")
        else:
            self.answer(command, known)

    def do_prompt(self, command: dict[str, Any]) -> None:
        self._in_background(self._prompt(command)) if not self.profile.is_rust else self._start(command)

    async def _prompt(self, command: dict[str, Any]) -> None:
        """In the background: what came with it in one write is answered first."""
        message = command.get("message")
        if not isinstance(message, str):
            self.fail(command, "Cannot read properties of undefined (reading 'startsWith')")
        elif message.startswith("/ask"):
            await self.turns.ask(message)
            self.answer(command)
        else:
            if self.faults.get("slow") and "streamingBehavior" in command and self.turns.task is not None:
                await asyncio.wait([self.turns.task])
            self._start(command)

    def _start(self, command: dict[str, Any]) -> None:
        message, behaviour = command.get("message", ""), command.get("streamingBehavior")
        if self.faults.get("no_model"):
            self.fail(command, "No API key found for the selected model.\n  /opt/pi/docs/providers.md")
        elif self.turns.refuses_a_prompt and behaviour is None:
            self.fail(command, self.profile.streaming_refusal)
        elif self.turns.is_on:
            self.turns.queue("followUp" if behaviour == "followUp" else "steer", message)
            self.answer(command)
        else:
            self.answer(command)
            self.turns.start(message)

    def do_steer(self, command: dict[str, Any], lane: str = "steer") -> None:
        if self.profile.is_rust and not self.turns.is_on:
            self.answer(command)
            self.turns.start(command["message"])
            return
        self.turns.queue(lane, command["message"])
        self.answer(command)

    def do_follow_up(self, command: dict[str, Any]) -> None:
        self.do_steer(command, "followUp")

    def do_clear_queue(self, command: dict[str, Any]) -> None:
        self.answer(command, self.turns.clear_queue())

    def do_abort(self, command: dict[str, Any]) -> None:
        if self.profile.is_rust:
            self.answer(command)
            self.turns.abort()
        else:
            self._in_background(self._abort(command))

    async def _abort(self, command: dict[str, Any]) -> None:
        if self.turns.task is not None:
            run = self.turns.task
            await self.turns.dialogs_closed()  # it hangs as long as one is open
            self.turns.abort()
            await asyncio.wait([run])
        self.answer(command)

    def do_new_session(self, command: dict[str, Any]) -> None:
        self._in_background(self._new_session(command))

    async def _new_session(self, command: dict[str, Any]) -> None:
        if (run := self.turns.task) is not None:
            self.turns.drop(silently=self.profile.drops_run_silently)
            await asyncio.wait([run])
        self.session.renew()
        self.answer(command, {"cancelled": False})

    def do_compact(self, command: dict[str, Any]) -> None:
        if self.turns.task is not None:
            self.turns.abort()
        self.turns.compact()
        self.answer(command, {"summary": "All of it.", "firstKeptEntryId": "00000001", "tokensBefore": 100})

    def do_extension_ui_response(self, command: dict[str, Any]) -> None:
        resolved = self.turns.reply(command)
        if self.profile.is_rust:
            self.answer(command, {"resolved": resolved})


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", choices=PROFILES, default="npm-0.73")
    parser.add_argument("--faults", type=json.loads, default={})
    for name in ("mode", "session", "session-dir", "provider", "model", "name"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--extension", "-e", action="append", default=[])
    parser.add_argument("--no-session", action="store_true")
    parser.add_argument("--version", action="store_true")
    return parser.parse_args()


def _refuses_to_start(faults: dict[str, Any]) -> bool:
    if "crashes" in faults:
        file = Path(faults["crashes"])
        left = int(file.read_text())
        if left > 0:
            file.write_text(str(left - 1))
            return True
    return bool(faults.get("dead"))


async def _serve(options: argparse.Namespace) -> int:
    faults = options.faults
    sys.stderr.write("x" * faults.get("stderr", 0) + "\n" * ("stderr" in faults))
    if _refuses_to_start(faults):
        sys.stderr.write("Error: unknown provider (/opt/pi/config)\n")
        return 1
    if "start_gate" in faults:
        await gate(Path(faults["start_gate"]))
    profile = PROFILES[options.profile]
    standin = Standin(profile, options, faults)
    loop = asyncio.get_running_loop()

    def stop(number: int) -> None:
        standin.turns.kill_tools()
        standin.end(128 + number)

    if profile.handles_signals:
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop, number)
    loop.add_reader(0, standin.read)
    return await standin.ended


if __name__ == "__main__":
    given = _options()
    if given.version:
        words = PROFILES[given.profile].version_line
        (sys.stderr if given.profile == "npm-0.73" else sys.stdout).write(words + "\n")
        sys.exit(0)
    code = asyncio.run(_serve(given))
    sys.stderr.flush()
    os._exit(code)
