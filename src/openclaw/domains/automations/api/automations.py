"""Routes of automations."""

from typing import Annotated

from fastapi import Header, Path, Query, Response

from openclaw.domains.automations.errors import (
    AutomationConflictError,
    AutomationDisabledError,
    AutomationNotFoundError,
    NotAWebhookError,
    TooManyAutomationsError,
    UnknownActionError,
)
from openclaw.domains.automations.schemas import (
    Automation,
    AutomationRun,
    AutomationRuns,
    Automations,
    CheckedFormula,
    CheckFormula,
    FireAutomation,
    HookSecret,
    Kinds,
    NewAutomation,
    RotateSecret,
    RunState,
    Samples,
    SaveAutomation,
    Times,
    Trial,
    TryAutomation,
    TryTrigger,
)
from openclaw.domains.automations.service import definitions, history
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.workflows.errors import InvalidInputDataError, WorkflowNotFoundError
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.durable.errors import TooManyJobsError
from openclaw.infra.web.context import CurrentActor, CurrentPlatform, CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import AutomationId, AutomationRunId
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("automations")
AtAutomation = Annotated[AutomationId, Path()]
AtRun = Annotated[AutomationRunId, Path()]
Cursor = Annotated[str | None, Query(max_length=300)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=150)]
IfMatch = Annotated[str | None, Header(alias="If-Match", max_length=40)]
_GONE = (NotSignedInError, AutomationNotFoundError)
_SAVE = (NotAllowedError, UnknownActionError, TooManyAutomationsError, WorkflowNotFoundError)


@router.get("/automation-kinds", operation_id="getAutomationKinds", responses=errors(NotSignedInError))
async def get_kinds(_actor: CurrentActor, platform: CurrentPlatform) -> Kinds:
    """The actions that there are, each with the JSON Schema of its `config`, and the events."""
    return definitions.kinds(platform.automations)


@router.post("/automation-previews", operation_id="previewTrigger", responses=errors(NotSignedInError))
async def preview_trigger(scope: CurrentScope, data: TryTrigger) -> Times:
    """When a trigger that is not saved yet would be due."""
    return definitions.try_trigger(scope, data)


@router.post("/automation-formulas/check", operation_id="checkFormula", responses=errors(NotSignedInError))
async def check_formula(scope: CurrentScope, data: CheckFormula) -> CheckedFormula:
    """What is wrong with a condition that is being written, and whether it is true of a sample."""
    return await definitions.check_formula(scope, data)


@router.get("/automations", operation_id="listAutomations", responses=errors(NotSignedInError))
async def list_automations(
    scope: CurrentScope,
    enabled: Annotated[bool | None, Query()] = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Automations:
    """The user's automations, the last changed first."""
    page = await definitions.list_page(scope, enabled=enabled, words=q, cursor=cursor, limit=limit)
    return Automations(items=page.items, next_cursor=page.next_cursor)


@router.post(
    "/automations",
    status_code=201,
    operation_id="createAutomation",
    responses=errors(NotSignedInError, *_SAVE),
)
async def create_automation(
    scope: CurrentScope, platform: CurrentPlatform, response: Response, data: SaveAutomation, key: Key = None
) -> NewAutomation:
    """A new automation. What signs its webhooks is shown this once."""
    made = await definitions.create(scope, platform.automations, data, key=key)
    response.headers["ETag"] = f'"{made.version}"'
    return made


@router.get("/automations/{automation_id}", operation_id="getAutomation", responses=errors(*_GONE))
async def get_automation(scope: CurrentScope, automation_id: AtAutomation, response: Response) -> Automation:
    """An automation, with its version as entity tag."""
    found = await definitions.get(scope, automation_id)
    response.headers["ETag"] = f'"{found.version}"'
    return found


@router.put(
    "/automations/{automation_id}",
    operation_id="saveAutomation",
    responses=errors(*_GONE, *_SAVE, AutomationConflictError),
)
async def save_automation(
    scope: CurrentScope,
    platform: CurrentPlatform,
    automation_id: AtAutomation,
    response: Response,
    data: SaveAutomation,
    if_match: IfMatch = None,
) -> Automation:
    """Change all of it; with `If-Match`, only what is still of that version."""
    saved = await definitions.replace(
        scope, platform.automations, automation_id, data, version=_version(if_match)
    )
    response.headers["ETag"] = f'"{saved.version}"'
    return saved


@router.delete(
    "/automations/{automation_id}",
    status_code=204,
    operation_id="deleteAutomation",
    responses=errors(*_GONE, NotAllowedError),
)
async def delete_automation(
    scope: CurrentScope, platform: CurrentPlatform, automation_id: AtAutomation
) -> None:
    """Forget an automation with its history. What it has set going goes on."""
    await definitions.delete(scope, platform.automations, automation_id)


@router.post(
    "/automations/{automation_id}/enable",
    operation_id="enableAutomation",
    responses=errors(*_GONE, NotAllowedError, UnknownActionError),
)
async def enable_automation(
    scope: CurrentScope, platform: CurrentPlatform, automation_id: AtAutomation
) -> Automation:
    """Switch on. Failures are forgotten, and times count from now on."""
    return await definitions.set_enabled(scope, platform.automations, automation_id, enabled=True)


@router.post(
    "/automations/{automation_id}/disable",
    operation_id="disableAutomation",
    responses=errors(*_GONE, NotAllowedError),
)
async def disable_automation(
    scope: CurrentScope, platform: CurrentPlatform, automation_id: AtAutomation
) -> Automation:
    """Switch off. What it has set going goes on; what waits is skipped."""
    return await definitions.set_enabled(scope, platform.automations, automation_id, enabled=False)


@router.post(
    "/automations/{automation_id}/fire",
    status_code=202,
    operation_id="fireAutomation",
    responses=errors(*_GONE, NotAllowedError, AutomationDisabledError, TooManyJobsError),
)
async def fire_automation(
    actor: CurrentActor,
    platform: CurrentPlatform,
    automation_id: AtAutomation,
    data: FireAutomation | None = None,
    key: Key = None,
) -> AutomationRun:
    """Set it off by hand, whatever else sets it off; the same idempotency key again is the same run."""
    return await history.fire(
        platform.database,
        actor,
        platform.automations,
        automation_id,
        data=data.input if data else {},
        key=key,
    )


@router.get("/automations/{automation_id}/next", operation_id="listNextFires", responses=errors(*_GONE))
async def list_next(
    scope: CurrentScope, automation_id: AtAutomation, count: Annotated[int, Query(ge=1, le=100)] = 10
) -> Times:
    """The next times, 10 by default; none for what is not set off by times."""
    return await definitions.list_next(scope, automation_id, count=count)


@router.post(
    "/automations/{automation_id}/secret",
    operation_id="rotateAutomationSecret",
    responses=errors(*_GONE, NotAllowedError, NotAWebhookError),
)
async def rotate_secret(
    scope: CurrentScope,
    platform: CurrentPlatform,
    automation_id: AtAutomation,
    data: RotateSecret | None = None,
) -> HookSecret:
    """New secrets, shown this once. The one before stays good for a day, or as long as is said."""
    hours = (data or RotateSecret()).keep_old_hours
    return await definitions.rotate_secret(scope, platform.automations, automation_id, keep_old_hours=hours)


@router.get(
    "/automations/{automation_id}/samples",
    operation_id="listAutomationSamples",
    responses=errors(*_GONE),
)
async def list_samples(scope: CurrentScope, automation_id: AtAutomation) -> Samples:
    """The test console: the last 20 deliveries, accepted or refused and why, secrets masked."""
    return Samples(items=await history.list_samples(scope, automation_id))


@router.post(
    "/automations/{automation_id}/test",
    operation_id="tryAutomation",
    responses=errors(*_GONE, InvalidInputDataError, UnknownActionError),
)
async def try_automation(
    scope: CurrentScope,
    platform: CurrentPlatform,
    automation_id: AtAutomation,
    data: TryAutomation | None = None,
) -> Trial:
    """What would happen with that input. Nothing does."""
    return await history.try_out(scope, platform.automations, automation_id, data.input if data else {})


# Runs


@router.get("/automation-runs", operation_id="listAutomationRuns", responses=errors(*_GONE))
async def list_runs(
    scope: CurrentScope,
    automation: Annotated[AutomationId | None, Query()] = None,
    state: Annotated[RunState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AutomationRuns:
    """The history, the newest first: what set each run off, what it was given, what became of it."""
    page = await history.list_runs(scope, automation_id=automation, state=state, cursor=cursor, limit=limit)
    return AutomationRuns(items=page.items, next_cursor=page.next_cursor)


@router.get("/automation-runs/{automation_run_id}", operation_id="getAutomationRun", responses=errors(*_GONE))
async def get_run(scope: CurrentScope, automation_run_id: AtRun) -> AutomationRun:
    """A run."""
    return await history.get_run(scope, automation_run_id)


@router.post(
    "/automation-runs/{automation_run_id}/cancel",
    operation_id="cancelAutomationRun",
    responses=errors(*_GONE),
)
async def cancel_run(
    scope: CurrentScope, platform: CurrentPlatform, automation_run_id: AtRun
) -> AutomationRun:
    """Stop a run, and what it has set going."""
    return await history.cancel_run(scope, platform.automations, automation_run_id)


def _version(if_match: str | None) -> int | None:
    if if_match is None or if_match == "*":
        return None
    digits = if_match.strip('"')
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        raise InvalidInputError(field="If-Match", reason="is no entity tag of an automation")
    return int(digits)
