"""A long text as messages that a channel takes."""

import re

_BREAKS = ("\n\n", "\n", ". ", "。", " ")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
MOST_PIECES = 20
_CUT = "…"


def pieces(text: str, longest: int) -> list[str]:
    """``text`` in pieces of ``longest`` UTF-16 units at most (so providers count), cut where it hurts least.

    After 20 pieces the rest is left out; the conversation has it.
    """
    rest = _CONTROL.sub("", text).strip()
    found: list[str] = []
    while rest and len(found) < MOST_PIECES:
        head = _fitting(rest, longest)
        if len(head) < len(rest):
            head = _at_break(head)
        found.append(head.rstrip())
        rest = rest[len(head) :].lstrip()
    if rest:
        found[-1] = _fitting(found[-1], longest - 1) + _CUT
    return found or [_CUT]


def _fitting(text: str, longest: int) -> str:
    units = 0
    for position, character in enumerate(text):
        units += 2 if ord(character) > 0xFFFF else 1
        if units > longest:
            return text[:position]
    return text


def _at_break(head: str) -> str:
    for mark in _BREAKS:
        at = head.rfind(mark)
        if at >= len(head) // 2:
            return head[: at + len(mark)]
    return head
