"""The durable job of a run: enter, carry out what the interpreter asks for, write each step once, until its end."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from openclaw.domains.workflows import repository
from openclaw.domains.workflows.errors import StepFailedError
from openclaw.domains.workflows.events import run_changed_topic, run_topic
from openclaw.domains.workflows.jobs.carrying import Carriers, StepCall, Stopper, carry_out
from openclaw.domains.workflows.jobs.entry import (
    Entry,
    RunSuperseded,
    answered,
    asking,
    error_of,
    working_of,
)
from openclaw.domains.workflows.jobs.replay import KeptStep, replay
from openclaw.domains.workflows.language.definition import Definition
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
from openclaw.domains.workflows.service.bodies import unpack, values_of
from openclaw.domains.workspaces import service as workspaces
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.blobs import BlobStore
from openclaw.infra.bus import EventBus, publish
from openclaw.infra.db import Database
from openclaw.infra.feed import tell
from openclaw.infra.jsonb import storable
from openclaw.infra.metrics import WORKFLOW_RUNS
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.infra.secrets import KeyRing
from openclaw.kit import ids
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InternalError, OpenClawError, UnavailableError
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = structlog.get_logger(__name__)
MAX_ENTRIES = 50
_TOLD_STEPS = 50
_WAITING = frozenset({"approval", "subworkflow"})


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
                    woken.set()  # answers and wishes from before are in the rows
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
                await cancel_and_wait(*entry.tasks.values())

    async def _enter(self, actor: Actor, run_id: UUID) -> Entry | None:
        async with self._database.transaction(actor) as scope:
            run = await repository.enter_run(scope, run_id)
            if run is None:
                return None
            role = await workspaces.find_role(scope)
            obstacle: OpenClawError | None = None
            if run.epoch > MAX_ENTRIES:
                obstacle = StepFailedError(step="–", reason=f"interrupted {MAX_ENTRIES} times")
            elif role in (None, Role.VIEWER):
                obstacle = NotAllowedError(role=role or "–")
            if obstacle is not None:
                await self._finish(scope, run_id, run.epoch, error=obstacle)
                await self._tell(scope, run_id, "failed")
                return None
            version = await repository.find_version(scope, run.workflow_id, run.version)
            assert version is not None, "a run keeps its version"
            steps = [
                KeptStep(
                    row,
                    await unpack(scope, self._blobs, row.input),
                    await unpack(scope, self._blobs, row.output),
                )
                for row in await repository.list_steps(scope, run_id)
            ]
        at = replay(Definition.model_validate(version.definition), run, steps, now=self._clock.now())
        # What was wanted before is looked at before anything begins.
        is_held = run.paused_at is not None or run.cancel_requested_at is not None
        return Entry(actor, run_id, run.workflow_id, run.epoch, run.depth, run.is_dry, at, is_paused=is_held)

    async def _give_up(self, actor: Actor, run_id: UUID, epoch: int | None, error: OpenClawError) -> None:
        async with self._database.transaction(actor) as scope:
            if epoch is None:  # what failed was the entry, which is undone
                run = await repository.enter_run(scope, run_id)
                if run is None:
                    return
                epoch = run.epoch
            await self._finish(scope, run_id, epoch, error=error)
            await self._tell(scope, run_id, "failed")

    async def _work(self, entry: Entry, woken: asyncio.Event) -> None:
        machine = entry.at.machine
        watcher = spawn(self._watch(entry, woken), name="workflow run watch")
        try:
            commands: list[Command] = entry.at.commands
            while True:
                if await self._carry(entry, commands):
                    return
                if not machine.has_more:
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
        entry.works = {p: w for p, w in (entry.works | works).items() if p in entry.at.machine.waits_for}
        for path, work in works.items():
            if work.step.type == "approval" and path not in records:
                records[path] = asking(work)
        await self._write(entry, list(records.values()), end, begins_work=bool(works))
        if end is not None:
            return True
        for work in works.values():
            self._begin(entry, work)
        return False

    def _begin(self, entry: Entry, work: Work) -> None:
        if entry.is_dry:
            failure = StepError(
                "no_recorded_output", "There is no recorded output for this step.", is_final=True
            )
            entry.inbox.put_nowait(
                Ended(work.path, work.attempt, self._clock.now(), Outcome(failure=failure))
            )
        elif work.step.type == "approval":
            entry.asked[work.path] = work
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
        timer = self._timer(entry)
        try:
            events = [await entry.inbox.get()]
        finally:
            if timer is not None:
                await cancel_and_wait(timer)
        while not entry.inbox.empty():
            events.append(entry.inbox.get_nowait())
        at = self._at(entry)
        machine = entry.at.machine
        for event in events:
            if event is not None:
                entry.tasks.pop(event.path, None)
                machine.feed(Ended(event.path, event.attempt, at, event.outcome))
        if None in events:
            await self._look(entry, at)
        machine.feed(Passed(at))

    def _timer(self, entry: Entry) -> asyncio.Task[None] | None:
        due_at = entry.at.machine.due_at
        if due_at is None or entry.is_paused:
            return None

        async def wait() -> None:
            await self._clock.sleep(due_at - self._clock.now())
            entry.inbox.put_nowait(None)

        return spawn(wait(), name="workflow run timer")

    def _at(self, entry: Entry) -> datetime:
        """Now, and never before what is in the rows: another machine's clock may have been ahead."""
        entry.at.last_at = max(entry.at.last_at, self._clock.now())
        return entry.at.last_at

    async def _look(self, entry: Entry, at: datetime) -> None:
        """Read what people want of the run, and what they have answered."""
        async with self._database.transaction(entry.actor, is_quiet=True) as scope:
            run = await repository.find_run(scope, entry.run_id)
            answers = await repository.list_answers(scope, entry.run_id) if entry.asked else {}
        if run is None or run.epoch != entry.epoch or run.finished_at is not None:
            raise RunSuperseded
        if run.cancel_requested_at is not None:
            entry.at.machine.feed(Cancelled(at))
            return
        for path, answer in answers.items():
            if (work := entry.asked.pop(path, None)) is not None:
                entry.at.machine.feed(Ended(path, work.attempt, at, answered(answer)))
        entry.is_paused = run.paused_at is not None
        if not entry.is_paused:
            held, entry.held = entry.held, {}
            for work in held.values():
                self._begin(entry, work)

    # Rows

    async def _write(
        self, entry: Entry, records: Sequence[Record], end: End | None, *, begins_work: bool
    ) -> None:
        state = self._state(entry)
        if not records and end is None and state == entry.state and not begins_work:
            return
        async with self._database.transaction(entry.actor) as scope:
            if begins_work:  # nothing is done any more for somebody who has left
                await workspaces.check_still_member(scope)
            if end is not None:
                error = error_of(end)
                await self._finish(
                    scope,
                    entry.run_id,
                    entry.epoch,
                    state=end.state,
                    output=end.output,
                    error=error,
                    path=end.path,
                )
            elif not await repository.update_entered(
                scope, entry.run_id, epoch=entry.epoch, state=state, working=working_of(entry)
            ):
                raise RunSuperseded
            values: list[dict[str, Any]] = []
            for record in records:
                entry.at.seq += 1
                values.append(await values_of(scope, self._blobs, entry.run_id, record, seq=entry.at.seq))
            await repository.write_steps(scope, values)
            working = [] if end else working_of(entry)
            await self._tell(scope, entry.run_id, end.state if end else state, records, entry.at.seq, working)
        entry.state = state
        entry.at.ended.update(v["path"] for v in values if v["finished_at"] is not None)

    def _state(self, entry: Entry) -> str:
        machine = entry.at.machine
        if entry.is_paused:
            return "waiting"
        if not machine.waits_for:
            return "delayed" if machine.due_at is not None and not machine.has_more else "running"
        is_waiting = all(entry.works[path].step.type in _WAITING for path in machine.waits_for)
        return "waiting" if is_waiting else "running"

    async def _finish(
        self,
        scope: Scope,
        run_id: UUID,
        epoch: int,
        *,
        state: str = "failed",
        output: Any = None,
        error: OpenClawError | None = None,
        path: str | None = None,
    ) -> None:
        wire = storable({**error.to_wire(), "path": path}) if error else None
        is_ours = await repository.update_entered(
            scope,
            run_id,
            epoch=epoch,
            state=state,
            output=storable({"value": output}),
            error=wire,
            working=None,
            finished_at=scope.now(),
        )
        if not is_ours:
            raise RunSuperseded
        WORKFLOW_RUNS.labels(state).inc()

    async def _tell(
        self,
        scope: Scope,
        run_id: UUID,
        state: str,
        records: Sequence[Record] = (),
        seq: int | None = None,
        working: Sequence[dict[str, Any]] = (),
    ) -> None:
        """Who watches is told names and states; ``seq`` is the newest row, so that a page knows what it has missed."""
        steps = [{"path": record.path, "state": record.state} for record in records[-_TOLD_STEPS:]]
        steps += [{"path": step["path"], "state": "running"} for step in working[:_TOLD_STEPS]]
        body = {"state": state, "seq": seq, "steps": steps}
        await publish(scope, run_changed_topic(run_id), {"state": state})
        payload = {"runId": ids.to_wire("wrun", run_id), **body}
        await tell(
            scope, scope.user_id, scope.workspace_id, {"event": "workflow.changed", "payload": payload}
        )
