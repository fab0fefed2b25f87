"""What the person types while a turn goes on: single keys and lines, both without holding up the event loop."""

import asyncio
import os
import select
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta

from openclaw.kit.clock import SystemClock

if sys.platform != "win32":
    import termios
    import tty

_ESCAPE = b"\x1b"
_OPENERS = (b"[", b"O")
_WINDOWS_OPENERS = ("\x00", "\xe0")
_LOOK_EVERY = timedelta(milliseconds=50)
_CHUNK = 4096


class Keyboard:
    """Standard input, when it is a terminal. Ctrl-C stays a signal, and whoever waits here may be cancelled."""

    @contextmanager
    def single_keys(self) -> Generator[None]:
        """Inside the block keys come one by one and are not shown; what was typed before it answers nothing."""
        if sys.platform == "win32":
            import msvcrt

            while msvcrt.kbhit():
                msvcrt.getwch()
            yield
            return
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        tty.setcbreak(descriptor, termios.TCSAFLUSH)
        try:
            yield
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)

    async def key(self) -> str:
        """One key press, inside ``single_keys``. Raises EOFError when the terminal has gone."""
        if sys.platform == "win32":
            import msvcrt

            while not msvcrt.kbhit():  # a thread that waits for a key could not be cancelled
                await SystemClock().sleep(_LOOK_EVERY)
            key = msvcrt.getwch()
            # A function key is two characters, and the second may be a letter: End ends with an O.
            return key + msvcrt.getwch() if key in _WINDOWS_OPENERS and msvcrt.kbhit() else key
        return await _read(sys.stdin.fileno(), 1, _one_key)

    async def line(self) -> str:
        """A line, edited and shown by the terminal itself. Raises EOFError at its end."""
        if sys.platform == "win32":
            return await asyncio.to_thread(sys.stdin.readline)
        return await _read(sys.stdin.fileno(), _CHUNK, _one_line)


async def _read(descriptor: int, size: int, decode: Callable[[int, bytes], str | None]) -> str:
    """Read ``size`` bytes at a time until ``decode`` makes something of them; what follows stays unread."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[str] = loop.create_future()
    data = b""

    def readable() -> None:
        nonlocal data
        if done.done():
            return
        try:
            piece = os.read(descriptor, size)
        except OSError:  # the terminal has gone
            piece = b""
        data += piece
        if not piece:
            done.set_exception(EOFError())
        elif (found := decode(descriptor, data)) is not None:
            done.set_result(found)

    loop.add_reader(descriptor, readable)
    try:
        return await done
    finally:
        loop.remove_reader(descriptor)


def _one_key(descriptor: int, data: bytes) -> str | None:
    """A character; an arrow or function key whole, so that none of its letters is taken for an answer."""
    if data == _ESCAPE:
        return (data + _rest_of_sequence(descriptor)).decode("utf-8", "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:  # the rest of the character is on its way
        return None if len(data) < 4 else "\ufffd"


def _rest_of_sequence(descriptor: int) -> bytes:
    """What follows an escape at once: nothing for the key itself, else ``[`` or ``O`` and so on to a last letter."""
    rest = b""
    while select.select([descriptor], [], [], 0)[0]:
        letter = os.read(descriptor, 1)
        rest += letter
        if not letter or (rest not in _OPENERS and b"@" <= letter <= b"~"):
            break
    return rest


def _one_line(_descriptor: int, data: bytes) -> str | None:
    text = data.decode("utf-8", "replace")
    return text.rstrip("\r\n") if text.endswith("\n") else None
