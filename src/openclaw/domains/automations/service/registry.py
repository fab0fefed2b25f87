"""What a process has for automations: actions, events, and how it tells people. One per process."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel, ValidationError

from openclaw.domains.automations.errors import UnknownActionError
from openclaw.domains.workflows.service import formulas
from openclaw.durable.queue import JobQueue
from openclaw.infra.scope import Scope
from openclaw.infra.secrets import KeyRing
from openclaw.kit.errors import InvalidInputError, OpenClawError

NAMES = frozenset({"input", "trigger", "automation"})
"""What conditions and the values of actions may name; success criteria also ``result``."""


@dataclass(frozen=True)
class ActionCall:
    """One time that an action is wanted. ``run_id`` is the key of effects; ``config`` has nothing marked in it."""

    run_id: UUID
    automation_id: UUID
    automation_name: str
    config: Any
    signing_secret: str
    depth: int


@dataclass(frozen=True)
class Begun:
    """What became of it within the transaction: done with a result, or ``target`` goes on with it by itself."""

    target: dict[str, str] | None = None
    result: Any = None


class Action(Protocol):
    """Something to do. Exactly one of `begin` and `perform` does it; the other one returns None."""

    @property
    def config(self) -> type[BaseModel]:
        """What it wants to know."""
        ...

    async def check(self, scope: Scope, config: Any) -> None:
        """Raise an error when it could never be done: what it names is not there."""
        ...

    async def begin(self, scope: Scope, call: ActionCall) -> Begun | None:
        """Do it with the transaction of the run; None: `perform` does it, after the commit."""
        ...

    async def perform(self, call: ActionCall) -> Any:
        """Do it outside of any transaction, perhaps again after a death; the result."""
        ...

    async def cancel(self, scope: Scope, target_id: str) -> None:
        """Stop what it has set going."""
        ...


@dataclass(frozen=True)
class Happened:
    """What a fact of the outbox is for automations: ``data`` is the input of runs that it sets off.

    ``target_id``: what has ended, as runs have it in their ``target``; then ``error`` says whether it failed.
    """

    data: dict[str, Any]
    target_id: str | None = None
    error: OpenClawError | None = None


@dataclass(frozen=True)
class EventSource:
    """Facts of the outbox that are an event. Their body says whose they are by ``userId`` and ``workspaceId``.

    ``read`` makes of it what happened, None when that concerns nobody; it is given a system scope that acts for the
    user. ``is_wanted_only``: recorded only for users who take an interest. ``target``: the kind of action whose work
    such a fact ends.
    """

    fact: str
    read: Callable[[Scope, dict[str, Any]], Awaitable[Happened | None]]
    is_wanted_only: bool = False
    target: str | None = None


Notifier = Callable[[Scope, UUID, str, dict[str, Any], str], Awaitable[None]]
"""Tells a user, in the transaction: a kind, the data of its words, and a page. It stays until it was seen."""


@dataclass(frozen=True)
class Automations:
    """The process's actions by kind and events by name. ``notify`` None: nobody can be told but by the feed."""

    actions: Mapping[str, Action]
    events: Mapping[str, EventSource]
    queue: JobQueue
    keys: KeyRing
    queued_at_most: int
    notify: Notifier | None = None

    def action(self, kind: str) -> Action:
        """The action of that kind. Raises UnknownActionError."""
        if (found := self.actions.get(kind)) is None:
            raise UnknownActionError(name=kind, known=", ".join(sorted(self.actions)))
        return found

    def config(self, kind: str, raw: dict[str, Any]) -> Any:
        """What an action is given, read strictly. Raises UnknownActionError, InvalidInputError."""
        try:
            return self.action(kind).config.model_validate(raw)
        except ValidationError as error:
            raise _wrong(error.errors()[0]) from None

    def draft(self, kind: str, raw: dict[str, Any]) -> Any | None:
        """The same of a configuration in which members may be marked: None when that is only known at the run."""
        marked = {name for name, value in raw.items() if formulas.is_marked(value)}
        try:
            return self.action(kind).config.model_validate(raw)
        except ValidationError as error:
            for wrong in error.errors():
                if not wrong["loc"] or wrong["loc"][0] not in marked:
                    raise _wrong(wrong) from None
            return None


def _wrong(error: Any) -> InvalidInputError:
    place = ".".join(["action", "config", *(str(part) for part in error["loc"])])
    return InvalidInputError(field=place[:200], reason=str(error["msg"])[:300])
