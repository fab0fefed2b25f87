"""Whether a run is on, from events alone: ``isStreaming`` is late after a prompt and false between two retries.

Times are seconds of one monotonic clock, passed in.
"""

from openclaw.protocol.pi.records import Event

# After `agent_end` a runtime that does not say `agent_settled` may still retry or compact, within a few milliseconds.
END_SECONDS = 0.05
# An accepted prompt that was an extension's command starts no run at all.
START_SECONDS = 5.0

_COMPACTION_STARTS = frozenset({"compaction_start", "auto_compaction_start"})
_COMPACTION_ENDS = frozenset({"compaction_end", "auto_compaction_end"})


class BusyTracker:
    """Busy from an accepted prompt to the run's end. Ask ``is_busy``; ``decides_at`` says when it may change alone."""

    def __init__(self, *, sends_settled: bool = False) -> None:
        self._sends_settled = sends_settled
        self._is_running = False
        self._idle_at: float | None = None
        self._is_compacting = False

    @property
    def decides_at(self) -> float | None:
        """When ``is_busy`` turns false if nothing more is heard; None when that is not due."""
        return self._idle_at if self._is_running else None

    @property
    def is_compacting(self) -> bool:
        """Whether the context is being summarised, by command or by itself."""
        return self._is_compacting

    def is_busy(self, now: float) -> bool:
        """Whether a run is on at ``now``."""
        if self._idle_at is not None and now >= self._idle_at:
            self._rest()
        return self._is_running

    def accepted(self, now: float) -> None:
        """A prompt was accepted: as a run, into the queue of the one that is on, or as a command that has ended."""
        if not self.is_busy(now) or self._idle_at is not None:
            self._is_running, self._idle_at = True, now + START_SECONDS

    def ended(self) -> None:
        """No run can be on: the session was changed, the prompt failed late, or the process has ended."""
        self._rest()
        self._is_compacting = False

    def heard(self, event: Event, now: float) -> None:
        """Take ``event`` into account."""
        kind, members = event.type, event.members
        if kind == "agent_start":
            self._is_running, self._idle_at = True, None
        elif kind == "agent_settled":
            self._sends_settled = True
            self._rest()
        elif kind == "agent_end":
            if members.get("willRetry") is not True and not self._sends_settled:
                self._ends_soon(now)
        elif kind == "auto_retry_start":
            self._is_running, self._idle_at = True, None
        elif kind == "auto_retry_end":
            if members.get("success") is False and self._idle_at is None:  # given up in the pause
                self._ends_soon(now)
        elif kind in _COMPACTION_STARTS:
            self._is_compacting = True
            if _is_part_of_a_run(event) and self.is_busy(now):
                self._idle_at = None  # it goes on with the same prompt afterwards
        elif kind in _COMPACTION_ENDS:
            self._is_compacting = False
            if _is_part_of_a_run(event) and self._is_running and self._idle_at is None:
                self._idle_at = now + (START_SECONDS if members.get("willRetry") is True else END_SECONDS)

    def _ends_soon(self, now: float) -> None:
        if self._is_running:
            self._idle_at = now + END_SECONDS

    def _rest(self) -> None:
        self._is_running, self._idle_at = False, None


def _is_part_of_a_run(compaction: Event) -> bool:
    return compaction.members.get("reason") not in {"manual", "threshold"}
