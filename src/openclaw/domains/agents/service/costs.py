"""What a user's runs have cost."""

from dataclasses import dataclass
from datetime import datetime

from openclaw.domains.agents.repository import costs as repository
from openclaw.infra.scope import Scope


@dataclass(frozen=True)
class Spent:
    """Money is in millionths of a US dollar; of ``unpriced`` runs the price is not known."""

    cost_micros: int
    runs: int
    unpriced: int
    input_tokens: int
    output_tokens: int


async def spent(scope: Scope, *, since: datetime) -> Spent:
    """What the user's runs that were begun since then have taken of models."""
    return Spent(*await repository.add_up(scope, since=since))
