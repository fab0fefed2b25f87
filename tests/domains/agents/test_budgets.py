"""Budgets: held before a model call, charged after it, and never exceeded, whatever providers say."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest
import pytest_asyncio

from openclaw.domains.agents.errors import BudgetSpentError, PriceUnknownError
from openclaw.domains.agents.jobs.metering import Meters, RunMeter
from openclaw.domains.agents.schemas.budgets import Budget, BudgetLimits
from openclaw.domains.agents.service import budgets
from openclaw.kit.errors import OpenClawError
from openclaw.kit.ids import from_wire, new_id
from openclaw.runtime.history import user_message
from openclaw.runtime.metering import measure, price_micros
from openclaw.runtime.models import ModelConfig
from openclaw.runtime.streaming import ModelReply, Models, ReplyRequest
from tests.support.accounts import Person, refused
from tests.support.scripted_openai import MODEL, Answer, Fail, Say, ScriptedOpenAI

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASKED = ReplyRequest("Be brief.", [user_message("Say something.")], max_output_tokens=100)
SIZE = measure(ASKED.system, ASKED.history, ())
DEAR = 1_000_000  # micros for a million tokens: a token is a micro


def meters_of(person: Person) -> Meters:
    """As one process has them."""
    platform = person.server.platform
    return Meters(platform.database, platform.bus, platform.clock)


def meter_of(person: Person, budget_id: UUID, run_id: UUID | None = None) -> RunMeter:
    return meters_of(person).of_run(person.actor, run_id or new_id(), budget_id)


async def new_budget(person: Person, **limits: int) -> UUID:
    async with person.scope() as scope:
        row = await budgets.add_budget(
            scope, BudgetLimits.model_validate(limits), name="test", is_named=False
        )
    return row.id


async def look(person: Person, budget_id: UUID) -> Budget:
    async with person.scope() as scope:
        return budgets.view(await budgets.access_budget(scope, budget_id))


def config_of(model: ScriptedOpenAI) -> ModelConfig:
    return ModelConfig("openai", MODEL, model.url, "key", None, DEAR, DEAR)


async def ask(
    models: Models, config: ModelConfig, meter: RunMeter, request: ReplyRequest = ASKED
) -> ModelReply | OpenClawError:
    try:
        return await models.stream_reply(config, request, lambda _: None, meter=meter)
    except OpenClawError as error:
        return error


@pytest_asyncio.fixture(loop_scope="module")
async def models(ann: Person) -> AsyncIterator[Models]:
    models = Models(ann.server.platform.clock)
    yield models
    await models.aclose()


def spoken(text: str, told: str) -> str:
    """An answer whose usage is told to be ``told``, as it stands, in the place of each number."""
    head = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
    said = {**head, "choices": [{"index": 0, "delta": {"role": "assistant", "content": text}}]}
    end = {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": "@"}
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    usage = "{" + ",".join(f'"{name}":{told}' for name in names) + "}"
    return (
        f"data: {json.dumps(said)}\n\ndata: {json.dumps(end)}\n\n".replace('"@"', usage) + "data: [DONE]\n\n"
    )


def always(answer: Answer) -> ScriptedOpenAI:
    return ScriptedOpenAI(lambda _: answer)


async def test_a_hundred_at_once_never_exceed_a_budget_by_a_cent(ann: Person, models: Models) -> None:
    """Each call costs 50; there is enough for some of them, and what is held for others is waited for."""
    said = Say("one two three", usage=(40, 10))
    need = SIZE.at_most + ASKED.max_output_tokens  # type: ignore[operator]
    limit = need * 3 + 30 * 50
    budget = await new_budget(ann, moneyMicros=limit)
    async with always(said) as model:
        config = config_of(model)
        processes = [meters_of(ann) for _ in range(3)]
        meters = [processes[n % 3].of_run(ann.actor, new_id(), budget) for n in range(100)]
        answers = await asyncio.gather(*(ask(models, config, meter) for meter in meters))
        asked = len(model.requests)
    found = await look(ann, budget)
    granted = [answer for answer in answers if isinstance(answer, ModelReply)]
    errors = [answer for answer in answers if not isinstance(answer, ModelReply)]
    assert len(granted) == asked
    assert 0 < asked < 100
    assert {error.words() for error in errors} == {BudgetSpentError(part="money").words()}
    assert found.money_micros.held == found.tokens.held == found.calls.held == 0
    assert found.calls.used == asked
    assert found.money_micros.used == found.tokens.used == asked * 50
    # All was given out that can be: nobody was refused while there was enough for one more.
    assert limit - need < found.money_micros.used + SIZE.at_most + 100 <= limit + need
    assert found.money_micros.used <= limit


@pytest.mark.parametrize(
    ("answer", "least"),
    [
        pytest.param(Say("word " * 60, usage=(0, 0)), 60, id="too little"),
        pytest.param(Say("word " * 60, usage=None), 60, id="nothing"),
        pytest.param(Say("hi", usage=(10**9, 10**9)), 0, id="too much"),
        pytest.param(Say("word " * 5_000, usage=(1, 1)), 90, id="and says more than it may"),
    ],
)
async def test_a_provider_that_lies_about_usage_is_caught_by_our_own_count(
    ann: Person, models: Models, answer: Say, least: int
) -> None:
    """Too little counts as what we counted; too much as what was held: more it cannot have been."""
    limit = SIZE.at_most + 100
    budget = await new_budget(ann, moneyMicros=limit, tokens=limit)
    async with always(answer) as model:
        reply = await ask(models, config_of(model), meter_of(ann, budget))
        assert isinstance(reply, ModelReply)
        again = await ask(models, config_of(model), meter_of(ann, budget))
        assert isinstance(again, BudgetSpentError)
        assert len(model.requests) == 1
    found = await look(ann, budget)
    assert found.money_micros.held == found.tokens.held == 0
    assert SIZE.about + least <= found.tokens.used <= limit
    assert found.money_micros.used == found.tokens.used
    if len(answer.text) > 10_000:
        assert reply.finish_reason == "length"
        assert len(reply.text) < 1_000


@pytest.mark.parametrize("told", ["1e400", "-7", "12.5", '"many"', "1" + "0" * 30, "null"])
@pytest.mark.filterwarnings("ignore")  # of the library, which leaves out what it cannot read
async def test_a_call_is_settled_whatever_usage_is_told(ann: Person, models: Models, told: str) -> None:
    """Were it not, what was held for it would be missing to all who share the budget."""
    budget = await new_budget(ann, moneyMicros=10**6, tokens=10**6)
    async with always(Say(raw=spoken("word " * 60, told))) as model:
        reply = await ask(models, config_of(model), meter_of(ann, budget))
    assert isinstance(reply, ModelReply)
    assert all(isinstance(n, int) and 0 <= n < 2**31 for n in (reply.input_tokens, reply.output_tokens))
    found = await look(ann, budget)
    assert (found.money_micros.held, found.tokens.held, found.calls.held, found.calls.used) == (0, 0, 0, 1)
    assert SIZE.about + 60 <= found.tokens.used <= SIZE.at_most + 100


async def test_what_was_asked_is_paid_for_when_the_answer_breaks_off_before_it_says_anything(
    ann: Person, models: Models
) -> None:
    budget = await new_budget(ann, tokens=10**6)
    async with ScriptedOpenAI([Say("hello", cut_after=1), Fail(503)]) as model:
        once = replace(ASKED, attempts=1)
        meter = meter_of(ann, budget)
        assert isinstance(await ask(models, config_of(model), meter, once), OpenClawError)
        assert (await look(ann, budget)).tokens.used == SIZE.about
        assert isinstance(await ask(models, config_of(model), meter, once), OpenClawError)
        assert (await look(ann, budget)).tokens.used == SIZE.about, "what was refused costs nothing"


async def test_without_a_price_money_refuses_and_the_rest_does_not(ann: Person, models: Models) -> None:
    async with always(Say("hi")) as model:
        config = replace(config_of(model), input_price_micros=None, output_price_micros=None)
        assert price_micros(config, input_tokens=1, output_tokens=1) is None
        refusal = await ask(models, config, meter_of(ann, await new_budget(ann, moneyMicros=10**9)))
        assert isinstance(refusal, PriceUnknownError)
        assert model.requests == []
        counted = await ask(models, config, meter_of(ann, await new_budget(ann, tokens=10**6)))
        assert isinstance(counted, ModelReply)
    known = ModelConfig("openai", "gpt-4o")
    assert price_micros(known, input_tokens=1_000_000, output_tokens=0) == 2_500_000
    assert price_micros(known, input_tokens=1, output_tokens=0) == 3  # rounded up


async def test_each_limit_refuses_by_itself_and_a_failed_call_counts_as_one(
    ann: Person, models: Models
) -> None:
    async with ScriptedOpenAI([Fail(401), Say("hi")]) as model:
        meter = meter_of(ann, budget := await new_budget(ann, calls=2, seconds=60))
        assert isinstance(await ask(models, config_of(model), meter), OpenClawError)
        found = await look(ann, budget)
        assert (found.calls.used, found.tokens.used) == (1, 0)
        assert isinstance(await ask(models, config_of(model), meter), ModelReply)
        refusal = await ask(models, config_of(model), meter)
        assert isinstance(refusal, BudgetSpentError)
        assert refusal.part == "calls"
        small = await ask(models, config_of(model), meter_of(ann, await new_budget(ann, tokens=10)))
        assert isinstance(small, BudgetSpentError)
        assert small.part == "tokens"


async def test_a_call_whose_process_is_gone_is_charged_whole(ann: Person) -> None:
    budget, run_id = await new_budget(ann, tokens=100_000), new_id()
    meter = meter_of(ann, budget, run_id)
    grant = await meter.reserve(ModelConfig.demo(), SIZE, wanted_output=100)
    assert (await look(ann, budget)).tokens.held == SIZE.at_most + grant.output_tokens
    async with ann.scope() as scope:
        await budgets.settle_whole(scope, run_id)
        await budgets.settle_whole(scope, run_id)
    found = await look(ann, budget)
    assert (found.tokens.used, found.tokens.held) == (SIZE.at_most + 100, 0)
    assert (found.calls.used, found.calls.held) == (1, 0)


async def test_budgets_by_their_routes(ann: Person) -> None:
    made = await ann.post("/budgets", {"name": "November", "moneyMicros": 5_000_000})
    assert made["moneyMicros"] == {"limit": 5_000_000, "used": 0, "held": 0}
    assert made["seconds"]["limit"] is None
    assert await ann.get(f"/budgets/{made['id']}") == made
    await new_budget(ann, calls=1)
    assert (await ann.get("/budgets"))["items"] == [made]
    assert from_wire("bud", made["id"])
    for wrong in ({"name": ""}, {"name": "x", "tokens": 0}, {"name": "x", "moneyMicros": -1}):
        assert refused(await ann.api.post("/budgets", json=wrong))[0] == 422
