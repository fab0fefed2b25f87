"""What is done every hour for automations."""

from openclaw.domains.automations import repository
from openclaw.domains.automations.service.registry import Automations
from openclaw.domains.automations.service.runs import settle_orphans
from openclaw.infra.housekeeping import Chore
from openclaw.infra.scope import Scope


def chores(automations: Automations) -> tuple[Chore, ...]:
    """Runs that nobody will end come to an end; what is old is forgotten."""

    async def settle(scope: Scope) -> None:
        await settle_orphans(scope, automations)

    return settle, repository.forget_old
