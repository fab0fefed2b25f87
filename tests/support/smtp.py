"""A real SMTP server on loopback that keeps what it is sent and answers by a script. It never sleeps."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Self


@dataclass(frozen=True)
class Taken:
    """A mail that the server has taken: the envelope, what was sent, and that as a message."""

    sender: str
    to: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        found = message_from_bytes(self.raw, policy=default)
        assert isinstance(found, EmailMessage)
        return found

    def text(self, kind: str = "plain") -> str:
        part = self.message.get_body((kind,))
        assert part is not None
        return part.get_content()


@dataclass
class ScriptedSmtp:
    """``async with ScriptedSmtp() as server``. ``answers``: by what a command begins with, what to say instead.

    Each is said once: ``{"RCPT TO:<ann@": ["450 busy"]}`` refuses Ann for now. ``.`` is the end of a body, and the
    answer ``drop`` ends the connection.
    """

    answers: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    taken: list[Taken] = field(default_factory=list[Taken])
    commands: list[str] = field(default_factory=list[str])
    port: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._open:
            writer.close()
        await self._server.wait_closed()

    async def until(self, matches: Callable[[Taken], bool] = lambda _: True) -> Taken:
        """The first mail that matches; waits for it."""
        while True:
            for mail in self.taken:
                if matches(mail):
                    return mail
            await self._wait()

    async def asked(self, command: str, times: int = 1) -> None:
        """Wait until a command that begins so has come so often."""
        while sum(each.startswith(command) for each in self.commands) < times:
            await self._wait()

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    def _scripted(self, command: str) -> str | None:
        for beginning, said in self.answers.items():
            if command.upper().startswith(beginning.upper()) and said:
                return said.pop(0)
        return None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._open.discard(writer)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender, to = "", list[str]()
        writer.write(b"220 scripted\r\n")
        while line := await reader.readline():
            command = line.decode().rstrip("\r\n")
            raw = b""
            if command == "DATA":
                writer.write(b"354 go on\r\n")
                raw = (
                    (await reader.readuntil(b"\r\n.\r\n")).removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
                )
                command = "."
            self.commands.append(command)
            answer = self._scripted(command)
            if answer == "drop":
                self._changed.set()
                return
            verb, _, rest = command.partition(":")
            if answer is None:
                if verb.upper() == "MAIL FROM":
                    sender, to = rest.strip().partition("<")[2].partition(">")[0], []
                elif verb.upper() == "RCPT TO":
                    to.append(rest.strip().strip("<>"))
                elif command == ".":
                    self.taken.append(Taken(sender, to, raw))
                answer = "250 fine"
                if command.startswith("EHLO"):
                    answer = "250-scripted\r\n250-AUTH PLAIN\r\n250 8BITMIME"
                elif command.startswith("AUTH"):
                    answer = "235 welcome"
                elif command == "QUIT":
                    answer = "221 bye"
            writer.write(f"{answer}\r\n".encode())
            self._changed.set()
            if command == "QUIT":
                return
