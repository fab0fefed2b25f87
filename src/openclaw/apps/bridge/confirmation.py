"""Asking the person at the machine whether a web page may link it."""

import asyncio
import os
import sys
import threading
from dataclasses import dataclass
from typing import Protocol

from openclaw.apps.bridge.errors import ConfirmationNeededError, LinkDeclinedError
from openclaw.apps.bridge.words import say

ANSWER_SECONDS = 60
_YES = {"y", "yes", "j", "是", "好"}


@dataclass(frozen=True)
class LinkQuestion:
    """What the person has to know to decide."""

    origin: str
    server: str
    code: str
    scopes: str
    policy: str


class Confirmation(Protocol):
    """Who is asked."""

    async def confirm(self, question: LinkQuestion) -> None:
        """Return if the answer is yes; LinkDeclinedError or ConfirmationNeededError otherwise."""
        ...


class NobodyToAsk:
    """There is no terminal: a page alone cannot link this machine."""

    async def confirm(self, question: LinkQuestion) -> None:
        """Always ConfirmationNeededError."""
        raise ConfirmationNeededError(link_code=question.code)


class AlwaysYes:
    """``--yes``: whoever can open a page of the control plane on this machine may link it."""

    async def confirm(self, question: LinkQuestion) -> None:
        """Always yes."""


class Terminal:
    """Asks at the terminal that the bridge runs in. Default no; no answer in time is a no."""

    def __init__(self, *, seconds: int = ANSWER_SECONDS, descriptor: int = 0) -> None:
        self._seconds = seconds
        self._lines = _Lines(descriptor)

    async def confirm(self, question: LinkQuestion) -> None:
        """Show who asks for what, and wait for the answer."""
        _show(
            "\n".join(
                (
                    say("asks_to_link"),
                    say("ask_origin", origin=question.origin),
                    say("ask_server", server=question.server),
                    say("ask_code", code=question.code),
                    say("ask_scopes", scopes=question.scopes, policy=question.policy),
                    say("ask_question", seconds=self._seconds),
                )
            )
        )
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._lines.next()
        except TimeoutError:
            _show("\n" + say("asked_too_late") + "\n")
            raise LinkDeclinedError(reason="no answer in time") from None
        if answer.strip().lower() not in _YES:
            raise LinkDeclinedError(reason="the answer was no")


def confirmation_for(*, always_yes: bool) -> Confirmation:
    """The way to ask that this process has."""
    if always_yes:
        return AlwaysYes()
    return Terminal() if sys.stdin is not None and sys.stdin.isatty() else NobodyToAsk()


class _Lines:
    """Lines typed at a terminal. What was typed while nobody asked is thrown away, or it would answer later."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._asked: tuple[asyncio.AbstractEventLoop, asyncio.Future[str]] | None = None
        self._thread: threading.Thread | None = None

    async def next(self) -> str:
        """The next line; empty when the terminal is closed."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[str] = loop.create_future()
        self._asked = (loop, waiting)
        if self._thread is None or not self._thread.is_alive():
            # A thread, since Windows cannot wait for a console otherwise; a daemon, since a read cannot be ended.
            self._thread = threading.Thread(target=self._read, name="terminal", daemon=True)
            self._thread.start()
        try:
            return await waiting
        finally:
            self._asked = None

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._descriptor, 4096)
            except OSError:
                data = b""
            asked = self._asked
            if asked is not None:
                loop, waiting = asked
                loop.call_soon_threadsafe(_resolve, waiting, data.decode("utf-8", "replace"))
            if not data:
                return


def _show(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _resolve(waiting: "asyncio.Future[str]", text: str) -> None:
    if not waiting.done():
        waiting.set_result(text)
