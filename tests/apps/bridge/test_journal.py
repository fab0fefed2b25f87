"""The journal: at most once, results kept until acknowledged, pruned later."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from openclaw.apps.bridge.journal import INTERRUPTED, CallState, Journal, Outcome
from openclaw.kit.clock import ManualClock

DONE = Outcome(ok=True, payload_json='{"a":1}')


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 21, tzinfo=UTC))


@pytest.fixture
def journal(tmp_path: Path, clock: ManualClock) -> Journal:
    return Journal(tmp_path / "journal.sqlite3", clock=clock)


def test_an_id_starts_once(journal: Journal) -> None:
    assert journal.find("a") is None
    assert journal.start("a", device_id="d", tool="exec")
    assert not journal.start("a", device_id="d", tool="exec")
    found = journal.find("a")
    assert found is not None
    assert (found.state, found.outcome) == (CallState.STARTED, None)


def test_the_first_outcome_stays(journal: Journal) -> None:
    journal.start("a", device_id="d", tool="exec")
    journal.finish("a", DONE)
    journal.finish("a", INTERRUPTED)
    assert not journal.start("a", device_id="d", tool="exec")
    found = journal.find("a")
    assert found is not None
    assert found.outcome == DONE


def test_results_wait_for_their_own_link(journal: Journal) -> None:
    for call_id, device_id in (("a", "d"), ("b", "other"), ("c", "d")):
        journal.start(call_id, device_id=device_id, tool="exec")
    journal.finish("a", DONE)
    journal.finish("b", DONE)
    assert journal.unacknowledged("d") == [("a", DONE)]
    journal.acknowledge("a")
    assert journal.unacknowledged("d") == []
    assert journal.interrupt_unfinished() == 1
    assert journal.unacknowledged("d") == [("c", INTERRUPTED)]


def test_after_the_link_only_the_ids_remain(journal: Journal, tmp_path: Path) -> None:
    journal.start("a", device_id="d", tool="exec")
    journal.finish("a", Outcome(ok=True, payload_json=f'"{"private words " * 10_000}"'))
    journal.start("b", device_id="d", tool="exec")
    journal.forget_results()
    assert journal.unacknowledged("d") == []
    for call_id in ("a", "b"):
        found = journal.find(call_id)
        assert found is not None
        assert (found.state, found.outcome) == (CallState.FINISHED, None)
        assert not journal.start(call_id, device_id="e", tool="exec")
    assert all(b"private words" not in file.read_bytes() for file in tmp_path.iterdir())


def test_pruning_keeps_what_may_still_be_asked_for(journal: Journal, clock: ManualClock) -> None:
    for call_id in ("acknowledged", "waiting"):
        journal.start(call_id, device_id="d", tool="exec")
        journal.finish(call_id, DONE)
    journal.acknowledge("acknowledged")
    clock.advance(timedelta(days=2))
    journal.prune()
    assert [call_id for call_id, _ in journal.unacknowledged("d")] == ["waiting"]
    known = journal.find("acknowledged")
    assert known is not None
    assert known.outcome is None
    clock.advance(timedelta(days=30))
    journal.prune()
    assert journal.unacknowledged("d") == []
    clock.advance(timedelta(days=90))
    journal.prune()
    assert journal.find("acknowledged") is None


def test_it_survives_its_process_and_is_the_owners_alone(
    journal: Journal, tmp_path: Path, clock: ManualClock
) -> None:
    journal.start("a", device_id="d", tool="exec")
    again = Journal(tmp_path / "journal.sqlite3", clock=clock)  # the first one was never closed
    assert again.find("a") is not None
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again.close()
    journal.close()
