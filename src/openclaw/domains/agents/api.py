"""Routes of runs, approvals, rules and model providers."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request

from openclaw.domains.agents.errors import (
    AnswerNeededError,
    AnswerTokenError,
    ApprovalDecidedError,
    ApprovalNotFoundError,
    ConfirmationNeededError,
    PrivateAddressError,
    ProviderKeyUnreadableError,
    ProviderNotFoundError,
    RuleNotFoundError,
    RuleNotPossibleError,
    RunBusyError,
    RunNotFoundError,
    UndoFailedError,
    UndoNotOfferedError,
)
from openclaw.domains.agents.schemas import (
    Approval,
    ApprovalRules,
    Approvals,
    Decide,
    PreviewRule,
    RulePreview,
    Run,
    RunError,
    RunUndo,
    SimulateCall,
    Simulation,
    UndoRun,
)
from openclaw.domains.agents.schemas.providers import (
    CreateProvider,
    Models,
    Provider,
    Providers,
    ProviderTest,
    UpdateProvider,
)
from openclaw.domains.agents.service import approvals, foresight, providers, runs, token_answers, undo
from openclaw.domains.devices.errors import DeviceNotFoundError, DeviceOfflineError
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.notifications.schemas import AnswerByToken, AnsweredByToken
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.infra.web.context import (
    CurrentActor,
    CurrentPlatform,
    CurrentScope,
    address_of,
    language_of,
)
from openclaw.infra.web.limits import RateLimit
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import ApprovalId, ProviderId, RuleId, RunId, StepId
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("agents")
_answers = RateLimit(per_address=60, overall=2_000, minutes=1)
_UNDO = (
    NotSignedInError,
    RunNotFoundError,
    RunBusyError,
    DeviceNotFoundError,
    DeviceOfflineError,
    UndoNotOfferedError,
    UndoFailedError,
)


@router.get("/runs/{run_id}", operation_id="getRun", responses=errors(NotSignedInError, RunNotFoundError))
async def get_run(scope: CurrentScope, run_id: Annotated[RunId, Path()]) -> Run:
    """One run with its parts."""
    return await runs.get_run(scope, run_id)


@router.get(
    "/runs/{run_id}/steps/{step_id}/result",
    operation_id="getStepResult",
    responses=errors(NotSignedInError, RunNotFoundError),
)
async def get_step_result(
    scope: CurrentScope,
    platform: CurrentPlatform,
    run_id: Annotated[RunId, Path()],
    step_id: Annotated[StepId, Path()],
) -> dict[str, Any]:
    """The whole result of a tool call; messages show very large ones shortened (`isShortened`)."""
    return await runs.get_result(scope, run_id, step_id, platform.blobs)


@router.post(
    "/runs/{run_id}/abort",
    status_code=202,
    operation_id="abortRun",
    responses=errors(NotSignedInError, RunNotFoundError),
)
async def abort_run(scope: CurrentScope, run_id: Annotated[RunId, Path()]) -> None:
    """Stop a run at any point: the model, open approvals, running commands."""
    await runs.abort_run(scope, run_id)


@router.get("/runs/{run_id}/undo", operation_id="previewRunUndo", responses=errors(*_UNDO))
async def preview_run_undo(
    actor: CurrentActor, platform: CurrentPlatform, run_id: Annotated[RunId, Path()]
) -> RunUndo:
    """What undoing the run's changes to files would do now. Its machines have to be online."""
    return await undo.preview(platform.database, platform.bus, actor, run_id)


@router.post("/runs/{run_id}/undo", operation_id="undoRun", responses=errors(*_UNDO, NotAllowedError))
async def undo_run(
    actor: CurrentActor, platform: CurrentPlatform, run_id: Annotated[RunId, Path()], data: UndoRun
) -> RunUndo:
    """Undo the run's changes to files. What somebody changed since is left alone unless `force` names it."""
    return await undo.undo(platform.database, platform.bus, actor, run_id, data)


@router.get("/approvals", operation_id="listApprovals", responses=errors(NotSignedInError))
async def list_approvals(
    scope: CurrentScope,
    state: Annotated[Literal["pending", "allowed", "denied", "expired", "cancelled"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Approvals:
    """The user's approvals, newest first."""
    return Approvals(items=await approvals.list_approvals(scope, state=state, limit=limit))


@router.get(
    "/approvals/{approval_id}",
    operation_id="getApproval",
    responses=errors(NotSignedInError, ApprovalNotFoundError),
)
async def get_approval(scope: CurrentScope, approval_id: Annotated[ApprovalId, Path()]) -> Approval:
    """One approval."""
    return await approvals.get_approval(scope, approval_id)


@router.post(
    "/approvals/{approval_id}/decision",
    operation_id="decideApproval",
    responses=errors(
        NotSignedInError,
        ApprovalNotFoundError,
        ApprovalDecidedError,
        ConfirmationNeededError,
        RuleNotPossibleError,
        AnswerNeededError,
        NotAllowedError,
    ),
)
async def decide_approval(
    scope: CurrentScope, approval_id: Annotated[ApprovalId, Path()], data: Decide
) -> Approval:
    """Answer an approval. The first answer counts."""
    return await approvals.decide(scope, approval_id, data)


@router.post(
    "/approvals/answer",
    operation_id="answerByToken",
    responses=errors(
        AnswerTokenError,
        ApprovalNotFoundError,
        ApprovalDecidedError,
        ConfirmationNeededError,
        AnswerNeededError,
        NotAllowedError,
    ),
)
async def answer_by_token(
    request: Request, platform: CurrentPlatform, data: AnswerByToken
) -> AnsweredByToken:
    """By a browser's notification: answer the question that its token is for. Needs no sign-in."""
    _answers.check(address_of(request), platform.clock.now())
    async with platform.database.system() as scope:
        approval = await token_answers.answer_by_token(
            scope, data, address=address_of(request), language=language_of(request)
        )
    return AnsweredByToken(state=approval.state)


@router.get("/approval-rules", operation_id="listApprovalRules", responses=errors(NotSignedInError))
async def list_approval_rules(scope: CurrentScope) -> ApprovalRules:
    """What the user allowed beyond one call."""
    return ApprovalRules(items=await approvals.list_rules(scope))


@router.delete(
    "/approval-rules/{rule_id}",
    status_code=204,
    operation_id="revokeApprovalRule",
    responses=errors(NotSignedInError, RuleNotFoundError),
)
async def revoke_approval_rule(scope: CurrentScope, rule_id: Annotated[RuleId, Path()]) -> None:
    """End a rule: what it covered asks again."""
    await approvals.revoke_rule(scope, rule_id)


@router.post(
    "/approval-rules/preview",
    operation_id="previewApprovalRule",
    responses=errors(NotSignedInError, DeviceNotFoundError),
)
async def preview_approval_rule(scope: CurrentScope, data: PreviewRule) -> RulePreview:
    """Which calls of the last 30 days a rule would have covered. Makes none."""
    return await foresight.preview_rule(scope, data)


@router.post(
    "/tool-policy/simulate",
    operation_id="simulateCall",
    responses=errors(NotSignedInError, DeviceNotFoundError, NotAllowedError),
)
async def simulate_call(actor: CurrentActor, platform: CurrentPlatform, data: SimulateCall) -> Simulation:
    """What would happen with a call, here and as the machine's own policy says. Nothing is run."""
    return await foresight.simulate(platform.database, platform.bus, actor, data)


@router.get("/models", operation_id="listModels", responses=errors(NotSignedInError))
async def list_models(scope: CurrentScope) -> Models:
    """What the workspace can use."""
    return Models(items=await providers.list_models(scope))


@router.get("/model-providers", operation_id="listModelProviders", responses=errors(NotSignedInError))
async def list_model_providers(scope: CurrentScope) -> Providers:
    """The workspace's providers. Keys are never shown."""
    return Providers(items=await providers.list_providers(scope))


@router.post(
    "/model-providers",
    status_code=201,
    operation_id="createModelProvider",
    responses=errors(NotSignedInError, NotAllowedError, PrivateAddressError),
)
async def create_model_provider(
    actor: CurrentActor, platform: CurrentPlatform, data: CreateProvider
) -> Provider:
    """Add a provider; its key is sealed at rest."""
    is_private = await providers.is_private_address(data.base_url, platform.config)
    async with platform.database.transaction(actor) as scope:
        return await providers.create_provider(scope, data, platform.keys, is_private=is_private)


@router.patch(
    "/model-providers/{provider_id}",
    operation_id="updateModelProvider",
    responses=errors(NotSignedInError, NotAllowedError, ProviderNotFoundError, PrivateAddressError),
)
async def update_model_provider(
    actor: CurrentActor,
    platform: CurrentPlatform,
    provider_id: Annotated[ProviderId, Path()],
    data: UpdateProvider,
) -> Provider:
    """Change a provider."""
    is_private = await providers.is_private_address(data.base_url, platform.config)
    async with platform.database.transaction(actor) as scope:
        return await providers.update_provider(scope, provider_id, data, platform.keys, is_private=is_private)


@router.delete(
    "/model-providers/{provider_id}",
    status_code=204,
    operation_id="deleteModelProvider",
    responses=errors(NotSignedInError, NotAllowedError, ProviderNotFoundError),
)
async def delete_model_provider(scope: CurrentScope, provider_id: Annotated[ProviderId, Path()]) -> None:
    """Remove a provider and its key."""
    await providers.delete_provider(scope, provider_id)


@router.post(
    "/model-providers/{provider_id}/test",
    operation_id="testModelProvider",
    responses=errors(NotSignedInError, NotAllowedError, ProviderNotFoundError),
)
async def test_model_provider(
    actor: CurrentActor, platform: CurrentPlatform, provider_id: Annotated[ProviderId, Path()]
) -> ProviderTest:
    """Ask the provider a very short question, and say how it went."""
    try:
        async with platform.database.transaction(actor) as scope:
            config = await providers.get_config(scope, provider_id, platform.keys)
    except ProviderKeyUnreadableError as failure:
        error, latency_ms = failure, 0
    else:
        error, latency_ms = await providers.test_provider(config, platform.clock)
    return ProviderTest(
        ok=error is None,
        latency_ms=latency_ms,
        error=RunError(code=error.code, title=error.words(actor.language)) if error else None,
    )
