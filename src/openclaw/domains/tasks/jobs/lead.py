"""One look at a run that is led: read what is, note it, and do what follows. All of it is in rows, so that any leader
can look at any time; what takes longer than a transaction is left to `run`."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from openclaw.domains.agents.service import runs
from openclaw.domains.conversations.service import errands
from openclaw.domains.tasks import repository
from openclaw.domains.tasks.jobs.looking import SLOT_AGAIN, Look, Next, find_room
from openclaw.domains.tasks.jobs.moving import Carried
from openclaw.domains.tasks.models import TaskRunRow
from openclaw.domains.tasks.policy import PARKED
from openclaw.domains.tasks.service.log import Log, write_logs
from openclaw.domains.tasks.service.places import Slots, place_of
from openclaw.domains.workspaces import service as workspaces
from openclaw.durable import jobs
from openclaw.infra.scope import Scope
from openclaw.kit.errors import OpenClawError


class TaskSuperseded(BaseException):
    """Somebody else leads the run by now, or it has ended: nothing more may be written here."""


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
    looks = [Look(scope, run, Log(scope, run), slots) for run in runs]
    beginning = [each for each in looks if each.run.agent_run_id is None]
    begun = dict(zip(beginning, await _begin(scope, beginning), strict=True)) if beginning else {}
    found = [begun[each] if each in begun else await each.take(is_entry=True) for each in looks]
    await write_logs(scope, [each.log for each in looks])
    return await _park(scope, list(zip(looks, found, strict=True)), were_parked=False)


async def look(
    scope: Scope, run: TaskRunRow, *, slots: Slots, was_parked: bool, carried: Carried | None = None
) -> Next:
    """Look once at a run that was entered. ``carried``: the files that were read or written as it was said before.

    ``was_parked``: so the last look left the job, which then takes up no room among the workspace's.
    """
    each = Look(scope, run, Log(scope, run), slots)
    found = (await _begin(scope, [each]))[0] if run.agent_run_id is None else await each.take(carried)
    await each.log.write()
    return (await _park(scope, [(each, found)], were_parked=was_parked))[0]


async def give_up(scope: Scope, run_id: UUID, *, epoch: int, slots: Slots, error: OpenClawError) -> None:
    """End the run with words, whatever it is at. Raises TaskSuperseded."""
    run = await enter(scope, run_id, epoch=epoch)
    if run.agent_run_id is not None:
        await runs.abort_run(scope, run.agent_run_id)
    log = Log(scope, run)
    await Look(scope, run, log, slots).end("failed", error)
    await log.write()


async def _park(scope: Scope, seen: "Sequence[tuple[Look, Next]]", *, were_parked: bool) -> list[Next]:
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


async def _begin(scope: Scope, looks: "Sequence[Look]") -> list[Next]:
    """They have not begun: find their places, and ask the agent."""
    _, role = await workspaces.get_acting(scope)
    found = {each: await each.may_begin(role) for each in looks}
    willing = [each for each, next_ in found.items() if next_ is None]
    ready = await find_room(scope, [(each, place_of(each.run.target)) for each in willing])
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
        found[each] = Next(agent_run_id=each.run.agent_run_id) if each in ready else Next(wait=SLOT_AGAIN)
    return [next_ or Next() for next_ in found.values()]
