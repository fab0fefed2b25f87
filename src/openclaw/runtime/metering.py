"""What a model call may use and has used: counted by ourselves, priced, and granted before it is made."""

import json
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Protocol

from openclaw.kit.errors import OpenClawError
from openclaw.runtime.context import estimate_history, estimate_tokens, history_bytes, tokens_of
from openclaw.runtime.models import ModelConfig

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.tools import ToolDefinition

MILLION = 1_000_000
# What providers put around a request: marks of roles, and a page of instructions when there are tools.
_AROUND = 1_000
_AROUND_MESSAGE = 16


@dataclass(frozen=True)
class RequestSize:
    """Tokens of a request: about how many they are, and how many they are at most (none is less than a byte)."""

    about: int
    at_most: int


@dataclass(frozen=True)
class Grant:
    """What one call may take: tokens of output and time. It is cut off at either."""

    output_tokens: int
    time: timedelta


@dataclass(frozen=True)
class Spent:
    """What one call took, as far as we know; ``reported_*`` is the provider's word, None when it gave none."""

    counted_input: int
    counted_output: int
    reported_input: int | None = None
    reported_output: int | None = None
    cost_micros: int | None = None


class Meter(Protocol):
    """Grants calls before they are made, and is told what became of each."""

    async def reserve(self, config: ModelConfig, size: RequestSize, *, wanted_output: int | None) -> Grant:
        """Leave for one call. Raises an error of the budget that refuses it."""
        ...

    async def settle(self, config: ModelConfig, spent: Spent) -> None:
        """The call that was granted last is over."""
        ...

    def out_of_time(self) -> OpenClawError:
        """What to raise when the granted time was over before the call."""
        ...


@dataclass
class OutputCount:
    """Counts what a model says as it comes."""

    letters: int = 0
    wide: int = 0

    def add(self, said: Any) -> None:
        """Some more of its words, or of the arguments of a call."""
        if not said:
            return
        text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, default=str)
        wide = 0 if text.isascii() else sum(1 for character in text if character >= "\u2e80")
        self.wide += wide
        self.letters += len(text) - wide

    @property
    def tokens(self) -> int:
        """About how many tokens that is, rather too many than too few."""
        return tokens_of(self.letters, self.wide) if self.letters or self.wide else 0


def measure(system: str, history: "Sequence[ModelMessage]", tools: "Sequence[ToolDefinition]") -> RequestSize:
    """How large a request is."""
    offered = "".join(
        f"{tool.name} {tool.description} {json.dumps(tool.parameters_json_schema)}" for tool in tools
    )
    about = estimate_tokens(system) + estimate_tokens(offered) + estimate_history(history)
    size = len(system.encode()) + len(offered.encode()) + history_bytes(history)
    return RequestSize(about, max(about, size + _AROUND + _AROUND_MESSAGE * len(history)))


def price_micros(config: ModelConfig, *, input_tokens: int, output_tokens: int) -> int | None:
    """What so many tokens cost in millionths of a US dollar, rounded up; None when the price is not known.

    By the prices that were configured, else by the price list that ships with the library.
    """
    if config.is_demo:
        return 0
    if config.input_price_micros is not None and config.output_price_micros is not None:
        total = input_tokens * config.input_price_micros + output_tokens * config.output_price_micros
        return -(-total // MILLION)
    from genai_prices import Usage, calc_price

    usage = Usage(input_tokens=input_tokens, output_tokens=output_tokens)
    try:
        price = calc_price(usage, config.model, provider_api_url=config.address)
    except (LookupError, ValueError):
        return None
    return math.ceil(price.total_price * MILLION)
