"""Telegram's Bot API on loopback: bots by their token, updates acknowledged by the offset, long polls that wait."""

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import Any

from tests.support.scripted_http import Asked, ScriptedHttp

_numbers = itertools.count(1001)


@dataclass
class Bot:
    """One bot: what waits for it, and what it has sent."""

    id: int
    token: str
    updates: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    sent: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    pressed: list[str] = field(default_factory=list[str])
    polls: int = 0
    most_polls: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _number: int = 700

    def says(self, text: str, *, sender: int = 42, chat: int | None = None, kind: str = "private") -> int:
        """Somebody writes to the bot; the update's number."""
        return self.add({"message": written(text, sender=sender, chat=chat, kind=kind)})

    def presses(self, data: str, *, sender: int = 42, chat: int | None = None) -> int:
        """Somebody presses a button under a message of the bot."""
        message = {"message_id": 6, "chat": {"id": chat or sender, "type": "private"}}
        person = {"id": sender, "is_bot": False, "first_name": "Ann"}
        return self.add({"callback_query": {"id": "c1", "from": person, "message": message, "data": data}})

    def add(self, update: dict[str, Any], number: int | None = None) -> int:
        if number is None:
            self._number += 1
            number = self._number
        self.updates.append({"update_id": number, **update})
        self.changed()
        return number

    def changed(self) -> None:
        self._changed.set()

    async def until_sent(self, part: str, *, times: int = 1, chat: int = 42) -> dict[str, Any]:
        """The message to a chat that has this in it; waits for it."""
        while True:
            found = [m for m in self.sent if part in m["text"] and str(m["chat_id"]) == str(chat)]
            if len(found) >= times:
                return found[times - 1]
            self._changed.clear()
            await self._changed.wait()

    async def until_read(self) -> None:
        """All updates so far were acknowledged."""
        while self.updates:
            self._changed.clear()
            await self._changed.wait()

    async def until_left(self) -> None:
        """Nobody polls."""
        while self.polls:
            self._changed.clear()
            await self._changed.wait()

    async def poll(self, offset: int, limit: int) -> list[dict[str, Any]]:
        self.polls += 1
        self.most_polls = max(self.most_polls, self.polls)
        try:
            while True:
                self.updates = [u for u in self.updates if u["update_id"] >= offset]
                self.changed()
                self._changed = asyncio.Event()
                if self.updates:
                    return self.updates[:limit]
                await self._changed.wait()
        finally:
            self.polls -= 1
            self.changed()


def written(text: str, *, sender: int = 42, chat: int | None = None, kind: str = "private") -> dict[str, Any]:
    """A message as the API has it."""
    return {
        "message_id": 5,
        "from": {"id": sender, "is_bot": False, "first_name": "Ann", "last_name": "Lee"},
        "chat": {"id": chat or sender, "type": kind},
        "text": text,
    }


@dataclass
class ScriptedTelegram(ScriptedHttp):
    """The API for any number of bots."""

    bots: dict[str, Bot] = field(default_factory=dict[str, Bot])

    def bot(self) -> Bot:
        """A new bot."""
        number = next(_numbers)
        bot = Bot(number, f"{number}:{'t' * 30}{number}")
        self.bots[bot.token] = bot
        return bot

    async def answer(self, asked: Asked) -> tuple[int, Any]:
        _, token, method = asked.path.split("/")
        bot = self.bots.get(token.removeprefix("bot"))
        if bot is None:
            return 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}
        body = asked.json or {}
        if method == "getMe":
            return _ok({"id": bot.id, "is_bot": True, "username": f"bot{bot.id}"})
        if method == "getUpdates":
            return _ok(await bot.poll(body["offset"], body["limit"]))
        if method == "sendMessage":
            bot.sent.append(body)
            bot.changed()
            return _ok({"message_id": len(bot.sent)})
        if method == "answerCallbackQuery":
            bot.pressed.append(body["callback_query_id"])
        return _ok(True)


def _ok(result: Any) -> tuple[int, Any]:
    return 200, {"ok": True, "result": result}
