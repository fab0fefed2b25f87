"""One reply of a model, streamed: deltas to the caller as they come, then the whole with usage and cost."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import SystemRandom
from typing import TYPE_CHECKING, Any

from openclaw.kit.clock import Clock
from openclaw.kit.errors import OpenClawError
from openclaw.kit.ids import new_id
from openclaw.runtime import demo, prompts
from openclaw.runtime.context import estimate_history, estimate_tokens, shortened
from openclaw.runtime.errors import ProviderBadAnswerError, ProviderError
from openclaw.runtime.failures import failure_types, translate
from openclaw.runtime.history import user_message
from openclaw.runtime.loading import load_library
from openclaw.runtime.metering import Meter, OutputCount, Spent, measure, price_micros
from openclaw.runtime.models import ModelClients, ModelConfig

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse
    from pydantic_ai.models import ModelRequestParameters
    from pydantic_ai.settings import ModelSettings
    from pydantic_ai.tools import ToolDefinition

OnDelta = Callable[[str], None]

MAX_ATTEMPTS = 4
_FIRST_WAIT = timedelta(milliseconds=500)
_LONGEST_WAIT = timedelta(seconds=20)  # asked to wait longer, we say so to the person instead
_MICROS = 1_000_000
_MAX_ID = 200
_MAX_TOKENS = 2**31 - 1
_MAX_COST = 2**53
_SUMMARY_TOKENS = 2_000
_DEMO_SUMMARY_TOKENS = 300
_CHECK_TOKENS = 64
_random = SystemRandom()


@dataclass(frozen=True)
class ReplyRequest:
    """What to ask: the standing instructions, the conversation (ending with a request), and the tools on offer."""

    system: str
    history: Sequence["ModelMessage"]
    tools: Sequence["ToolDefinition"] = ()
    max_output_tokens: int | None = None
    attempts: int = MAX_ATTEMPTS
    may_be_empty: bool = False


@dataclass(frozen=True)
class ToolCall:
    """A call the model wants. ``arguments`` is None when they are no JSON object; ``invalid`` is then their text."""

    id: str
    name: str
    arguments: dict[str, Any] | None
    invalid: str | None = None


@dataclass(frozen=True)
class ModelReply:
    """A whole reply. ``cost_micros`` is millionths of a US dollar, None when the price is not known.

    ``finish_reason`` is ``stop``, ``length``, ``content_filter``, ``tool_call``, ``error`` or None;
    ``response`` is what belongs into the history.
    """

    text: str
    tool_calls: tuple[ToolCall, ...]
    input_tokens: int
    output_tokens: int
    cost_micros: int | None
    model: str
    finish_reason: str | None
    response: "ModelResponse"
    is_demo: bool = False


@dataclass
class Models:
    """Asks models. One for a process: it keeps connections; ``aclose`` ends them."""

    clock: Clock
    clients: ModelClients = field(default_factory=ModelClients)

    async def aclose(self) -> None:
        """Close every connection to providers."""
        await self.clients.aclose()

    async def stream_reply(
        self, config: ModelConfig, request: ReplyRequest, on_delta: OnDelta, *, meter: Meter | None = None
    ) -> ModelReply:
        """Ask once and stream; ``on_delta`` gets each piece of text as it comes and must not block.

        Failures that may pass are asked again, with growing waits, only as long as no text was delivered. Each time
        ``meter`` is asked first, and the call is cut off where its grant ends. Raises a ``ProviderError``, or what the
        meter raises. Cancelling the caller closes the connection to the provider.
        """
        attempt = 0
        while True:
            attempt += 1
            delivery = _Delivery(on_delta)
            try:
                if meter is not None:
                    return await self._ask_metered(config, request, delivery, meter)
                return await self._ask(config, request, delivery)
            except OpenClawError:
                raise
            except failure_types() as error:
                failure, may_pass = translate(error, config)
                wait = _wait(failure, attempt)
                if delivery.began or not may_pass or attempt >= request.attempts or wait is None:
                    raise failure from error
            except Exception as error:
                # The libraries take much of what a server may answer for granted.
                said = f"the answer cannot be read ({type(error).__name__})"
                raise ProviderBadAnswerError(model=config.model, said=said) from error
            await self.clock.sleep(wait)

    async def summarise(
        self, config: ModelConfig, transcript: str, *, meter: Meter | None = None
    ) -> ModelReply:
        """The summary of older turns by the same model, for ``context.fit``; it is paid for like any reply."""
        await load_library()
        request = ReplyRequest(
            prompts.SUMMARISER, [user_message(transcript)], max_output_tokens=_SUMMARY_TOKENS
        )
        if config.is_demo:
            return _demo_reply(request, demo.DemoAnswer(shortened(transcript, _DEMO_SUMMARY_TOKENS)))
        return await self.stream_reply(config, request, _nobody, meter=meter)

    async def check(self, config: ModelConfig) -> ModelReply:
        """Ask for one word, once: whether the provider can be reached, takes the key and knows the model."""
        await load_library()
        request = ReplyRequest(
            "Answer with one word.",
            [user_message("Say: ready")],
            max_output_tokens=_CHECK_TOKENS,
            attempts=1,
            may_be_empty=True,  # a model that thinks first may use the allowance up
        )
        return await self.stream_reply(config, request, _nobody)

    async def _ask_metered(
        self, config: ModelConfig, request: ReplyRequest, delivery: "_Delivery", meter: Meter
    ) -> ModelReply:
        size = measure(request.system, request.history, request.tools)
        grant = await meter.reserve(config, size, wanted_output=request.max_output_tokens)
        reply: ModelReply | None = None
        try:
            async with asyncio.timeout(grant.time.total_seconds()):
                granted = replace(request, max_output_tokens=grant.output_tokens)
                reply = await self._ask(config, granted, delivery, cut_at=grant.output_tokens)
                return reply
        except asyncio.CancelledError:
            delivery.is_taken = True  # whoever thinks for long before they say anything is paid for it
            raise
        except TimeoutError:
            delivery.is_taken = True
            raise meter.out_of_time() from None
        finally:
            spent = Spent(size.about if delivery.is_taken else 0, delivery.count.tokens)
            if reply is not None:
                spent = replace(
                    spent,
                    reported_input=reply.input_tokens,
                    reported_output=reply.output_tokens,
                    cost_micros=reply.cost_micros,
                )
            await meter.settle(config, spent)

    async def _ask(
        self,
        config: ModelConfig,
        request: ReplyRequest,
        delivery: "_Delivery",
        *,
        cut_at: int | None = None,
    ) -> ModelReply:
        if config.is_demo:
            return await self._demo(request, delivery)
        from pydantic_ai.direct import model_request_stream
        from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta

        is_cut = False
        model = await self.clients.get(config)
        stream = model_request_stream(
            model,
            request.history,
            model_settings=_settings(request),
            model_request_parameters=_parameters(request),
            instrument=False,
        )
        deliver = delivery.text
        async with stream as events:
            delivery.is_taken = True
            async for event in events:
                if isinstance(event, PartDeltaEvent):
                    if isinstance(event.delta, TextPartDelta) and event.delta.content_delta:
                        deliver(event.delta.content_delta)
                elif (
                    isinstance(event, PartStartEvent)
                    and isinstance(event.part, TextPart)
                    and event.part.content
                ):
                    deliver(event.part.content)
                delivery.note(event)
                if cut_at is not None and delivery.count.tokens > cut_at:  # it says more than it was let to
                    is_cut = True
                    break
            response = events.get()
        return _reply(config, request, replace(response, finish_reason="length") if is_cut else response)

    async def _demo(self, request: ReplyRequest, delivery: "_Delivery") -> ModelReply:
        delivery.is_taken = True
        answer = demo.answer(request.history, tools={tool.name for tool in request.tools})
        for piece in demo.pieces(answer.text):
            delivery.text(piece)
            delivery.count.add(piece)
            await self.clock.sleep(timedelta())  # others get their turn between two pieces
        return _demo_reply(request, answer)


@dataclass
class _Delivery:
    """Remembers whether the person has seen anything of this attempt, and counts all that the model said.

    ``is_taken``: the provider has begun to answer, so what it was asked is to be paid for, whatever becomes of it.
    """

    on_delta: OnDelta
    began: bool = False
    is_taken: bool = False
    count: OutputCount = field(default_factory=OutputCount)

    def note(self, event: Any) -> None:
        """Count what is new in an event of the stream: words, thoughts, and arguments of calls."""
        new = getattr(event, "delta", None) or (event.part if event.event_kind == "part_start" else None)
        for name in ("content_delta", "args_delta", "content", "args", "tool_name"):
            self.count.add(getattr(new, name, None))

    def text(self, piece: str) -> None:
        self.began = True
        self.on_delta(piece)


def _nobody(_piece: str) -> None:
    """Nobody watches."""


def _wait(failure: ProviderError, attempt: int) -> timedelta | None:
    """How long to wait before attempt ``attempt + 1``; None when the provider asks for more than anyone would wait."""
    asked = getattr(failure, "retry_after_seconds", None)
    if asked is not None:
        wait = timedelta(seconds=max(0.0, asked))
        return wait if wait <= _LONGEST_WAIT else None
    grown = _FIRST_WAIT * 2 ** (attempt - 1)
    # Not all runs at once when a provider comes back.
    return min(grown, _LONGEST_WAIT) * _random.uniform(0.5, 1.0)


def _settings(request: ReplyRequest) -> "ModelSettings":
    settings: ModelSettings = {"max_retries": 0}
    if request.max_output_tokens is not None:
        settings["max_tokens"] = request.max_output_tokens
    return settings


def _parameters(request: ReplyRequest) -> "ModelRequestParameters":
    from pydantic_ai.messages import InstructionPart
    from pydantic_ai.models import ModelRequestParameters

    return ModelRequestParameters(
        function_tools=list(request.tools),
        instruction_parts=[InstructionPart(content=request.system)] if request.system else [],
    )


def _reply(config: ModelConfig, request: ReplyRequest, response: "ModelResponse") -> ModelReply:
    response = _with_ids(response)
    calls = tuple(_call(part.tool_call_id, part.tool_name, part.args) for part in response.tool_calls)
    text = response.text or ""
    if not text.strip() and not calls and not request.may_be_empty:
        reason = response.finish_reason or "nothing was said"
        said = (
            "the answer was withheld by the content filter"
            if reason == "content_filter"
            else f"empty ({reason})"
        )
        raise ProviderBadAnswerError(model=config.model, said=said)
    usage = response.usage
    return ModelReply(
        text=text,
        tool_calls=calls,
        input_tokens=_count(usage.input_tokens),
        output_tokens=_count(usage.output_tokens),
        cost_micros=cost_micros(config, response),
        model=response.model_name or config.model,
        finish_reason=response.finish_reason,
        response=response,
    )


def _with_ids(response: "ModelResponse") -> "ModelResponse":
    """Every tool call with an id of its own: some local servers send none, the same twice, or an endless one."""
    seen: set[str] = set()
    parts = list(response.parts)
    for index, part in enumerate(parts):
        if part.part_kind != "tool-call":
            continue
        if not 0 < len(part.tool_call_id or "") <= _MAX_ID or part.tool_call_id in seen:
            parts[index] = replace(part, tool_call_id=f"call_{new_id().hex}")
        else:
            seen.add(part.tool_call_id)
    return replace(response, parts=parts)


def _call(call_id: str, name: str, arguments: str | dict[str, Any] | None) -> ToolCall:
    if isinstance(arguments, dict):
        return ToolCall(call_id, name, arguments)
    text = arguments or "{}"
    try:
        decoded = json.loads(text)
    except (ValueError, RecursionError):
        return ToolCall(call_id, name, None, text)
    return (
        ToolCall(call_id, name, decoded) if isinstance(decoded, dict) else ToolCall(call_id, name, None, text)
    )


def cost_micros(config: ModelConfig, response: "ModelResponse") -> int | None:
    """What ``response`` cost in millionths of a US dollar, by the configured prices or the library's price list.

    None for a model or an address that the list does not know: a local server is not what its model's name says.
    """
    from genai_prices import calc_price

    if not response.usage.has_values():
        return None
    if config.input_price_micros is not None:
        told = _count(response.usage.input_tokens), _count(response.usage.output_tokens)
        return price_micros(config, input_tokens=told[0], output_tokens=told[1])
    try:
        price = calc_price(
            response.usage,
            response.model_name or config.model,
            provider_api_url=config.address,
            genai_request_timestamp=response.timestamp,
        )
    except (LookupError, ValueError):
        return None
    return min(max(round(price.total_price * _MICROS), 0), _MAX_COST)


def _count(told: float) -> int:
    """So many tokens, of what a provider tells: fractions, less than none, and more than there are in the world too."""
    return int(min(max(0, told), _MAX_TOKENS))


def _demo_reply(request: ReplyRequest, answer: demo.DemoAnswer) -> ModelReply:
    from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart
    from pydantic_ai.usage import RequestUsage

    calls = tuple(ToolCall(f"call_{new_id().hex}", call.name, call.arguments) for call in answer.calls)
    said = [TextPart(content=answer.text)] if answer.text else []
    asked = [ToolCallPart(tool_name=c.name, args=c.arguments, tool_call_id=c.id) for c in calls]
    usage = RequestUsage(
        input_tokens=estimate_tokens(request.system) + estimate_history(request.history),
        output_tokens=estimate_tokens(answer.text),
    )
    response = ModelResponse(parts=[*said, *asked], usage=usage, model_name="demo", finish_reason="stop")
    return ModelReply(
        text=answer.text,
        tool_calls=calls,
        input_tokens=min(usage.input_tokens, _MAX_TOKENS),
        output_tokens=min(usage.output_tokens, _MAX_TOKENS),
        cost_micros=0,
        model="demo",
        finish_reason="tool_call" if calls else "stop",
        response=response,
        is_demo=True,
    )
