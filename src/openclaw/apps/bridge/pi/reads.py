"""The three reads: their last good answers, and how old those are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

ReadName = Literal["state", "messages", "stats"]


@dataclass(frozen=True)
class Read:
    """An answer, already cleaned of what must not leave the machine.

    ``is_stale``: the runtime could not be asked now, and this is ``age`` old.
    """

    data: dict[str, Any]
    age: timedelta
    is_stale: bool


class LastReads:
    """The last answer of each kind, of the present session."""

    def __init__(self) -> None:
        self._kept: dict[ReadName, tuple[dict[str, Any], datetime]] = {}

    def keep(self, name: ReadName, data: dict[str, Any], now: datetime) -> Read:
        """Keep a fresh answer."""
        self._kept[name] = (data, now)
        return Read(data, timedelta(), is_stale=False)

    def find(self, name: ReadName, now: datetime) -> Read | None:
        """The last answer, or None when there never was one."""
        if name not in self._kept:
            return None
        data, taken_at = self._kept[name]
        return Read(data, now - taken_at, is_stale=True)

    def clear(self) -> None:
        """They were of another session."""
        self._kept.clear()
