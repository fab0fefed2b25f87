"""Signals into runs: each goes on with one step that waits for its name, or waits for such a step itself."""

from uuid import UUID

import orjson

from openclaw.domains.workflows import events
from openclaw.domains.workflows.errors import NoSuchSignalError, WrongStateError
from openclaw.domains.workflows.language.definition import Definition, SignalConfig, SignalStep, all_steps
from openclaw.domains.workflows.language.limits import MAX_INPUT_BYTES
from openclaw.domains.workflows.models import WorkflowSignalRow
from openclaw.domains.workflows.repository import signals as repository
from openclaw.domains.workflows.schemas import SendSignal
from openclaw.domains.workflows.service.definitions import access_version
from openclaw.domains.workflows.service.runs import access_run, check_data
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.bus import publish
from openclaw.infra.jsonb import storable
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.errors import TooLargeError

MAX_UNTAKEN = 1_000  # signals of a run that no step has taken


async def send(scope: Scope, run_id: UUID, data: SendSignal) -> None:
    """Signal a run of the user that has not ended; the same idempotency key again is the same signal.

    Raises WorkflowNotFoundError, WrongStateError, NoSuchSignalError, InvalidInputDataError, TooLargeError,
    NotAllowedError.
    """
    check_role(scope.who, Role.MEMBER)
    run = await access_run(scope, run_id, lock=True)
    if data.idempotency_key and await repository.find_by_key(scope, run_id, data.idempotency_key):
        return
    if run.finished_at is not None:
        raise WrongStateError(state=run.state)
    version = await access_version(scope, run.workflow_id, run.version)
    waits = _waits(Definition.model_validate(version.definition))
    fitting = [config for config in waits if config.name == data.name]
    if not fitting:
        raise NoSuchSignalError(name=data.name, known=", ".join(sorted({c.name for c in waits})) or "–")
    told = storable(data.data)
    for config in fitting:
        check_data(config.data_schema, told)
    if len(orjson.dumps(told)) > MAX_INPUT_BYTES:
        raise TooLargeError(field="data", limit=MAX_INPUT_BYTES)
    if await repository.count_untaken(scope, run_id) >= MAX_UNTAKEN:
        raise TooLargeError(field="signals that no step has taken", limit=MAX_UNTAKEN)
    row = WorkflowSignalRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        run_id=run_id,
        name=data.name,
        data={"value": told},
        idempotency_key=data.idempotency_key,
        path=None,
        sent_at=scope.now(),
    )
    await repository.add_signal(scope, row)
    await publish(scope, events.run_topic(run_id), {"kind": "signal"})


def _waits(definition: Definition) -> list[SignalConfig]:
    return [step.config for step in all_steps(definition.steps) if isinstance(step, SignalStep)]
