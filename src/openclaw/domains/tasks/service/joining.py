"""Tasks that work in a system: where they may, and what their agent is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from openclaw.domains.systems.errors import OtherPlaceError, RemoteLaunchError, TooMuchLeavesError
from openclaw.domains.systems.models import SystemRow
from openclaw.domains.systems.schemas import SystemRef
from openclaw.domains.systems.service import access_system, check_can_launch, list_names, plan_launch
from openclaw.domains.tasks import repository
from openclaw.domains.tasks.errors import FormNotKeptError
from openclaw.domains.tasks.models import TaskRow, TaskRunRow
from openclaw.domains.tasks.schemas import TargetIn
from openclaw.domains.tasks.service.places import Place, place_of
from openclaw.domains.workspaces import service as workspaces
from openclaw.infra.jsonb import checked
from openclaw.infra.scope import Scope
from openclaw.kit.errors import InvalidInputError
from openclaw.protocol.runs import MAX_TEXT

_MODES = ("local_only", "metadata", "full")


@dataclass(frozen=True)
class Told:
    """What an agent is told: the question, and to a model of the server instructions besides."""

    text: str
    instructions: str | None = None


def default_target(system: SystemRow | None) -> TargetIn:
    """Where a task works that does not say: a local-only system at its own machine, everything else at the server."""
    if system is None or not system.is_local:
        return TargetIn()
    return TargetIn.model_construct(
        kind="device", device_id=system.device_id, labels=[], runtime="pi", sync_mode="local_only"
    )


def check_place(system: SystemRow, place: Place) -> None:
    """No more may leave a machine than the system lets leave. Raises OtherPlaceError, TooMuchLeavesError."""
    own = ("device", system.device_id, "pi", "local_only")
    if system.is_local and (place.kind, place.device_id, place.runtime, place.sync_mode) != own:
        raise OtherPlaceError(name=system.name)
    if _MODES.index(place.sync_mode) > _MODES.index(system.sync_mode):
        raise TooMuchLeavesError(name=system.name)


async def check_launch(scope: Scope, system_id: UUID, place: Place) -> SystemRow:
    """The system, if it may be launched there by the one who asks. Only somebody's own session is no remote launch.

    Raises SystemNotFoundError, SystemArchivedError, RemoteLaunchError, OtherPlaceError, TooMuchLeavesError.
    """
    system = await access_system(scope, system_id)
    check_can_launch(system, remotely=scope.who.session_id is None or place.kind == "host")
    check_place(system, place)
    return system


async def check_still(scope: Scope, run: TaskRunRow, place: Place) -> None:
    """What the system of a run allows may have changed since it was launched. ``place``: where it is to work now.

    Raises SystemNotFoundError, RemoteLaunchError, OtherPlaceError, TooMuchLeavesError.
    """
    if run.system_id is None:
        return
    system = await access_system(scope, run.system_id)
    if place.kind == "host" and not system.allows_remote_launch:
        raise RemoteLaunchError(name=system.name)
    check_place(system, place)


async def plan(scope: Scope, system: SystemRow, intake: dict[str, Any], text: str) -> tuple[str, Told]:
    """The title of a launch with that form, and what it tells, with ``text`` as a further request.

    Raises InvalidIntakeError, InvalidProfileError, InvalidInputError when it is too much to be told.
    """
    user, _ = await workspaces.get_acting(scope)
    found = plan_launch(system, intake, user.language)
    question = f"{found.prompt}\n\n{text}" if text else found.prompt
    if len(question) + len(found.instructions) > MAX_TEXT - 2:
        reason = f"with it the agent would be told over {MAX_TEXT:,} characters"
        raise InvalidInputError(field="intake", reason=reason)
    return found.title, Told(question, found.instructions)


async def fill(scope: Scope, row: TaskRow, system: SystemRow, intake: dict[str, Any] | None) -> str:
    """Keep the form of a task, which holds its text and target already; what the launch would be called.

    Raises as `plan` and `check_place` do, SystemArchivedError.
    """
    check_can_launch(system, remotely=False)
    check_place(system, place_of(row.target))
    form = intake or {}
    title, _ = await plan(scope, system, form, row.text)
    row.intake = checked(form)
    return title


async def tell(scope: Scope, task: TaskRow) -> Told:
    """What a launch of the task tells. A local-only one takes the form along, which is kept for one launch.

    Raises FormNotKeptError, and as `check_launch` and `plan` do.
    """
    if task.system_id is None:
        return Told(task.text)
    place = place_of(task.target)
    system = await check_launch(scope, task.system_id, place)
    is_local = place.sync_mode == "local_only"
    if is_local:  # so that of two launches at once one takes it
        await repository.find_task(scope, task.id, lock=True)
    if task.intake is None:
        raise FormNotKeptError
    _, told = await plan(scope, system, task.intake, task.text)
    if is_local:
        task.text, task.intake = "", None
    if place.runtime == "pi":  # a machine's own model has no instructions of ours but what is said to it
        return Told(f"{told.instructions}\n\n{told.text}")
    return told


async def tell_again(scope: Scope, task: TaskRow, origin: TaskRunRow) -> Told:
    """What the run was told; where that was not kept here, what a launch of its task tells. Raises as `tell`."""
    if origin.system_id is not None:
        await check_launch(scope, origin.system_id, place_of(origin.target))
    if origin.text:
        return Told(origin.text, origin.instructions)
    if origin.system_id != task.system_id:
        raise FormNotKeptError
    return await tell(scope, task)


async def refs(scope: Scope, rows: Sequence[TaskRow] | Sequence[TaskRunRow]) -> dict[UUID, SystemRef]:
    """The systems of those tasks or runs that the actor may see."""
    wanted = {row.system_id for row in rows if row.system_id is not None}
    names = await list_names(scope, list(wanted)) if wanted else {}
    return {system_id: SystemRef(id=system_id, name=name) for system_id, name in names.items()}
