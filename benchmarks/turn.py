"""(a) What the product adds to a turn, against the same client library that asks the same model directly."""

import time
import uuid
from dataclasses import dataclass

from benchmarks.product import GatewayClient, product, running
from benchmarks.report import Row, milliseconds
from openclaw.kit.clock import SystemClock
from openclaw.runtime.history import user_message
from openclaw.runtime.models import ModelConfig
from openclaw.runtime.streaming import Models, ReplyRequest

ROUNDS, WARM_UP = 60, 10
QUESTION = "Tell me in one sentence what you are."


@dataclass(frozen=True)
class Turn:
    """Seconds to the first piece of text, and to the end."""

    first: float
    whole: float


async def measure() -> list[Row]:
    """Direct and through the product by turns, so that both see the same machine."""
    async with (
        running("-m", "tests.support.scripted_openai", "--port", "0", expects="http") as (_, url),
        product() as subject,
    ):
        base = url.split()[-1].rstrip("/")
        base = base if base.endswith("/v1") else f"{base}/v1"
        await subject.sign_up()
        body = {
            "kind": "openai",
            "name": "Scripted",
            "baseUrl": base,
            "apiKey": "k" * 16,
            "model": "scripted-1",
        }
        await subject.call("POST", "/model-providers", body)
        models, config = Models(SystemClock()), ModelConfig("openai", "scripted-1", base, "k" * 16)
        direct: list[Turn] = []
        through: list[Turn] = []
        async with subject.gateway() as client:
            for round_ in range(ROUNDS + WARM_UP):
                conversation = await subject.call("POST", "/conversations", {})
                one, other = await _direct(models, config), await _through(client, conversation["id"])
                if round_ >= WARM_UP:
                    direct.append(one)
                    through.append(other)
        await models.aclose()
    first = milliseconds([turn.first for turn in through]), milliseconds([turn.first for turn in direct])
    whole = milliseconds([turn.whole for turn in through]), milliseconds([turn.whole for turn in direct])
    return [
        _row("turn: added until it is whole, p50", whole, 40),
        _row("turn: added until the first delta, p50", first, 20),
    ]


async def _direct(models: Models, config: ModelConfig) -> Turn:
    first = 0.0
    started = time.perf_counter()

    def on_delta(_piece: str) -> None:
        nonlocal first
        first = first or time.perf_counter() - started

    await models.stream_reply(config, ReplyRequest("You are helpful.", [user_message(QUESTION)]), on_delta)
    return Turn(first, time.perf_counter() - started)


async def _through(client: GatewayClient, conversation: str) -> Turn:
    first = 0.0
    started = time.perf_counter()
    params = {"sessionKey": conversation, "message": QUESTION, "idempotencyKey": str(uuid.uuid4())}
    await client.send("chat.send", params)
    while True:
        frame = await client.receive()
        if frame.get("event") != "chat":
            continue
        first = first or time.perf_counter() - started
        if frame["payload"]["state"] != "delta":
            if frame["payload"]["state"] != "final":
                raise RuntimeError(str(frame))
            return Turn(first, time.perf_counter() - started)


def _row(name: str, pair: tuple[float, float], target: float) -> Row:
    added = pair[0] - pair[1]
    return Row(
        name, f"{pair[0]:.1f} ms", f"{pair[1]:.1f} ms", f"+{added:.1f} ms", f"≤ +{target} ms", added <= target
    )
