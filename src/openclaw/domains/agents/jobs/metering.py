"""The meter of a run that has a budget: every model call is reserved before it is made, and settled after it."""

import asyncio
import contextlib
from datetime import datetime, timedelta
from uuid import UUID
from weakref import WeakValueDictionary

from openclaw.domains.agents.errors import BudgetSpentError
from openclaw.domains.agents.events import budget_topic
from openclaw.domains.agents.repository.budgets import Taken, Wanted
from openclaw.domains.agents.service import budgets
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.scope import Actor
from openclaw.kit.clock import Clock
from openclaw.kit.errors import OpenClawError
from openclaw.kit.ids import new_id
from openclaw.runtime.metering import MILLION, Grant, RequestSize, Spent, price_micros
from openclaw.runtime.models import ModelConfig

MOST_OUTPUT = 8_192
FEWEST_OUTPUT = 64
_SHORTEST = timedelta(seconds=1)
_LONGEST = timedelta(minutes=30)
_LOOK_AGAIN_SECONDS = 10


class Meters:
    """Makes the meters of one process's runs."""

    def __init__(self, database: Database, bus: EventBus, clock: Clock) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        # Of those who wait for one budget only the first looks at it, not all at each end of a call.
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    def of_run(self, actor: Actor, run_id: UUID, budget_id: UUID) -> "RunMeter":
        """The meter of one entry of a run."""
        turn = self._turns.setdefault(budget_id, asyncio.Lock())
        return RunMeter(
            self._database, self._bus, self._clock, actor, turn, budget_id=budget_id, run_id=run_id
        )


class RunMeter:
    """Charges the model calls of one run, one after the other, to its budget."""

    def __init__(
        self,
        database: Database,
        bus: EventBus,
        clock: Clock,
        actor: Actor,
        turn: asyncio.Lock,
        *,
        budget_id: UUID,
        run_id: UUID,
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._turn = turn
        self._actor = actor
        self._budget_id = budget_id
        self._run_id = run_id
        self._charge_id = new_id()
        self._began_at: datetime | None = None

    async def reserve(self, config: ModelConfig, size: RequestSize, *, wanted_output: int | None) -> Grant:
        """Hold what the call may take at most; waits while calls of others hold what it needs.

        Raises BudgetSpentError, PriceUnknownError, BudgetNotFoundError.
        """
        most = min(wanted_output or MOST_OUTPUT, MOST_OUTPUT)
        input_micros = price_micros(config, input_tokens=size.at_most, output_tokens=0)
        both = price_micros(config, input_tokens=size.at_most, output_tokens=MILLION)
        wanted = Wanted(
            input_tokens=size.at_most,
            fewest=min(FEWEST_OUTPUT, most),
            most=most,
            input_micros=input_micros,
            output_rate=None if both is None or input_micros is None else both - input_micros,
            shortest_ms=_in_ms(_SHORTEST),
            longest_ms=_in_ms(_LONGEST),
        )
        self._charge_id = new_id()
        async with self._turn, self._bus.wakeups(budget_topic(self._budget_id)) as woken:
            while True:
                woken.clear()
                async with self._database.transaction(self._actor, is_quiet=True) as scope:
                    grant = await budgets.reserve(
                        scope,
                        self._budget_id,
                        charge_id=self._charge_id,
                        run_id=self._run_id,
                        wanted=wanted,
                        model=config.model,
                    )
                if grant is not None:
                    self._began_at = self._clock.now()
                    return grant
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                        await woken.wait()

    async def settle(self, config: ModelConfig, spent: Spent) -> None:
        """Charge the larger of the provider's word and our own count, in tokens and in money."""
        inputs = max(spent.counted_input, spent.reported_input or 0)
        outputs = max(spent.counted_output, spent.reported_output or 0)
        price = price_micros(config, input_tokens=inputs, output_tokens=outputs) or 0
        reported = None
        if spent.reported_input is not None and spent.reported_output is not None:
            reported = spent.reported_input + spent.reported_output
        taken = Taken(
            money=max(price, spent.cost_micros or 0),
            tokens=inputs + outputs,
            time_ms=_in_ms(self._clock.now() - (self._began_at or self._clock.now())),
            reported=reported,
            counted=spent.counted_input + spent.counted_output,
        )
        async with self._database.transaction(self._actor) as scope:
            await budgets.settle(scope, self._charge_id, taken)

    def out_of_time(self) -> OpenClawError:
        """The budget's time was over before the call."""
        return BudgetSpentError(part="time")


def _in_ms(duration: timedelta) -> int:
    return int(duration.total_seconds() * 1000)
