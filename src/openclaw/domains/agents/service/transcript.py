"""What a run needs of the conversation it belongs to. The slice above implements it; processes put the two together."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from openclaw.infra.scope import Scope


@dataclass(frozen=True)
class Turn:
    """An earlier question, and the run that answered it."""

    seq: int
    question: str
    run_id: UUID | None


@dataclass(frozen=True)
class History:
    """What was said before a run's question: a summary of the oldest turns, then the others whole."""

    summary: str | None
    turns: list[Turn]
    question: str


class Transcript(Protocol):
    """Access to conversations, by the run."""

    async def load(self, scope: Scope, *, conversation_id: UUID, run_id: UUID) -> History | None:
        """What was said before the run; None when the conversation is gone."""
        ...

    async def keep_summary(
        self, scope: Scope, *, conversation_id: UUID, summary: str, through_seq: int
    ) -> None:
        """The turns up to ``through_seq`` are from now on told to the model as ``summary``."""
        ...

    async def finish(self, scope: Scope, *, conversation_id: UUID, run_id: UUID, text: str) -> None:
        """The run has ended with these words."""
        ...
