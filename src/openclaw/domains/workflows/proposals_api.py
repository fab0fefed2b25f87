"""The route that asks the workspace's model for a change of a workflow."""

from openclaw.domains.agents.errors import ProviderKeyUnreadableError
from openclaw.domains.agents.service import providers
from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.workflows.schemas import Proposal, Propose
from openclaw.domains.workflows.service import proposals
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.scope import Role
from openclaw.infra.web.context import CurrentActor, CurrentPlatform
from openclaw.infra.web.routes import errors, slice_router
from openclaw.kit.errors import TooLargeError
from openclaw.runtime.errors import (
    ProviderAuthError,
    ProviderBadAnswerError,
    ProviderBadRequestError,
    ProviderContextExceededError,
    ProviderNotFoundError,
    ProviderRateLimitedError,
    ProviderUnavailableError,
)

router = slice_router("workflows")
_turns = proposals.Turns()
_OF_MODELS = (
    ProviderKeyUnreadableError,
    ProviderAuthError,
    ProviderBadAnswerError,
    ProviderBadRequestError,
    ProviderContextExceededError,
    ProviderNotFoundError,
    ProviderRateLimitedError,
    ProviderUnavailableError,
)


@router.post(
    "/workflow-language/propose",
    operation_id="proposeWorkflowChange",
    responses=errors(NotSignedInError, NotAllowedError, TooLargeError, *_OF_MODELS),
)
async def propose_change(actor: CurrentActor, platform: CurrentPlatform, data: Propose) -> Proposal:
    """What the workspace's model would make of a definition. Nothing is saved."""
    async with platform.database.transaction(actor, is_quiet=True) as scope:
        check_role(scope.who, Role.MEMBER)
        config = await providers.default_config(scope, platform.keys)
    with _turns.taken(actor.user_id):
        return await proposals.propose(
            config, data.definition, data.words, platform.clock, language=actor.language
        )
