"""agent, agent.wait, wake, and what command lines ask around them; what is not offered says so."""

import pytest

from openclaw.protocol.gateway.not_offered import NOT_OFFERED
from tests.domains.agents.chatting import use_model
from tests.support.accounts import Person
from tests.support.gateway_client import Refused, operator
from tests.support.node_hosts import command_line, gateway_token
from tests.support.scripted_openai import Fail, Say, ScriptedOpenAI

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASK = {"message": "hello", "idempotencyKey": "k1"}


async def test_a_turn_is_accepted_and_then_answered(ann: Person) -> None:
    async with ScriptedOpenAI([Say("Good day.")]) as model, operator(ann) as client:
        await use_model(ann, model)
        first, final = await client.call_twice("agent", ASK)
        assert first == first | {"runId": "k1", "status": "accepted", "sessionKey": "main"}
        assert (final["runId"], final["status"], final["summary"]) == ("k1", "ok", "completed")
        assert final["result"]["payloads"] == [{"text": "Good day.", "mediaUrl": None}]
        assert final["result"]["meta"]["agentMeta"]["usage"]["output"] > 0

        again = await client.call_twice("agent", ASK)
        assert again[1] == final, "the same key is the same turn"
        assert len(model.requests) == 1
        waited = await client.call("agent.wait", {"runId": "k1"})
        assert (waited["status"], waited["runId"]) == ("ok", "k1")
        with pytest.raises(Refused) as refusal:
            await client.call("agent", ASK | {"message": "something else"})
        assert refusal.value.code == "gateway.idempotency_conflict"


async def test_a_turn_that_fails_says_why_and_so_does_waiting_for_it(ann: Person) -> None:
    async with ScriptedOpenAI([Fail(401)]) as model, operator(ann) as client:
        await use_model(ann, model)
        _, final = await client.call_twice("agent", ASK)
        assert final["status"] == "error"
        waited = await client.call("agent.wait", {"runId": "k1"})
        assert (waited["status"], waited["error"]) == ("error", final["summary"])


async def test_waiting_ends_with_the_time_that_was_given(ann: Person) -> None:
    async with operator(ann) as client:
        waited = await client.call("agent.wait", {"runId": "nobody's", "timeoutMs": 1})
        assert waited == {"runId": "nobody's", "status": "timeout"}


async def test_waking_says_something_in_the_main_conversation(ann: Person) -> None:
    async with ScriptedOpenAI([Say("Awake.")]) as model, operator(ann) as client:
        await use_model(ann, model)
        assert await client.call("wake", {"mode": "now", "text": "the build is done"}) == {"ok": True}
        await client.event("chat", lambda p: p["state"] == "final")
        said = (await client.call("chat.history", {"sessionKey": "main"}))["messages"][0]
        assert said["content"] == [{"type": "text", "text": "the build is done"}]
        with pytest.raises(Refused) as refusal:
            await client.call("wake", {"mode": "next-heartbeat", "text": "later"})
        assert refusal.value.code == "gateway.schedules_not_offered"


@pytest.mark.parametrize(
    "change", [{"deliver": True}, {"extraSystemPrompt": "be rude"}, {"attachments": [1]}]
)
async def test_what_would_not_be_done_is_not_accepted(ann: Person, change: dict[str, object]) -> None:
    async with operator(ann) as client:
        with pytest.raises(Refused) as refusal:
            await client.call("agent", ASK | change)
        assert refusal.value.code == "gateway.invalid_params"


async def test_what_is_not_offered_says_so_to_those_who_may_ask(ann: Person) -> None:
    token = (await gateway_token(ann, "operator.pairing"))["token"]
    async with operator(ann) as client, command_line(ann, token, scopes=["operator.pairing"]) as poor:
        for method in NOT_OFFERED:
            with pytest.raises(Refused) as refusal:
                await client.call(method, {"any": "thing"})
            assert refusal.value.error["details"]["code"] == "NOT_OFFERED"
            assert method in str(refusal.value)
            assert "retryable" not in refusal.value.error
            assert method not in client.hello["features"]["methods"]
            with pytest.raises(Refused) as refusal:
                await poor.call(method)
            assert refusal.value.error["code"] == "FORBIDDEN"


async def test_an_empty_list_of_jobs_is_a_whole_page(ann: Person) -> None:
    """The command line of release 4 refuses a page of which it does not know where in the list it is."""
    async with operator(ann) as client:
        page = await client.call("cron.list", {"includeDisabled": False, "limit": 200, "offset": 0})
        assert page == page | {"jobs": [], "total": 0, "offset": 0, "limit": 200, "hasMore": False}
        assert (page["snapshotRevision"], page["nextOffset"]) == ("none", None)


async def test_conversations_are_found_by_any_of_their_names(ann: Person) -> None:
    conversation = await ann.post("/conversations", {"title": "lab one"})
    key = conversation["id"]
    async with operator(ann) as client:
        for name in ({"key": key}, {"sessionId": key}, {"label": "lab one"}):
            assert await client.call("sessions.resolve", name) == {"ok": True, "key": key, "agentId": "main"}
        assert await client.call("sessions.resolve", {"label": "no", "allowMissing": True}) == {"ok": False}
        for wrong in ({"label": "no"}, {"key": "no"}, {}, {"key": key, "label": "lab one"}):
            with pytest.raises(Refused):
                await client.call("sessions.resolve", wrong)
        compacted = await client.call("sessions.compact", {"key": key})
        assert (compacted["compacted"], compacted["kept"]) == (False, 0)
        assert (await client.call("sessions.subscribe"))["subscribed"]
        assert (await client.call("sessions.subscribe", {"limit": 5}))["list"]["count"] == 1
