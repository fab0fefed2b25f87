"""The durable job of a run: it leads the agent's run, in this very process, and looks when something has changed."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

import structlog

from openclaw.domains.tasks import repository
from openclaw.domains.tasks.events import task_topic
from openclaw.domains.tasks.jobs import lead
from openclaw.domains.tasks.jobs.lead import TaskSuperseded
from openclaw.domains.tasks.jobs.looking import Move, Next, is_still_moving
from openclaw.domains.tasks.jobs.moving import Carried, Mover
from openclaw.domains.tasks.models import TaskRunRow
from openclaw.domains.tasks.service.places import Slots
from openclaw.durable.together import Together
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.feed import user_topic
from openclaw.infra.scope import Actor, Role
from openclaw.kit import ids
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InternalError, OpenClawError, UnavailableError
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = structlog.get_logger(__name__)
_AGAIN = timedelta(seconds=1)
_Seen: TypeAlias = tuple[TaskRunRow, Next]
LeadAgent = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass
class _Leading:
    """One entry of a run, ``epoch`` 0 until the first look. ``agent``: the run of the agent that is led here now."""

    actor: Actor
    run_id: UUID
    woken: asyncio.Event
    epoch: int = 0
    conversation: str = ""
    agent_run_id: UUID | None = None
    agent: asyncio.Task[None] | None = None
    carried: Carried | None = None


class TaskJob:
    """Leads runs of tasks. Called with a run's names as often as needed: it goes on from the run's rows."""

    def __init__(
        self, *, database: Database, bus: EventBus, clock: Clock, lead_agent: LeadAgent, slots: Slots
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._lead_agent = lead_agent
        self._slots = slots
        self._mover = Mover(database, bus)
        self._entering = Together[Actor, UUID, _Seen](self._enter, subject_of=lambda run_id: run_id)

    async def __call__(self, payload: dict[str, Any]) -> None:
        """Bring one run to its end. Raises UnavailableError when the database is away: call again."""
        actor = Actor(
            user_id=UUID(hex=payload["userId"]),
            workspace_id=UUID(hex=payload["workspaceId"]),
            role=Role.MEMBER,
        )
        run_id = UUID(hex=payload["runId"])
        leading: _Leading | None = None
        try:
            async with self._bus.wakeups(task_topic(run_id)) as woken:
                leading = _Leading(actor, run_id, woken)
                with self._listening(leading):
                    await self._lead(leading)
        except TaskSuperseded:
            _log.info("somebody else leads the task, or it has ended", run_id=payload["runId"])
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  (whatever it was: a run that is left open can never be stopped)
            _log.exception("a task cannot go on", run_id=payload["runId"], exc_info=error)
            if leading is not None:
                words = error if isinstance(error, OpenClawError) else InternalError(request_id=run_id.hex)
                await self._give_up(leading, words)
        finally:
            if leading is not None and leading.agent is not None:
                await cancel_and_wait(leading.agent)

    async def _give_up(self, leading: _Leading, error: OpenClawError) -> None:
        with contextlib.suppress(TaskSuperseded):
            async with self._database.transaction(leading.actor) as scope:
                await lead.give_up(scope, leading.run_id, epoch=leading.epoch, slots=self._slots, error=error)

    async def _lead(self, leading: _Leading) -> None:
        is_parked = False
        while True:
            leading.woken.clear()
            if leading.epoch:
                run, found = await self._look(leading, was_parked=is_parked)
            else:
                run, found = await self._entering.ask(leading.actor, leading.run_id)
            leading.epoch, is_parked = run.epoch, found.is_parked
            leading.conversation = ids.to_wire("conv", run.conversation_id) if run.conversation_id else ""
            if found.is_over:
                return
            if found.move is not None:
                await self._move(leading, found.move)
                continue
            if found.agent_run_id is not None:
                self._begin_agent(leading, found.agent_run_id)
            await self._wait(leading, found)

    async def _enter(self, actor: Actor, run_ids: Sequence[UUID]) -> "list[_Seen | BaseException]":
        """Lead those runs from now on, and look at them."""
        async with self._database.transaction(actor) as scope:
            runs = await repository.enter_runs(scope, run_ids)
            found = await lead.look_first(scope, runs, slots=self._slots)
        seen = {run.id: (run, next_) for run, next_ in zip(runs, found, strict=True)}
        return [seen.get(run_id) or TaskSuperseded() for run_id in run_ids]

    async def _look(self, leading: _Leading, *, was_parked: bool) -> _Seen:
        async with self._database.transaction(leading.actor) as scope:
            run = await lead.enter(scope, leading.run_id, epoch=leading.epoch)
            found = await lead.look(
                scope, run, slots=self._slots, was_parked=was_parked, carried=leading.carried
            )
        return run, found

    async def _move(self, leading: _Leading, move: Move) -> None:
        """Read or write files, as long as that is wanted: of a host that is lost nobody waits for each file."""
        given_up = asyncio.Event()
        watcher = spawn(self._watch_move(leading, move, given_up), name="task move watch")
        try:
            if move.is_reading:
                leading.carried = await self._mover.read(
                    leading.actor,
                    move.conversation_id,
                    move.device_id,
                    key=move.key,
                    given_up=given_up,
                    so_far=leading.carried,
                )
            elif leading.carried is not None:
                await self._mover.write(
                    leading.actor,
                    move.conversation_id,
                    move.device_id,
                    leading.carried,
                    key=move.key,
                    given_up=given_up,
                )
        finally:
            await cancel_and_wait(watcher)

    async def _watch_move(self, leading: _Leading, move: Move, given_up: asyncio.Event) -> None:
        while not given_up.is_set():
            async with self._database.transaction(leading.actor, is_quiet=True) as scope:
                run = await repository.find_run(scope, leading.run_id)
            if run is None or run.epoch != leading.epoch or not is_still_moving(run, move.key):
                given_up.set()
            else:
                await leading.woken.wait()
                leading.woken.clear()

    def _begin_agent(self, leading: _Leading, agent_run_id: UUID) -> None:
        """Lead that run of the agent, unless that is done already."""
        is_led = leading.agent is not None and not leading.agent.done()
        if is_led and leading.agent_run_id == agent_run_id:
            return
        leading.carried = None
        leading.agent_run_id = agent_run_id
        leading.agent = spawn(self._run_agent(leading, agent_run_id), name="task agent")

    async def _run_agent(self, leading: _Leading, agent_run_id: UUID) -> None:
        payload = {
            "runId": agent_run_id.hex,
            "workspaceId": leading.actor.workspace_id.hex,
            "userId": leading.actor.user_id.hex,
        }
        try:
            await self._lead_agent(payload)
        except UnavailableError:
            await self._clock.sleep(_AGAIN)
        finally:
            leading.woken.set()

    async def _wait(self, leading: _Leading, found: Next) -> None:
        """Until something has changed; the bus may have missed it, so not for ever."""
        timer = spawn(self._ring(leading.woken, found.wait), name="task timer")
        try:
            await leading.woken.wait()
        finally:
            await cancel_and_wait(timer)

    async def _ring(self, woken: asyncio.Event, wait: timedelta) -> None:
        await self._clock.sleep(wait)
        woken.set()

    @contextlib.contextmanager
    def _listening(self, leading: _Leading) -> Generator[None]:
        """Look whenever the run of the agent tells something but text."""

        def hear(_topic: str, body: dict[str, Any]) -> None:
            payload, run_id = body.get("payload", {}), leading.agent_run_id
            if run_id is None or body.get("event") == "chat":
                return
            if body.get("event") == "sessions.changed":
                is_ours = payload["sessionKey"] == leading.conversation
                if is_ours and payload["reason"] in ("run", "runtime"):  # it waits, or the machine has it
                    leading.woken.set()
                return
            if payload.get("stream") == "lifecycle" and payload["data"]["phase"] == "start":
                return  # that it begins is what was done about it
            name = ids.to_wire("run", run_id)
            approval = payload.get("approval")
            if payload.get("run") == name or (isinstance(approval, dict) and approval.get("runId") == name):
                leading.woken.set()

        topic = user_topic(leading.actor.user_id, leading.actor.workspace_id)
        self._bus.subscribe(topic, hear)
        try:
            yield
        finally:
            self._bus.unsubscribe(topic, hear)
