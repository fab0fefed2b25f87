"""A command in a terminal of its own: what it shows is waited for, what is typed is sent."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
from types import TracebackType
from typing import Self

from tests.apps.cli.installation import CLI, Terminal

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")
_SECONDS = 60


class PseudoTerminal:
    """`openclaw` on a pseudo terminal of ``columns``. Colours and movements are left out of what is seen."""

    def __init__(self, terminal: Terminal, *arguments: str, columns: int = 80, **variables: str) -> None:
        self._master, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        self._process = subprocess.Popen(
            [*CLI, *arguments],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env=terminal.environment | variables,
            preexec_fn=lambda: _take_terminal(inner),  # noqa: PLW1509  (one thread, and nothing but system calls)
        )
        os.close(inner)
        self._raw = b""
        self._position = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._master)

    @property
    def seen(self) -> str:
        """All that was shown so far."""
        return _CONTROL.sub("", self._raw.decode("utf-8", "replace"))

    @property
    def raw(self) -> str:
        return self._raw.decode("utf-8", "replace")

    def expect(self, text: str) -> str:
        """Wait until ``text`` is shown after what was expected before; all that is shown up to its end."""
        while True:
            found = self.seen.find(text, self._position)
            if found >= 0:
                start, self._position = self._position, found + len(text)
                return self.seen[start : self._position]
            assert self._read(), f"{text!r} was never shown; what was:\n{self.seen}"

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def end(self) -> int:
        """Wait until the command ends; its exit code."""
        while self._read():
            pass
        return self._process.wait(_SECONDS)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], _SECONDS)
        assert ready, f"nothing more is shown; what was:\n{self.seen}"
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # Linux's way to say that the other end is closed
            return False
        self._raw += data
        return bool(data)


def _take_terminal(descriptor: int) -> None:
    os.setsid()
    fcntl.ioctl(descriptor, termios.TIOCSCTTY, 0)
