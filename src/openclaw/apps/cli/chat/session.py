"""`openclaw chat`: where the text comes from, which conversation it goes to, and what Ctrl-C does."""

import asyncio
import signal
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from openclaw.apps.cli.api import Api, connect
from openclaw.apps.cli.chat.events import EventLines
from openclaw.apps.cli.chat.keys import Keyboard
from openclaw.apps.cli.chat.question import Questioner
from openclaw.apps.cli.chat.screen import Screen
from openclaw.apps.cli.chat.turn import Turn, TurnEnd, View, asking
from openclaw.apps.cli.errors import FAILED, INTERRUPTED, NEEDS_A_PERSON, NothingToSayError, UsageError
from openclaw.apps.cli.output import printable, styled, tell
from openclaw.apps.cli.resolve import find_conversation, find_device
from openclaw.apps.cli.words import say
from openclaw.kit.errors import OpenClawError

_EXIT_CODES = {"completed": 0, "parked": NEEDS_A_PERSON, "aborted": INTERRUPTED, "failed": FAILED}
_MAIN = "main"


@dataclass(frozen=True)
class ChatRequest:
    """What was typed after ``chat``."""

    text: str | None
    server: str | None
    conversation: str | None
    device: str | None
    never_asks: bool
    as_json: bool


def chat(request: ChatRequest) -> int:
    """Talk; the exit code."""
    text = sys.stdin.read() if request.text == "-" else request.text
    if text is None and (request.as_json or not sys.stdin.isatty()):
        raise UsageError(reason=say("text_needed"))
    if text is not None and not text.strip():
        raise NothingToSayError
    with connect(request.server) as api:
        key = _session_key(api, request)
        if text is not None:
            view = EventLines() if request.as_json else Screen(shows_conversation=True)
            return _EXIT_CODES[_take_turn(api, request, view, key, text).state]
        return _converse(api, request, key)


def _converse(api: Api, request: ChatRequest, key: str) -> int:
    """Turn after turn, until Ctrl-D or Ctrl-C at the prompt."""
    _prepare_line_editing()
    tell(styled(say("chat_greeting", server=api.server), "dim"), "")
    while True:
        try:
            text = _ask_for_text()
        except (EOFError, KeyboardInterrupt):
            tell("", styled(key, "dim"))
            return 0
        if not text:
            continue
        if text in {"/quit", "/exit"}:
            return 0
        if text == "/new":
            key = _new_conversation(api, request)
            tell(styled(say("chat_new"), "dim"), "")
            continue
        tell("")
        try:
            end = _take_turn(api, request, Screen(shows_conversation=False), key, text)
        except OpenClawError as error:
            if error.code in {"cli.not_logged_in", "cli.session_ended"}:
                raise
            from openclaw.apps.cli.output import tell_failure

            tell_failure(error, as_json=False)
        else:
            if end.state == "parked":
                return NEEDS_A_PERSON
        tell("")


def _ask_for_text() -> str:
    """What the person types at the prompt; a line that ends with a backslash goes on."""
    prompt = say("chat_prompt")
    lines: list[str] = []
    while True:
        line = input(prompt)
        lines.append(line.removesuffix("\\"))
        if not line.endswith("\\"):
            return "\n".join(lines).strip()
        prompt = "  "


def _take_turn(api: Api, request: ChatRequest, view: View, key: str, text: str) -> TurnEnd:
    can_ask = not request.never_asks and not request.as_json and sys.stdin.isatty()
    question = asking(Questioner(Keyboard()).ask) if can_ask else None

    async def follow() -> TurnEnd:
        turn = Turn(api, view, session_key=key, ask=question, waits=not request.never_asks)
        with _interrupts(turn.stop):
            return await turn.run(text)

    return asyncio.run(follow())


@contextmanager
def _interrupts(stop: Callable[[], None]) -> Generator[None]:
    """The first Ctrl-C stops the run, a second one leaves at once."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    assert task is not None
    pressed = 0

    def interrupted() -> None:
        nonlocal pressed
        pressed += 1
        if pressed == 1:
            stop()
        else:
            task.cancel()

    def received(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(interrupted)

    before = signal.signal(signal.SIGINT, received)
    try:
        yield
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)


def _session_key(api: Api, request: ChatRequest) -> str:
    if request.conversation is None:
        return _new_conversation(api, request)
    if request.conversation == _MAIN and request.device is None:
        return _MAIN
    found = find_conversation(api, request.conversation)
    if request.device is not None:
        api.patch(f"/conversations/{found['id']}", {"deviceId": _device_id(api, request.device)})
    return str(found["id"])


def _new_conversation(api: Api, request: ChatRequest) -> str:
    body: dict[str, Any] = {}
    if request.device is not None:
        body["deviceId"] = _device_id(api, request.device)
    return str(api.post("/conversations", body)["id"])


def _device_id(api: Api, wanted: str) -> str:
    found = find_device(api, wanted)
    if not found["online"]:
        sys.stderr.write(say("device_offline_note", name=printable(found["name"])) + "\n")
    return str(found["id"])


def _prepare_line_editing() -> None:
    try:
        import readline
    except ImportError:  # a terminal that edits lines by itself
        return
    readline.parse_and_bind("set enable-bracketed-paste on")
