"""When a run is on: the event orders that were recorded, and those that lie."""

from typing import Any

import pytest

from openclaw.protocol.pi.busy import END_SECONDS, START_SECONDS, BusyTracker
from openclaw.protocol.pi.profile import Profile, learn, profile_of_version
from openclaw.protocol.pi.records import Answer, Event


def _hear(tracker: BusyTracker, now: float, *types: str, **members: Any) -> None:
    for kind in types:
        tracker.heard(Event(kind, members), now)


def _in_a_run(*, sends_settled: bool = False) -> BusyTracker:
    tracker = BusyTracker(sends_settled=sends_settled)
    assert not tracker.is_busy(0)
    tracker.accepted(0)
    assert tracker.is_busy(0)
    _hear(tracker, 1, "agent_start", "turn_start")
    assert tracker.decides_at is None
    assert tracker.is_busy(1000)
    return tracker


def test_settled_ends_a_run() -> None:
    tracker = _in_a_run()
    _hear(tracker, 2, "agent_end", willRetry=False)
    _hear(tracker, 2.001, "agent_settled")
    assert not tracker.is_busy(2.001)
    tracker.accepted(3)
    _hear(tracker, 3, "agent_start")
    _hear(tracker, 4, "agent_end", willRetry=False)
    assert tracker.is_busy(60)  # it has said `agent_settled` before, so it will again


def test_a_runtime_that_is_known_to_settle_is_not_guessed_at() -> None:
    tracker = _in_a_run(sends_settled=True)
    _hear(tracker, 2, "agent_end")
    assert tracker.is_busy(60)


def test_an_end_counts_when_nothing_follows() -> None:
    tracker = _in_a_run()
    _hear(tracker, 2, "agent_end")
    assert tracker.decides_at == 2 + END_SECONDS
    assert tracker.is_busy(2.049)
    assert not tracker.is_busy(2.05)
    assert tracker.decides_at is None


@pytest.mark.parametrize(
    ("event", "members"),
    [
        ("auto_retry_start", {"attempt": 1}),
        ("agent_start", {}),
        ("compaction_start", {"reason": "overflow"}),
        ("auto_compaction_start", {"reason": "overflow"}),
        ("auto_compaction_start", {}),
    ],
)
def test_an_end_that_something_follows_is_none(event: str, members: dict[str, Any]) -> None:
    tracker = _in_a_run()
    _hear(tracker, 2, "agent_end")
    _hear(tracker, 2.01, event, **members)
    assert tracker.is_busy(60)


def test_a_retry_that_is_given_up_ends_the_run() -> None:
    tracker = _in_a_run()
    _hear(tracker, 2, "agent_end")
    _hear(tracker, 2.01, "auto_retry_start")
    _hear(tracker, 9, "auto_retry_end", success=False)
    assert not tracker.is_busy(9 + END_SECONDS)


def test_a_retry_that_succeeds_goes_on() -> None:
    tracker = _in_a_run()
    _hear(tracker, 2, "agent_end")
    _hear(tracker, 2.01, "auto_retry_start")
    _hear(tracker, 3, "agent_start")
    _hear(tracker, 4, "auto_retry_end", success=True)
    assert tracker.is_busy(5)
    _hear(tracker, 5, "turn_end", "agent_end")
    assert not tracker.is_busy(5 + END_SECONDS)


def test_will_retry_is_no_end() -> None:
    tracker = _in_a_run()
    _hear(tracker, 2, "agent_end", willRetry=True)
    assert tracker.is_busy(60)


def test_compaction_of_an_overflow_holds_the_run() -> None:
    tracker = _in_a_run()
    _hear(tracker, 2, "agent_end")
    _hear(tracker, 2.01, "compaction_start", reason="overflow")
    assert tracker.is_compacting
    _hear(tracker, 8, "compaction_end", reason="overflow", willRetry=True)
    assert tracker.is_busy(9)
    _hear(tracker, 9, "agent_start")
    assert tracker.is_busy(60)


def test_compaction_that_fails_ends_the_run() -> None:
    tracker = _in_a_run()
    _hear(tracker, 2, "agent_end")
    _hear(tracker, 2.01, "compaction_start", reason="overflow")
    _hear(tracker, 8, "compaction_end", reason="overflow", aborted=True)
    assert not tracker.is_busy(8 + END_SECONDS)


def test_compaction_for_room_is_no_run() -> None:
    tracker = _in_a_run()
    _hear(tracker, 2, "agent_end")
    _hear(tracker, 2.01, "compaction_start", reason="threshold")
    assert not tracker.is_busy(2.05)
    assert tracker.is_compacting
    _hear(tracker, 8, "compaction_end", reason="threshold")
    assert not tracker.is_compacting


def test_an_extensions_command_starts_no_run() -> None:
    tracker = BusyTracker()
    tracker.accepted(0)
    assert tracker.decides_at == START_SECONDS
    assert not tracker.is_busy(START_SECONDS)
    _hear(tracker, 9, "agent_start")  # slow, and a run after all
    assert tracker.is_busy(60)


def test_a_message_that_is_queued_changes_nothing() -> None:
    tracker = _in_a_run()
    tracker.accepted(2)
    assert tracker.decides_at is None
    _hear(tracker, 3, "agent_end")
    tracker.accepted(3.01)  # after the end: a run of its own
    assert tracker.is_busy(3 + 2 * END_SECONDS)


def test_a_change_of_session_or_an_exit_ends_whatever_was_on() -> None:
    tracker = _in_a_run()
    _hear(tracker, 2, "compaction_start", reason="manual")
    tracker.ended()
    assert not tracker.is_busy(2)
    assert not tracker.is_compacting


def test_versions() -> None:
    assert profile_of_version("0.73.1\n") == Profile("npm", (0, 73, 1))
    newest = profile_of_version("(node:1) warning\n0.87.1\n")
    assert newest == Profile("npm", (0, 87, 1), sends_settled=True)
    assert newest.has_clear_queue
    rust = profile_of_version("pi 0.1.0 (abc 2026-02-07)\n")
    assert (rust.family, rust.version, rust.blocks_reads_in_a_run) == ("rust", (0, 1, 0), True)
    assert profile_of_version("command not found") == Profile()


def test_what_is_seen_tells_the_family() -> None:
    npm = Answer("i", "get_state", success=True, data={"model": {}, "sessionId": "s"})
    rust = Answer("i", "get_state", success=True, data={"model": None, "sessionFile": None})
    assert learn(Profile(), npm).family == "npm"
    assert learn(Profile(), rust).family == "rust"
    assert learn(Profile("npm"), rust).family == "npm"  # a version says more than a shape
    assert learn(Profile(), Event("agent_start", {"sessionId": "s"})).family == "rust"
    assert learn(Profile(), Event("agent_start")) == Profile()
    settled = learn(Profile(), Event("agent_settled"))
    assert settled == Profile("npm", sends_settled=True)
    assert settled.has_clear_queue
    assert not Profile("npm", (0, 73, 1)).has_clear_queue
    failed = Answer("i", "get_state", success=False)
    assert learn(Profile(), failed) == Profile()
