"""Asking the person about an approval: one key, a second one for high risk, a reason for a denial."""

import sys
from typing import Any

from openclaw.apps.cli.calls import covered
from openclaw.apps.cli.chat.keys import Keyboard
from openclaw.apps.cli.chat.turn import Answer
from openclaw.apps.cli.help import terminal_width
from openclaw.apps.cli.output import styled
from openclaw.apps.cli.words import say
from openclaw.kit.layout import wrap

_ONCE, _CONVERSATION, _ALWAYS, _DENY = "ocad"


class Questioner:
    """Asks on standard error, so that standard output holds the answer alone."""

    def __init__(self, keyboard: Keyboard) -> None:
        self._keyboard = keyboard

    async def ask(self, approval: dict[str, Any]) -> Answer:
        """The person's decision. Raises EOFError when the terminal has gone."""
        may_cover = approval["coverage"] is not None and approval["grade"] != "high"
        with self._keyboard.single_keys():
            answer = None
            while answer is None:
                self._show(approval, may_cover=may_cover)
                answer = await self._decision(approval, may_cover=may_cover)
        if answer.decision == "deny":
            self._write(f"  {say('ask_reason')}")
            return Answer("deny", reason=await self._reason())
        return answer

    async def _reason(self) -> str | None:
        try:
            return (await self._keyboard.line()).strip() or None
        except EOFError:  # Ctrl-D, or the terminal has gone: the denial stands
            self._write("\n")
            return None

    async def _decision(self, approval: dict[str, Any], *, may_cover: bool) -> Answer | None:
        decisions = {_ONCE: "allow-once", _DENY: "deny"}
        if may_cover:
            decisions |= {_CONVERSATION: "allow-conversation", _ALWAYS: "allow-always"}
        key = ""
        while key not in decisions:
            key = (await self._keyboard.key()).lower()
        self._write(f"{key}\n")
        if key == _DENY:
            return Answer("deny")
        if approval["grade"] == "high" and not await self._is_sure():
            return None
        if key == _ONCE:
            return Answer("allow-once", confirm=approval["grade"] == "high")
        return Answer("allow-conversation" if key == _CONVERSATION else "allow-always")

    async def _is_sure(self) -> bool:
        self._write(f"  {styled(say('ask_sure'), 'danger', stream=sys.stderr)} ")
        key = (await self._keyboard.key()).lower()
        self._write((key if key.isprintable() else "") + "\n")
        return key == "y"

    def _show(self, approval: dict[str, Any], *, may_cover: bool) -> None:
        rows = [(f"[{_ONCE}]", say("key_once"))]
        if may_cover:
            rows.append((f"[{_CONVERSATION}]", say("key_conversation", covered=covered(approval))))
            rows.append((f"[{_ALWAYS}]", say("key_always")))
        rows.append((f"[{_DENY}]", say("key_deny")))
        lines: list[str] = [""]
        for key, words in rows:
            first, *more = wrap(words, terminal_width() - 6)
            lines += [
                f"  {styled(key, 'bold', stream=sys.stderr)} {first}",
                *(f"      {line}" for line in more),
            ]
        self._write("\n".join([*lines, f"  {say('ask_choice')}"]))

    @staticmethod
    def _write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()
