"""What the bound person wants: a command, an answer to a question, or to say something to the assistant."""

import re
from dataclasses import dataclass
from typing import Literal

_ANSWER = re.compile(r"/?(approve|allow|deny|批准|允许|拒绝)[\s:：]+([A-Za-z0-9-]{4,12})\s*", re.IGNORECASE)
_NAMES: dict[str, Literal["new", "stop", "help"]] = {
    "/new": "new",
    "/stop": "stop",
    "/help": "help",
    "/start": "help",
}
_DENY = frozenset({"deny", "拒绝"})


@dataclass(frozen=True)
class Command:
    """One of the bot's own."""

    name: Literal["new", "stop", "help"]


@dataclass(frozen=True)
class AnswerTo:
    """An answer to the question with that code."""

    code: str
    is_allowed: bool


def understand(text: str) -> Command | AnswerTo | None:
    """None: it is for the assistant. Telegram puts its bot's name behind a command in groups (``/new@name``)."""
    words = text.strip()
    first = words.split(maxsplit=1)[0].partition("@")[0].lower() if words else ""
    if first in _NAMES and len(words.split()) == 1:
        return Command(_NAMES[first])
    if found := _ANSWER.fullmatch(words):
        return AnswerTo(found[2].replace("-", "").upper(), found[1].lower() not in _DENY)
    return None
