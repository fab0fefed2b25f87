"""One look at a run that is led: read what is, note it, and do what follows. All of it is in rows, so that any leader
can look at any time; what takes longer than a transaction is left to `run`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from openclaw.domains.agents.errors import ConversationGoneError
from openclaw.domains.agents.service import leading, runs
from openclaw.domains.agents.service.leading import Seen
from openclaw.domains.agents.service.runs import Terms
from openclaw.domains.conversations.service import errands
from openclaw.domains.conversations.service.errands import Errand
from openclaw.domains.tasks import repository
from openclaw.domains.tasks.errors import HostLostError, TaskTimedOutError
from openclaw.domains.tasks.events import TASK_ENDED
from openclaw.domains.tasks.jobs.moving import Carried
from openclaw.domains.tasks.jobs.seeing import forget_told, see
from openclaw.domains.tasks.jobs.telling import tell_ended, tell_outcome
from openclaw.domains.tasks.models import TaskRunRow
from openclaw.domains.tasks.policy import PARKED
from openclaw.domains.tasks.schemas import State
from openclaw.domains.tasks.service import joining
from openclaw.domains.tasks.service.log import Log, write_logs
from openclaw.domains.tasks.service.places import Place, Slots, place_of
from openclaw.domains.workspaces import service as workspaces
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.durable import jobs
from openclaw.durable.jobs import End
from openclaw.infra.jsonb import storable
from openclaw.infra.outbox import record
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError

_LOOK_AGAIN = timedelta(seconds=30)
_SLOT_AGAIN = timedelta(seconds=5)
_JOB_STATE = {"succeeded": "completed", "cancelled": "cancelled"}
_NAMED = 100
_BROUGHT = "\n\nThese files were brought here:"
_LEFT = "\n\nThese files stayed behind:"
_GO_ON = (
    "The task goes on on another machine now. What was said and done before is above. Look at what is there, then go "
    "on from where it stopped."
)


class TaskSuperseded(BaseException):
    """Somebody else leads the run by now, or it has ended: nothing more may be written here."""


@dataclass(frozen=True)
class Move:
    """Files are to be read from, or written to, a machine; then look again. ``key`` names this move."""

    is_reading: bool
    conversation_id: UUID
    device_id: UUID | None
    key: UUID


@dataclass(frozen=True)
class Next:
    """What follows: the end; or a run of the agent to lead, a move to make, and when to look again at the latest."""

    is_over: bool = False
    agent_run_id: UUID | None = None
    move: Move | None = None
    wait: timedelta = _LOOK_AGAIN
    is_parked: bool = False


async def enter(scope: Scope, run_id: UUID, *, epoch: int) -> TaskRunRow:
    """The run, locked for its leader ``epoch``; 0: for one who leads it from now on. Raises TaskSuperseded."""
    if epoch:
        run = await repository.lock_led_run(scope, run_id, epoch=epoch)
    else:
        run = next(iter(await repository.enter_runs(scope, [run_id])), None)
    if run is None:
        raise TaskSuperseded
    return run


async def look_first(scope: Scope, runs: Sequence[TaskRunRow], *, slots: Slots) -> list[Next]:
    """Look once at runs that were entered just now. Those that begin do so in as many statements however many."""
    looks = [_Look(scope, run, Log(scope, run), slots) for run in runs]
    beginning = [each for each in looks if each.run.agent_run_id is None]
    begun = dict(zip(beginning, await _begin(scope, beginning), strict=True)) if beginning else {}
    found = [begun[each] if each in begun else await each.take(None) for each in looks]
    await write_logs(scope, [each.log for each in looks])
    return await _park(scope, list(zip(looks, found, strict=True)), were_parked=False)


async def look(
    scope: Scope, run: TaskRunRow, *, slots: Slots, was_parked: bool, carried: Carried | None = None
) -> Next:
    """Look once at a run that was entered. ``carried``: the files that were read or written as it was said before.

    ``was_parked``: so the last look left the job, which then takes up no room among the workspace's.
    """
    each = _Look(scope, run, Log(scope, run), slots)
    found = await each.take(carried)
    await each.log.write()
    return (await _park(scope, [(each, found)], were_parked=was_parked))[0]


async def give_up(scope: Scope, run_id: UUID, *, epoch: int, slots: Slots, error: OpenClawError) -> None:
    """End the run with words, whatever it is at. Raises TaskSuperseded."""
    run = await enter(scope, run_id, epoch=epoch)
    if run.agent_run_id is not None:
        await runs.abort_run(scope, run.agent_run_id)
    log = Log(scope, run)
    await _Look(scope, run, log, slots).end("failed", error)
    await log.write()


async def _park(scope: Scope, seen: "Sequence[tuple[_Look, Next]]", *, were_parked: bool) -> list[Next]:
    """Have the queue know which of the runs take up room now."""
    is_parked = {each: not found.is_over and _is_parked(each.run) for each, found in seen}
    changed = [
        each.run.id for each, found in seen if not found.is_over and is_parked[each] is not were_parked
    ]
    if changed:
        await jobs.set_waiting(scope, *changed, waiting=not were_parked)
    return [replace(found, is_parked=is_parked[each]) for each, found in seen]


def _is_parked(run: TaskRunRow) -> bool:
    return run.state in PARKED or run.paused_at is not None or run.state == "queued"


async def _begin(scope: Scope, looks: "Sequence[_Look]") -> list[Next]:
    """They have not begun: find their places, and ask the agent."""
    _, role = await workspaces.get_acting(scope)
    found = {each: await each.may_begin(role) for each in looks}
    willing = [each for each, next_ in found.items() if next_ is None]
    ready = await _find_room(scope, [(each, place_of(each.run.target)) for each in willing])
    new = [each for each in ready if each.run.conversation_id is None]
    names = await errands.begin(scope, [each.errand() for each in new]) if new else []
    for each, (conversation_id, agent_run_id) in zip(new, names, strict=True):
        each.run.conversation_id, each.run.agent_run_id = conversation_id, agent_run_id
        each.note_asked()
    for each in ready:
        if each not in new:
            await each.go_on(each.run.text)
    for state in ("dispatched", "running"):
        for each in ready:
            # Led here, with this very commit; a machine says when it has begun.
            if state == "dispatched" or place_of(each.run.target).runtime == "server":
                await each.log.move(state)
    for each in willing:
        found[each] = Next(agent_run_id=each.run.agent_run_id) if each in ready else Next(wait=_SLOT_AGAIN)
    return [next_ or Next() for next_ in found.values()]


async def _find_room(scope: Scope, wanted: "Sequence[tuple[_Look, Place]]") -> "list[_Look]":
    """Those that have their place now: room on a host, if it is to be one."""
    on_hosts: dict[tuple[UUID | None, tuple[str, ...]], list[_Look]] = {}
    ready: list[_Look] = []
    for each, place in wanted:
        if place.kind == "host":
            # Until there is room the run is where it was: its files are still to be read from there.
            on_hosts.setdefault((place.device_id, tuple(place.labels)), []).append(each)
        else:
            each.run.device_id = place.device_id
            ready.append(each)
    for (host_id, labels), group in on_hosts.items():
        names = [each.run.id for each in group]
        slots = await group[0].slots.claim_slots(scope, names, host_id=host_id, labels=labels)
        for each in group:
            if (slot := slots.get(each.run.id)) is not None:
                each.run.device_id, each.run.slot_epoch = slot.host_id, slot.epoch
                ready.append(each)
    return ready


class _Look:
    def __init__(self, scope: Scope, run: TaskRunRow, log: Log, slots: Slots) -> None:
        self.scope = scope
        self.run = run
        self.log = log
        self.slots = slots

    async def take(self, carried: Carried | None) -> Next:
        run = self.run
        if run.agent_run_id is None:
            return (await _begin(self.scope, [self]))[0]
        seen = await see(self.scope, run, self.log)
        if seen is None:
            return await self.end("failed", ConversationGoneError())
        if not seen.is_over:
            return await self._steer(run.agent_run_id, seen)
        if run.cancel_requested_at is not None or self._is_late():
            return await self._stopped()
        if seen.state != "completed" and await self._is_lost():
            return await self._lost()
        if run.moving_to is not None and seen.state != "completed":
            return await self._move(carried)
        return await self._ended(seen)

    async def may_begin(self, role: Role | None) -> Next | None:
        """None when it may."""
        run = self.run
        if run.cancel_requested_at is not None:
            return await self.end("cancelled")
        if role in (None, Role.VIEWER):
            return await self.end("failed", NotAllowedError(role=role or "–"))
        try:
            await joining.check_begins(self.scope, run)
        except OpenClawError as error:
            return await self.end("failed", error)
        return None if run.paused_at is None else Next()

    def errand(self) -> Errand:
        """What the agent is asked first."""
        run, place = self.run, place_of(self.run.target)
        return Errand(run.title, run.text, run.device_id, place.runtime, place.sync_mode, self._terms())

    async def go_on(self, text: str) -> None:
        """Ask the agent in the conversation that the run has."""
        run = self.run
        assert run.conversation_id is not None
        run.agent_run_id = await errands.go_on(
            self.scope, run.conversation_id, text=text, device_id=run.device_id, terms=self._terms()
        )
        self.note_asked()

    def note_asked(self) -> None:
        """The agent was asked."""
        self.run.seen_position, self.run.seen_open = 0, {}
        self.log.add("dispatched", _names(self.run))

    def _terms(self) -> Terms:
        run = self.run
        return Terms(
            budget_id=run.budget_id,
            approval_mode=run.approval_mode,
            task_run_id=run.id,
            system_id=run.system_id,
            instructions=run.instructions,
        )

    async def _steer(self, agent_run_id: UUID, seen: Seen) -> Next:
        """It goes on: what is wished of it is passed on."""
        run = self.run
        is_unwanted = run.cancel_requested_at is not None or self._is_late()
        is_lost = run.lost_epoch is not None and run.lost_epoch == run.slot_epoch
        if is_unwanted or is_lost or run.moving_to is not None:
            await runs.abort_run(self.scope, agent_run_id)
        if seen.is_paused is (run.paused_at is None):
            await leading.set_paused(self.scope, agent_run_id, paused=run.paused_at is not None)
        wait = _LOOK_AGAIN
        if (left := self._time_left()) is not None:
            wait = min(wait, max(left, timedelta(seconds=1)))
        return Next(agent_run_id=agent_run_id, wait=wait)

    async def _stopped(self) -> Next:
        if self.run.cancel_requested_at is not None:
            return await self.end("cancelled")
        return await self.end("timed_out", TaskTimedOutError(seconds=self.run.time_limit_seconds or 0))

    async def _is_lost(self) -> bool:
        """Whether the host of this dispatch is gone, also when nobody has told yet."""
        run = self.run
        if run.slot_epoch is None or run.lost_epoch == run.slot_epoch:
            return run.slot_epoch is not None
        slot = await self.slots.find_slot(self.scope, run.id)
        return slot is None or slot.epoch != run.slot_epoch

    async def _lost(self) -> Next:
        """The host is gone. Whatever it did not finish is begun elsewhere, unless that is not wanted."""
        run = self.run
        lost = _names(run)
        if run.when_lost == "end":
            self.log.add("host_lost", lost)
            return await self.end("lost", HostLostError())
        await self.log.move("waiting_device")
        place = place_of(run.target)
        if run.paused_at is not None:
            return Next()
        if not await _find_room(self.scope, [(self, place)]):
            return Next(wait=_SLOT_AGAIN)
        self.log.add("host_lost", lost)  # once, however long there was no room
        return await self._go_on_at(place, None)

    async def _move(self, carried: Carried | None) -> Next:
        """Leave the machine with what was changed there, find room at the next, bring it there, and go on.

        Files are read while the room here is held, and written once there is room there.
        """
        run, to = self.run, self.run.moving_to
        assert to is not None
        await self.log.move("waiting_device")
        if run.paused_at is not None:
            return Next()
        place = place_of(to["target"])
        if not to["with_files"]:
            carried = Carried(is_written=True)
        if carried is None:  # also when a process died that had read them
            origin = UUID(hex=to["origin"]) if to.get("origin") else run.device_id
            return Next(move=self._moving(origin, is_reading=True))
        if "origin" not in to:
            if run.slot_epoch is not None:
                await self.slots.release_slot(self.scope, run_id=run.id, epoch=run.slot_epoch)
            origin, run.slot_epoch = run.device_id, None
            if not await _find_room(self.scope, [(self, place)]):
                return Next(wait=_SLOT_AGAIN)
            run.moving_to = {**to, "origin": origin.hex if origin else None}
        if not carried.is_written:
            return Next(move=self._moving(run.device_id, is_reading=False))
        return await self._go_on_at(place, carried)

    def _moving(self, device_id: UUID | None, *, is_reading: bool) -> Move:
        run = self.run
        assert run.moving_to is not None
        assert run.conversation_id is not None
        key = uuid5(run.id, f"{run.moving_to['key']} {run.epoch}")
        return Move(is_reading, run.conversation_id, device_id, key)

    async def _go_on_at(self, place: Place, carried: Carried | None) -> Next:
        run = self.run
        run.target, run.moving_to, run.lost_epoch = place.to_row(), None, None
        await self.go_on(_GO_ON + _about_files(carried))
        brought = {} if carried is None else {"files": len(carried.files), "left": len(carried.left)}
        self.log.add("moved", {**_names(run), **brought})
        await self.log.move("running")
        return Next(agent_run_id=run.agent_run_id)

    async def _ended(self, seen: Seen) -> Next:
        match seen.state:
            case "completed":
                await tell_outcome(self.scope, self.run)
                return await self.end("succeeded")
            case "failed":
                return await self.end("failed", OpenClawError.from_wire(seen.error) if seen.error else None)
            case _:
                return await self.end("cancelled")

    async def end(self, state: State, error: OpenClawError | None = None) -> Next:
        """The run has come to its end."""
        run = self.run
        run.error = storable(error.to_wire()) if error else None
        run.finished_at = self.scope.now()
        forget_told(run)
        await self.log.move(state)
        if run.slot_epoch is not None:
            await self.slots.release_slot(self.scope, run_id=run.id, epoch=run.slot_epoch)
        await jobs.end_jobs(self.scope, End(run.id, _JOB_STATE.get(state, "failed"), run.error))
        body = {
            "runId": run.id.hex,
            "taskId": run.task_id.hex,
            "workspaceId": run.workspace_id.hex,
            "userId": run.user_id.hex,
            "state": state,
            "outcome": run.outcome,
        }
        await record(self.scope, TASK_ENDED, body)
        await tell_ended(self.scope, run, state)
        return Next(is_over=True)

    def _time_left(self) -> timedelta | None:
        run = self.run
        if run.time_limit_seconds is None or run.dispatched_at is None:
            return None
        return run.dispatched_at + timedelta(seconds=run.time_limit_seconds) - self.scope.now()

    def _is_late(self) -> bool:
        left = self._time_left()
        return left is not None and left <= timedelta()


def _about_files(carried: Carried | None) -> str:
    if carried is None or not (carried.files or carried.left):
        return ""
    said = ""
    for words, paths in ((_BROUGHT, list(carried.files)), (_LEFT, carried.left)):
        if paths:
            said += (
                words
                + "".join(f"\n- {path}" for path in paths[:_NAMED])
                + ("\n- …" if len(paths) > _NAMED else "")
            )
    return said


def _names(run: TaskRunRow) -> dict[str, Any]:
    return {
        "runId": ids.to_wire("run", run.agent_run_id) if run.agent_run_id else None,
        "deviceId": ids.to_wire("dev", run.device_id) if run.device_id else None,
        "dispatch": run.slot_epoch,
    }
