"""What one look at a run that has begun leads to: it goes on, is stopped, is lost, goes on elsewhere, or has ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from openclaw.domains.agents.errors import ConversationGoneError
from openclaw.domains.agents.service import leading, runs
from openclaw.domains.agents.service.leading import Seen
from openclaw.domains.agents.service.runs import Terms
from openclaw.domains.conversations.service import errands
from openclaw.domains.conversations.service.errands import Errand
from openclaw.domains.tasks.errors import HostLostError, TaskTimedOutError
from openclaw.domains.tasks.events import TASK_ENDED
from openclaw.domains.tasks.jobs.moving import Carried, find_changed
from openclaw.domains.tasks.jobs.seeing import forget_told, see
from openclaw.domains.tasks.jobs.telling import tell_ended, tell_not_moved, tell_outcome
from openclaw.domains.tasks.models import TaskRunRow
from openclaw.domains.tasks.schemas import State
from openclaw.domains.tasks.service import joining, places
from openclaw.domains.tasks.service.log import Log
from openclaw.domains.tasks.service.places import Place, Slots, place_of
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.durable import jobs
from openclaw.durable.jobs import End
from openclaw.infra.jsonb import storable
from openclaw.infra.outbox import record
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError

SLOT_AGAIN = timedelta(seconds=5)
_LOOK_AGAIN = timedelta(seconds=30)
_JOB_STATE = {"succeeded": "completed", "cancelled": "cancelled"}
_GO_ON = (
    "The task goes on on another machine now. What was said and done before is above. Look at what is there, then go "
    "on from where it stopped."
)
_STAYED = (
    "The task was to go on on another machine, which was not possible, so it goes on here. What was said and done "
    "before is above. Go on from where it stopped."
)


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


async def find_room(scope: Scope, wanted: "Sequence[tuple[Look, Place]]") -> "list[Look]":
    """Those that have their place now: room on a host, if it is to be one."""
    on_hosts: dict[tuple[UUID | None, tuple[str, ...]], list[Look]] = {}
    ready: list[Look] = []
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


class Look:
    """A look at ``run``, in one transaction; ``log`` is to be written before that ends."""

    def __init__(self, scope: Scope, run: TaskRunRow, log: Log, slots: Slots) -> None:
        self.scope = scope
        self.run = run
        self.log = log
        self.slots = slots

    async def take(self, carried: Carried | None = None, *, is_entry: bool = False) -> Next:
        """What follows for a run that has begun. ``is_entry``: somebody leads it anew."""
        run = self.run
        assert run.agent_run_id is not None
        seen = await see(self.scope, run, self.log)
        if seen is None:
            return await self.end("failed", ConversationGoneError())
        if not seen.is_over:
            return await self._steer(run.agent_run_id, seen, is_entry=is_entry)
        if run.cancel_requested_at is not None or self._is_late():
            return await self._stopped()
        if seen.state != "completed":
            is_lost = await self._is_lost()
            if run.moving_to is not None:
                return await self._move(carried, run.moving_to, is_lost=is_lost)
            if is_lost:
                return await self._lost()
        return await self._ended(seen)

    async def may_begin(self, role: Role | None) -> Next | None:
        """None when it may."""
        run = self.run
        if run.cancel_requested_at is not None:
            return await self.end("cancelled")
        if role in (None, Role.VIEWER):
            return await self.end("failed", NotAllowedError(role=role or "–"))
        if (refusal := await self._refusal()) is not None:
            return await self.end("failed", refusal)
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

    async def _refusal(self) -> OpenClawError | None:
        """Why the run's system, as it is by now, does not let it work where it is."""
        try:
            await joining.check_still(self.scope, self.run, place_of(self.run.target))
        except OpenClawError as error:
            return error
        return None

    async def _steer(self, agent_run_id: UUID, seen: Seen, *, is_entry: bool) -> Next:
        """It goes on: what is wished of it is passed on. What its system allows is asked again before it resumes."""
        run = self.run
        is_resumed = seen.is_paused and run.paused_at is None
        is_refused = (is_resumed or is_entry) and await self._refusal() is not None
        is_unwanted = run.cancel_requested_at is not None or self._is_late()
        is_lost = run.lost_epoch is not None and run.lost_epoch == run.slot_epoch
        if is_unwanted or is_lost or is_refused or run.moving_to is not None:
            await runs.abort_run(self.scope, agent_run_id)
        if not is_refused and seen.is_paused is (run.paused_at is None):
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
        try:
            await self._check_goes_on(place)
        except OpenClawError as error:
            self.log.add("host_lost", lost)
            return await self.end("failed", error)
        if not await find_room(self.scope, [(self, place)]):
            return Next(wait=SLOT_AGAIN)
        self.log.add("host_lost", lost)  # once, however long there was no room
        assert run.conversation_id is not None
        left = await find_changed(self.scope, run.conversation_id)
        return await self._go_on_at(place, Carried(unread=left) if left else None)

    async def _move(self, carried: Carried | None, to: dict[str, Any], *, is_lost: bool) -> Next:
        """Leave the machine with what was changed there, find room at the next, bring it there, and go on.

        Files are read while the room here is held, and written once there is room there. A host that is lost on the way
        changes nothing about where the run is to go: of its files those that were read by then are brought, the others
        stay behind, and a next host is found.
        """
        run = self.run
        if is_lost:
            to = self._note_lost(to)
        await self.log.move("waiting_device")
        if run.paused_at is not None:
            return Next()
        place = place_of(to["target"])
        try:
            await self._check_goes_on(place)
        except OpenClawError as error:
            return await self._stay(to, error, carried)
        key = _key(run, to)
        assert run.conversation_id is not None
        if not to["with_files"]:
            carried = Carried(written_for=key)
        if carried is None or not carried.is_whole:  # also when a process died that had read them
            return Next(move=Move(True, run.conversation_id, _origin(run, to), key))
        if "is_there" not in to:
            await self._leave()
            to = {**to, "origin": _hex(_origin(run, to))}
            if is_there := bool(await find_room(self.scope, [(self, place)])):
                to["is_there"] = True
            run.moving_to = to
            if not is_there:
                return Next(wait=SLOT_AGAIN)
        if carried.written_for != key:
            return Next(move=Move(False, run.conversation_id, run.device_id, key))
        return await self._go_on_at(place, carried)

    def _note_lost(self, to: dict[str, Any]) -> dict[str, Any]:
        """The host that a moving run was on, or was to go on at, is gone: the move begins again, from where it was."""
        run = self.run
        self.log.add("host_lost", _names(run))
        again = {name: to[name] for name in to if name != "is_there"}
        again["key"] = f"{to['key']} {run.slot_epoch}"  # what was written there is to be written once more
        again["is_lost"] = to.get("is_lost", "origin" not in to)
        run.device_id = _origin(run, to)
        run.slot_epoch = run.lost_epoch = None
        run.moving_to = again
        return again

    async def _leave(self) -> None:
        run = self.run
        if run.slot_epoch is not None:
            await self.slots.release_slot(self.scope, run_id=run.id, epoch=run.slot_epoch)
            run.slot_epoch = None

    async def _check_goes_on(self, place: Place) -> None:
        """Raise DeviceNotFoundError, or why the run's system does not let it work there by now."""
        await places.check_there(self.scope, place)
        await joining.check_still(self.scope, self.run, place)

    async def _stay(self, to: dict[str, Any], error: OpenClawError, carried: Carried | None) -> Next:
        """It cannot go there, which is told; it goes on where it was, or on the next host if it has left one.

        Where that cannot be either, it ends with the reason.
        """
        run, place = self.run, place_of(self.run.target)
        run.moving_to = None
        if to.get("is_back"):
            return await self.end("failed", error)
        self.log.add("not_moved", {"code": error.code})
        await tell_not_moved(self.scope, run, error, key=to["key"])
        if "origin" in to:  # also where another wish has come while it was there already
            await self._leave()
            run.device_id = _origin(run, to)
        if place.kind == "host" and run.slot_epoch is None:
            if run.when_lost == "end" and to.get("is_lost"):
                return await self.end("lost", HostLostError())
            kept = {name: to[name] for name in to if name != "is_there"}
            back = {**kept, "target": run.target, "key": f"{to['key']} back", "is_back": True}
            run.moving_to = back
            return await self._move(carried, back, is_lost=False)
        try:
            await self._check_goes_on(place)
        except OpenClawError as refusal:
            return await self.end("failed", refusal)
        return await self._go_on_at(place, None, said=_STAYED)

    async def _go_on_at(self, place: Place, carried: Carried | None, *, said: str = _GO_ON) -> Next:
        run = self.run
        run.target, run.moving_to, run.lost_epoch = place.to_row(), None, None
        await self.go_on(said + (carried.told if carried else ""))
        if said == _GO_ON:
            brought = {} if carried is None else {"files": len(carried.brought), "left": len(carried.left)}
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
                refusal = await self._refusal()  # which is why it was stopped
                return await self.end("failed" if refusal else "cancelled", refusal)

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


def is_still_moving(run: TaskRunRow, key: UUID) -> bool:
    """Whether nothing has come between a move and its end: another wish, the loss of the host it is about."""
    is_lost = run.lost_epoch is not None and run.lost_epoch == run.slot_epoch
    is_wanted = run.cancel_requested_at is None and run.moving_to is not None
    return is_wanted and not is_lost and _key(run, run.moving_to or {}) == key


def _key(run: TaskRunRow, to: dict[str, Any]) -> UUID:
    return uuid5(run.id, f"{to['key']} {run.epoch}")


def _names(run: TaskRunRow) -> dict[str, Any]:
    return {
        "runId": ids.to_wire("run", run.agent_run_id) if run.agent_run_id else None,
        "deviceId": ids.to_wire("dev", run.device_id) if run.device_id else None,
        "dispatch": run.slot_epoch,
    }


def _origin(run: TaskRunRow, to: dict[str, Any]) -> UUID | None:
    """The machine where a moving run's files are: the one it is at, until it has left that."""
    if "origin" in to:
        return UUID(hex=to["origin"]) if to["origin"] else None
    return run.device_id


def _hex(device_id: UUID | None) -> str | None:
    return device_id.hex if device_id else None
