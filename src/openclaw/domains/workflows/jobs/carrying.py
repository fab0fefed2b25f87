"""Who carries out the steps that the interpreter does not: one function for each type."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.language.values import masked, references, reveal
from openclaw.domains.workflows.machine.messages import Outcome, Work
from openclaw.domains.workflows.service import secrets
from openclaw.infra.db import Database
from openclaw.infra.scope import Actor
from openclaw.infra.secrets import KeyRing
from openclaw.kit.errors import OpenClawError, UnavailableError

Waits = Callable[[UUID | None], None]
Log = Callable[[str], None]


def _nobody(_approval_id: UUID | None) -> None:
    """Nobody wants to know."""


def _not_kept(_text: str) -> None:
    """Nobody wants to read it."""


@dataclass(frozen=True)
class StepCall:
    """One carrying-out. ``key`` is the same for every try, for whoever can tell a repetition by it.

    ``revealed`` are the secrets in ``inputs`` by name: nothing that is kept may show them. ``waits`` is told of the
    approval that the step waits for, and None once it goes on. ``log`` keeps a line of what was done. ``part`` tells
    apart what one step carries out several of.
    """

    actor: Actor
    run_id: UUID
    work: Work
    inputs: Any
    depth: int
    revealed: Mapping[str, str] = field(default_factory=dict[str, str])
    waits: Waits = _nobody
    log: Log = _not_kept
    part: str = ""

    @property
    def key(self) -> str:
        """The idempotency key of the step's effect."""
        whole = f"{self.run_id.hex}:{self.work.path}"
        return f"{whole}:{self.part}" if self.part else whole

    @property
    def attempt_id(self) -> UUID:
        """The id of this try, the same whoever makes it: what was begun under it is not begun again."""
        name = f"{self.key}:{self.work.attempt}"
        return UUID(bytes=hashlib.sha256(name.encode()).digest()[:16])


class Carrier(Protocol):
    """Carries out steps of one type. After a crash it is called again with the same call."""

    async def carry(self, call: StepCall) -> Any:
        """The output. Raises StepError, or any OpenClawError, which the step fails with."""
        ...


@runtime_checkable
class Stopper(Protocol):
    """A carrier that leaves something running elsewhere, which has to be told that nobody waits for it any more."""

    async def stop(self, call: StepCall) -> None:
        """End what was begun. Nothing happens when there is nothing."""
        ...


Carriers = Mapping[str, Carrier]


async def carry_out(
    carriers: Carriers,
    database: Database,
    keys: KeyRing,
    actor: Actor,
    run_id: UUID,
    work: Work,
    *,
    depth: int,
    waits: Waits,
    log: Log,
) -> Outcome:
    """Carry out a step and say how it ended. Raises UnavailableError when the database is away."""
    carrier = carriers.get(work.step.type)
    if carrier is None:
        message = f"Steps of the type {work.step.type} cannot be carried out on this server."
        return Outcome(failure=StepError("not_available", message, is_final=True))
    revealed: dict[str, str] = {}
    try:
        config = work.step.config.model_dump(by_alias=True)
        revealed = await _secrets(database, keys, actor, sorted(references(config, work.inputs)))
        inputs = reveal(config, work.inputs, revealed.__getitem__)
        call = StepCall(actor, run_id, work, inputs, depth, revealed, waits, _masking(log, revealed))
        output = await carrier.carry(call)
    except StepError as failure:
        said = masked(failure.message, revealed)
        return Outcome(failure=StepError(failure.code, said, is_final=failure.is_final))
    except UnavailableError:
        raise
    except OpenClawError as error:
        return Outcome(failure=StepError(error.code, masked(error.words(actor.language), revealed)))
    return Outcome(masked(output, revealed))


def _masking(log: Log, revealed: Mapping[str, str]) -> Log:
    return lambda text: log(masked(text, revealed))


async def _secrets(database: Database, keys: KeyRing, actor: Actor, names: list[str]) -> dict[str, str]:
    if not names:
        return {}
    async with database.transaction(actor, is_quiet=True) as scope:
        found = await secrets.reveal(scope, names, keys)
    for name in names:
        if name not in found:
            raise StepError("no_such_secret", f"There is no secret named {name}.", is_final=True)
    return found
