"""Messages that were said before."""

import sys
from typing import Any

from openclaw.apps.cli.calls import command_line, headline
from openclaw.apps.cli.chat.screen import outcome
from openclaw.apps.cli.chat.turn import ENDED, ToolCall
from openclaw.apps.cli.help import terminal_width
from openclaw.apps.cli.output import has_color, printable, styled, tell
from openclaw.apps.cli.times import local_time
from openclaw.apps.cli.words import say


def print_message(message: dict[str, Any]) -> None:
    """Print a message with its tool calls."""
    who = say("you" if message["role"] == "user" else "assistant")
    tell(f"{styled(who, 'title')}  {styled(local_time(message['createdAt']), 'dim')}")
    for part in message["parts"]:
        if part["type"] == "text":
            _print_text(printable(part["text"], kept="\n\t\u200c\u200d"))
        else:
            _print_call(part)
    if message["error"]:
        tell(styled(printable(message["error"]["title"]), "red"))


def _print_text(text: str) -> None:
    if not sys.stdout.isatty():
        tell(text)
        return
    from openclaw.apps.cli.chat.markdown import render

    tell(*render(text, terminal_width(), color=has_color(sys.stdout)))


def _print_call(part: dict[str, Any]) -> None:
    device: dict[str, str] = part["device"] or {}
    call = ToolCall(
        part["toolCallId"],
        part["name"],
        part["arguments"],
        device.get("name", ""),
        part["state"],
        part["result"],
        part["error"],
    )
    tell(
        f"{styled('●', 'cyan')} {headline(call.name, call.arguments)}  {styled(printable(call.device), 'dim')}".rstrip()
    )
    if call.name == "exec":
        tell(f"  {styled('$', 'dim')} {command_line(call.arguments)}")
    words = outcome(call) if call.state in ENDED else say("call_open")
    tell(f"  {styled(words, 'dim')}")
