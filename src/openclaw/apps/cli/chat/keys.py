"""What the person types while a turn goes on: single keys and lines, both without holding up the event loop."""

import asyncio
import os
import sys
from collections.abc import Callable

if sys.platform != "win32":
    import termios
    import tty

_CHUNK = 4096


class Keyboard:
    """Standard input, when it is a terminal. Ctrl-C stays a signal, and whoever waits here may be cancelled."""

    async def key(self) -> str:
        """One key press, not shown. An escape sequence is one key."""
        if sys.platform == "win32":
            import msvcrt

            return await asyncio.to_thread(msvcrt.getwch)
        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        tty.setcbreak(descriptor, termios.TCSADRAIN)
        try:
            return await _read(descriptor, _one_character)
        finally:
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)

    async def line(self) -> str:
        """A line, edited and shown by the terminal itself. Raises EOFError at its end."""
        if sys.platform == "win32":
            return await asyncio.to_thread(sys.stdin.readline)
        return await _read(sys.stdin.fileno(), lambda data: data.decode("utf-8", "replace").rstrip("\r\n"))


async def _read(descriptor: int, decode: Callable[[bytes], str | None]) -> str:
    """Read until ``decode`` makes something of it."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[str] = loop.create_future()
    data = b""

    def readable() -> None:
        nonlocal data
        try:
            piece = os.read(descriptor, _CHUNK)
        except OSError:  # the terminal has gone
            piece = b""
        data += piece
        if done.done():
            return
        if not piece:
            done.set_exception(EOFError())
        elif (found := decode(data)) is not None:
            done.set_result(found)

    loop.add_reader(descriptor, readable)
    try:
        return await done
    finally:
        loop.remove_reader(descriptor)


def _one_character(data: bytes) -> str | None:
    try:
        return data.decode()
    except UnicodeDecodeError:  # the rest of a character is on its way
        return None if len(data) < 4 else "\ufffd"
