"""The durable job of a run: enter, carry out what the interpreter asks for, write each step once, until its end."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from openclaw.domains.workflows import repository
from openclaw.domains.workflows.errors import StepFailedError
from openclaw.domains.workflows.events import run_topic
from openclaw.domains.workflows.jobs.carrying import Carriers, StepCall, Stopper, carry_out
from openclaw.domains.workflows.jobs.entry import (
    Entry,
    Questioned,
    RunSuperseded,
    answered,
    asking,
    error_of,
    log_asked,
    log_try,
    signalled,
    waits_for_signals,
    working_of,
)
from openclaw.domains.workflows.jobs.ledger import Ledger, Write
from openclaw.domains.workflows.jobs.replay import KeptStep, replay
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.machine.messages import (
    Cancelled,
    Command,
    Drop,
    End,
    Ended,
    Outcome,
    Passed,
    Record,
    Work,
)
from openclaw.domains.workflows.repository import signals
from openclaw.domains.workflows.service.bodies import unpack, values_of
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.blobs import BlobStore
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.jsonb import storable
from openclaw.infra.metrics import WORKFLOW_RUNS
from openclaw.infra.scope import Actor, Role
from openclaw.infra.secrets import KeyRing
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InternalError, OpenClawError, UnavailableError
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = structlog.get_logger(__name__)
MAX_ENTRIES = 50
_A_MOMENT = timedelta(milliseconds=100)
_ASKED = frozenset({"approval", "signal"})  # answered by way of rows
_WAITING = _ASKED | {"subworkflow"}
_PARKED = frozenset({"waiting", "delayed"})  # the run takes up no room among the workspace's


class WorkflowJob:
    """Runs workflows. Called with a run's names as often as needed: it goes on from the run's rows."""

    def __init__(
        self,
        *,
        database: Database,
        bus: EventBus,
        blobs: BlobStore,
        keys: KeyRing,
        clock: Clock,
        carriers: Carriers,
    ) -> None:
        self._database = database
        self._ledger = Ledger(database, bus)
        self._bus = bus
        self._blobs = blobs
        self._keys = keys
        self._clock = clock
        self._carriers = carriers

    async def __call__(self, payload: dict[str, Any]) -> None:
        """Bring one run to its end. Raises UnavailableError when the database is away: call again."""
        actor = Actor(
            user_id=UUID(hex=payload["userId"]),
            workspace_id=UUID(hex=payload["workspaceId"]),
            role=Role.MEMBER,
        )
        run_id = UUID(hex=payload["runId"])
        entry: Entry | None = None
        try:
            async with self._bus.wakeups(run_topic(run_id)) as woken:
                entry = await self._enter(actor, run_id)
                if entry is not None:
                    await self._work(entry, woken)
        except RunSuperseded:
            _log.info("another process goes on with the workflow run", run_id=payload["runId"])
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  (whatever it was: a run that is left open can never be stopped)
            _log.exception("a workflow run cannot go on", run_id=payload["runId"], exc_info=error)
            words = error if isinstance(error, OpenClawError) else InternalError(request_id=run_id.hex)
            await self._give_up(actor, run_id, entry.epoch if entry else None, words)
        finally:
            if entry is not None:
                await cancel_and_wait(*entry.tasks.values(), *filter(None, [entry.timer, entry.soon]))

    async def _enter(self, actor: Actor, run_id: UUID) -> Entry | None:
        entered = await self._ledger.enter(actor, run_id)
        if entered is None:
            return None
        run = entered.run
        obstacle: OpenClawError | None = None
        if run.epoch > MAX_ENTRIES:
            obstacle = StepFailedError(step="–", reason=f"interrupted {MAX_ENTRIES} times")
        elif entered.role in (None, Role.VIEWER):
            obstacle = NotAllowedError(role=entered.role or "–")
        if obstacle is not None:
            await self._fail(actor, run_id, run.epoch, obstacle)
            return None
        steps = [
            KeptStep(
                row,
                await unpack(actor, self._blobs, row.input),
                await unpack(actor, self._blobs, row.output),
            )
            for row in entered.steps
        ]
        at = await replay(entered.definition, run, steps, clock=self._clock)
        # What was wanted before is looked at before anything begins.
        is_held = run.paused_at is not None or run.cancel_requested_at is not None
        logs = {row.path: list(row.logs) for row in entered.steps if row.logs and row.finished_at is None}
        entry = Entry(actor, run_id, run.epoch, run.depth, run.is_dry, at, is_paused=is_held, logs=logs)
        if is_held or any(row.answer is not None for row in entered.steps):
            entry.inbox.put_nowait(None)
        return entry

    async def _give_up(self, actor: Actor, run_id: UUID, epoch: int | None, error: OpenClawError) -> None:
        if epoch is None:  # what failed was the entry, which may be undone
            entered = await self._ledger.enter(actor, run_id)
            if entered is None:
                return
            epoch = entered.run.epoch
        await self._fail(actor, run_id, epoch, error)

    async def _fail(self, actor: Actor, run_id: UUID, epoch: int, error: OpenClawError) -> None:
        end = Write(
            run_id,
            epoch,
            "failed",
            changes_state=True,
            finished_at=self._clock.now(),
            output={"value": None},
            error=storable({**error.to_wire(), "path": None}),
        )
        await self._ledger.write(actor, end)
        WORKFLOW_RUNS.labels("failed").inc()

    async def _work(self, entry: Entry, woken: asyncio.Event) -> None:
        machine = entry.at.machine
        watcher = spawn(self._watch(entry, woken), name="workflow run watch")
        try:
            commands: list[Command] = entry.at.commands
            while True:
                if await self._carry(entry, commands):
                    return
                if machine.has_more:
                    await self._clock.sleep(timedelta())  # others of this process have their turn
                if not machine.has_more or not entry.inbox.empty():
                    await self._await_event(entry)
                commands = machine.proceed()
        finally:
            await cancel_and_wait(watcher)

    async def _watch(self, entry: Entry, woken: asyncio.Event) -> None:
        while True:
            await woken.wait()
            woken.clear()
            entry.inbox.put_nowait(None)

    # Commands

    async def _carry(self, entry: Entry, commands: Sequence[Command]) -> bool:
        """Write what is to be kept, then begin what is to be begun. True when the run has ended."""
        records: dict[str, Record] = {}
        works: dict[str, Work] = {}
        end: End | None = None
        for command in commands:
            match command:
                case Record():
                    if command.path not in entry.at.ended:
                        records[command.path] = command
                case Work():
                    works[command.path] = command
                case Drop():
                    works.pop(command.path, None)
                    await self._drop(entry, command.path)
                case End():
                    end = command
        waits_for = entry.at.machine.waits_for
        entry.works = {path: work for path, work in (entry.works | works).items() if path in waits_for}
        for path, work in works.items():
            if work.step.type in _ASKED and path not in records:
                records[path] = asking(work)
                log_asked(entry, work)
        await self._write(entry, list(records.values()), end, begins_work=bool(works) and not entry.is_new)
        if end is not None:
            return True
        if entry.is_new:
            entry.is_new, entry.has_news = False, bool(works)
            entry.soon = spawn(self._write_soon(entry), name="workflow run news")
        for work in works.values():
            self._begin(entry, work)
        return False

    async def _write_soon(self, entry: Entry) -> None:
        """What a run begins with is written only when it takes a moment: most have ended by then."""
        await self._clock.sleep(_A_MOMENT)
        entry.inbox.put_nowait(Passed(self._clock.now()))

    def _begin(self, entry: Entry, work: Work) -> None:
        if entry.is_dry:
            failure = StepError(
                "no_recorded_output", "There is no recorded output for this step.", is_final=True
            )
            entry.inbox.put_nowait(
                Ended(work.path, work.attempt, self._clock.now(), Outcome(failure=failure))
            )
        elif work.step.type in _ASKED:
            entry.asked[work.path] = work
            if work.step.type == "signal":  # it may have come before
                entry.inbox.put_nowait(None)
        elif entry.is_paused:
            entry.held[work.path] = work
        else:
            entry.tasks[work.path] = spawn(self._run_step(entry, work), name="workflow step")

    async def _run_step(self, entry: Entry, work: Work) -> None:
        while True:
            try:
                outcome = await carry_out(
                    self._carriers,
                    self._database,
                    self._keys,
                    entry.actor,
                    entry.run_id,
                    work,
                    depth=entry.depth,
                    waits=lambda asked: entry.tell_question(work.path, asked, self._clock.now()),
                    log=lambda text: entry.log(work.path, self._clock.now(), text),
                )
                break
            except UnavailableError:
                await self._clock.sleep(timedelta(seconds=1))
            except Exception as error:  # noqa: BLE001  (a defect must end the step with words, not leave it open)
                _log.exception("a workflow step failed", path=work.path, exc_info=error)
                outcome = Outcome(failure=StepError("internal", "Something went wrong on our side."))
                break
        entry.inbox.put_nowait(Ended(work.path, work.attempt, self._clock.now(), outcome))

    async def _drop(self, entry: Entry, path: str) -> None:
        entry.held.pop(path, None)
        entry.asked.pop(path, None)
        if (task := entry.tasks.pop(path, None)) is None:
            return
        await cancel_and_wait(task)
        work = entry.works[path]
        carrier = self._carriers.get(work.step.type)
        if isinstance(carrier, Stopper):
            await carrier.stop(StepCall(entry.actor, entry.run_id, work, work.inputs, entry.depth))

    # Events

    async def _await_event(self, entry: Entry) -> None:
        """Wait until something has happened, and feed all that has."""
        self._set_timer(entry)
        events = [await entry.inbox.get()]
        while not entry.inbox.empty():
            events.append(entry.inbox.get_nowait())
        at = self._at(entry)
        machine = entry.at.machine
        for event in events:
            if isinstance(event, Ended):
                entry.tasks.pop(event.path, None)
                entry.questions.pop(event.path, None)
                machine.feed(Ended(event.path, event.attempt, at, event.outcome))
            elif isinstance(event, Questioned):
                entry.note_question(event)
        if None in events:
            await self._look(entry, at)
        machine.feed(Passed(at))

    def _set_timer(self, entry: Entry) -> None:
        """Have time told when it is due. An earlier timer may stay: that it is too early does no harm."""
        due_at = entry.at.machine.due_at
        if due_at is None or entry.is_paused or (entry.timer_at is not None and entry.timer_at <= due_at):
            return

        async def wait() -> None:
            await self._clock.sleep(due_at - self._clock.now())
            entry.timer_at = None
            entry.inbox.put_nowait(Passed(due_at))

        if entry.timer is not None:
            entry.timer.cancel()
        entry.timer, entry.timer_at = spawn(wait(), name="workflow run timer"), due_at

    def _at(self, entry: Entry) -> datetime:
        """Now, and never before what is in the rows: another machine's clock may have been ahead."""
        entry.at.last_at = max(entry.at.last_at, self._clock.now())
        return entry.at.last_at

    async def _look(self, entry: Entry, at: datetime) -> None:
        """Read what people want of the run, and what they have answered."""
        async with self._database.transaction(entry.actor, is_quiet=True) as scope:
            run = await repository.find_run(scope, entry.run_id)
            answers = await repository.list_answers(scope, entry.run_id) if entry.asked else {}
            taken = await signals.take(scope, entry.run_id, waits_for_signals(entry))
        if run is None or run.epoch != entry.epoch or run.finished_at is not None:
            raise RunSuperseded
        if run.cancel_requested_at is not None:
            entry.at.machine.feed(Cancelled(at))
            return
        for path, answer in answers.items():
            if (work := entry.asked.pop(path, None)) is not None:
                entry.log(path, at, f"{answer['by']} said {'yes' if answer['approved'] else 'no'}.")
                entry.at.machine.feed(Ended(path, work.attempt, at, answered(answer)))
        for path, signal in taken.items():
            work, outcome = entry.asked.pop(path), signalled(signal)
            entry.log(path, at, f"It was sent by {outcome.output['by']} at {signal.sent_at.isoformat()}.")
            entry.at.machine.feed(Ended(path, work.attempt, at, outcome))
        entry.is_paused = run.paused_at is not None
        if not entry.is_paused:
            held, entry.held = entry.held, {}
            for work in held.values():
                self._begin(entry, work)

    # Rows

    async def _write(
        self, entry: Entry, records: Sequence[Record], end: End | None, *, begins_work: bool
    ) -> None:
        state = end.state if end is not None else self._state(entry)
        if not records and state == entry.state and not begins_work and not entry.has_news:
            return
        steps: list[dict[str, Any]] = []
        for record in records:
            entry.at.seq += 1
            log_try(entry, record)
            logs = entry.logs.get(record.path)
            steps.append(
                await values_of(entry.actor, self._blobs, entry.run_id, record, seq=entry.at.seq, logs=logs)
            )
        write = Write(
            entry.run_id,
            entry.epoch,
            state,
            steps,
            begins_work,
            changes_state=state != entry.state,
            seq=entry.at.seq,
            working=None if end is not None else working_of(entry),
            parks=None if (state in _PARKED) is (entry.state in _PARKED) else state in _PARKED,
        )
        if end is not None:
            error = error_of(end)
            write = replace(
                write,
                finished_at=self._clock.now(),
                output=storable({"value": end.output}),
                error=storable({**error.to_wire(), "path": end.path}) if error else None,
            )
        await self._ledger.write(entry.actor, write)
        if end is not None:
            WORKFLOW_RUNS.labels(end.state).inc()
        entry.state, entry.has_news = state, False
        for step in steps:
            if step["finished_at"] is not None:
                entry.at.ended.add(step["path"])
                entry.logs.pop(step["path"], None)

    def _state(self, entry: Entry) -> str:
        machine = entry.at.machine
        if entry.is_paused:
            return "waiting"
        if not machine.waits_for:
            return "delayed" if machine.due_at is not None and not machine.has_more else "running"
        is_waiting = all(
            entry.works[path].step.type in _WAITING or path in entry.questions for path in machine.waits_for
        )
        return "waiting" if is_waiting else "running"
