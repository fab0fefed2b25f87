"""What machines tell of runs on them: believed once, from that machine alone, and no more than may be kept."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from openclaw.kit import ids
from openclaw.protocol.runs import ANSWER, RUN, RUN_ARGUMENTS
from openclaw.protocol.tools import ARGUMENTS
from tests.domains.agents.chatting import Chat, chatting
from tests.support.accounts import Person, register
from tests.support.devices import Call, OnlineMachine, link, online
from tests.support.gateway_client import Refused, operator

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMANDS = [*ARGUMENTS, *RUN_ARGUMENTS]
BEGAN = {"kind": "began", "session": "s1"}
KEEPING = (
    "messages",
    "run_steps",
    "run_events",
    "runs",
    "approvals",
    "conversations",
    "device_calls",
    "user_events",
)


class Pi:
    """A machine with a runtime that says what the test says, and a conversation with it."""

    def __init__(self, machine: OnlineMachine, chat: Chat) -> None:
        self.machine = machine
        self.chat = chat
        self.call: Call | None = None
        self.count = 0

    async def take(self, text: str = "Do it") -> str:
        """Say something, and have it reach the machine."""
        run = await self.chat.say(text)
        self.call = await self.machine.next_call()
        assert self.call.command == RUN
        self.count = 0
        return run

    async def begin(self, text: str = "Do it") -> str:
        """Say something, and have the machine take it up."""
        run = await self.take(text)
        await self.tell(BEGAN)
        return run

    async def tell(
        self, event: dict[str, Any], seq: int | None = None, *, by: OnlineMachine | None = None
    ) -> Any:
        """The next event of the run, or the one of that number."""
        assert self.call is not None
        if seq is None:
            self.count += 1
        machine = by or self.machine
        params = {"id": self.call.id, "nodeId": machine.node_id, "seq": seq or self.count, "event": event}
        return await machine.client.call("node.run.event", params)

    async def end(self, outcome: str = "completed") -> None:
        assert self.call is not None
        await self.call.answer({"outcome": outcome, "events": self.count})


def said(text: str, **more: Any) -> dict[str, Any]:
    return {"kind": "said", "stop": "stop", "text": text, "inputTokens": 3, "outputTokens": 5, **more}


def started(call: str, **more: Any) -> dict[str, Any]:
    return {"kind": "tool_started", "call": call, "name": "exec", "arguments": {"command": "make"}, **more}


@contextlib.asynccontextmanager
async def machine_with_pi(person: Person, **about: Any) -> AsyncIterator[Pi]:
    machine = await link(person)
    async with online(machine, commands=COMMANDS) as there:
        body = {"runtime": "pi", "deviceId": machine.session["deviceId"], **about}
        async with chatting(person, **body) as chat:
            yield Pi(there, chat)


async def test_an_event_counts_once(ann: Person) -> None:
    async with machine_with_pi(ann) as pi:
        await pi.begin()
        await pi.tell(said("Half"))
        await pi.tell(said("Half"), seq=2)
        await pi.tell(said("Another"), seq=2)
        await pi.tell(said("Whole"))
        await pi.end()
        reply = await pi.chat.reply()
        assert [part["text"] for part in reply["parts"]] == ["Half", "Whole"]
        assert reply["usage"] == {"inputTokens": 6, "outputTokens": 10, "costMicros": None}
        assert await pi.tell(said("Too late"), seq=9) == {"ok": True, "ignored": True}


async def test_events_are_applied_in_order(ann: Person) -> None:
    """One that was refused for a moment comes after those behind it: the end waits for it."""
    async with machine_with_pi(ann) as pi:
        await pi.begin()
        await pi.tell(said("Third"), seq=3)
        pi.count = 3
        await pi.end()
        await pi.tell(said("Second"), seq=2)
        reply = await pi.chat.reply()
        assert [part["text"] for part in reply["parts"]] == ["Second", "Third"]


async def test_another_machine_is_refused_and_that_is_in_the_log(ann: Person) -> None:
    """Of the same person, of a stranger: neither learns whether there is such a run, and nothing comes of it."""
    bob = await register(ann.server)
    async with machine_with_pi(ann) as pi:
        await pi.begin()
        for person in (ann, bob):
            async with online(await link(person, "other"), commands=COMMANDS) as other:
                for event, seq in ((said("Lies"), 2), (said("Lies"), 3)):
                    with pytest.raises(Refused) as refusal:
                        await pi.tell(event, seq=seq, by=other)
                    assert refusal.value.code == "agents.run_not_found"
                with pytest.raises(Refused):
                    live = {"kind": "delta", "reply": 0, "offset": 0, "text": "Lies"}
                    params = {"id": pi.call.id, "nodeId": other.node_id, "event": live}  # pyright: ignore[reportOptionalMemberAccess]
                    await other.client.call("node.run.event", params)
            log = (await person.get("/audit"))["items"]
            noted = [entry for entry in log if entry["action"] == "devices.frame_refused"]
            assert [entry["detail"] for entry in noted] == [{"offence": "foreign_run_event", "times": 1}]
        await pi.tell(said("Truth"))
        await pi.end()
        assert [part["text"] for part in (await pi.chat.reply())["parts"]] == ["Truth"]


async def test_no_client_speaks_to_the_runtime(ann: Person) -> None:
    """A token that may invoke tools prompts nothing by that, and answers no question around its user."""
    async with machine_with_pi(ann) as pi, operator(ann) as page:
        await pi.begin()
        assert pi.call is not None
        run = {"conversation": "a" * 32, "mode": "full", "text": "Do it"}
        answer = {"run": pi.call.id, "question": "q1", "isAllowed": True}
        for command, params in ((RUN, run), (ANSWER, answer)):
            call = {"nodeId": pi.machine.node_id, "command": command, "params": params}
            with pytest.raises(Refused):
                await page.call("node.invoke", {**call, "idempotencyKey": command})
        await pi.end()
        await pi.chat.ended()
        async with ann.server.owner() as connection:
            made = await connection.fetch(
                "SELECT command FROM device_calls WHERE device_id = $1", pi.machine.machine.device_id
            )
        assert [row["command"] for row in made] == [RUN]


async def test_a_run_of_the_server_takes_no_events(ann: Person) -> None:
    machine = await link(ann)
    async with online(machine, commands=COMMANDS) as there, chatting(ann) as chat:
        run = await chat.say("run touch x")
        await chat.asked()
        params = {
            "id": ids.from_wire("run", run).hex,
            "nodeId": there.node_id,
            "seq": 1,
            "event": said("Lies"),
        }
        with pytest.raises(Refused) as refusal:
            await there.client.call("node.run.event", params)
        assert refusal.value.code == "agents.run_not_found"


@pytest.mark.parametrize("mode", ["local_only", "metadata"])
async def test_the_server_does_not_believe_that_the_machine_held_back(ann: Person, mode: str) -> None:
    """A machine that tells everything all the same: no row has it, and no page is told."""
    words = f"words-of-the-machine-{mode}"
    async with machine_with_pi(ann, syncMode=mode) as pi:
        await pi.begin(f"say {words}")
        await pi.tell({"kind": "delta", "reply": 0, "offset": 0, "text": words}, seq=1)
        await pi.chat.watch.event(
            "sessions.changed", reason="runtime"
        )  # the machine has it: here it is forgotten
        async with ann.server.owner() as connection:
            for table in ("messages", "device_calls"):
                assert words not in str(await connection.fetch(f"SELECT t::text FROM {table} t")), table
        await pi.tell(said(words, error=words))
        await pi.tell(started("c1", arguments={"command": words}))
        await pi.tell({"kind": "tool_ended", "call": "c1", "isError": True, "result": {"stdout": words}})
        assert words not in str(pi.chat.watch.messages)
        about = {"title": words, "message": words, "options": [words]}
        question = {"id": "q1", "method": "select", "grade": "modify", **about}
        await pi.tell({"kind": "asked", "question": question})
        approval = await pi.chat.asked()
        assert (words in str(approval)) == (mode == "metadata")  # there it is kept until it is answered
        body = {"decision": "allow_once", "answer": words}
        await ann.post(f"/approvals/{approval['id']}/decision", body)
        answer = await pi.machine.next_call()
        assert answer.params["text"] == words
        await answer.answer({})
        await pi.end()
        reply = await pi.chat.reply()
        assert [(part["type"], part["state"]) for part in reply["parts"]] == [
            ("tool", "error"),
            ("tool", "ok"),
        ]
        async with ann.server.owner() as connection:
            for table in KEEPING:
                rows = await connection.fetch(f"SELECT t::text FROM {table} t")
                assert words not in str(rows), table


@pytest.mark.parametrize("mode", ["full", "metadata"])
async def test_an_end_that_is_there_with_the_beginning_is_not_lost(ann: Person, mode: str) -> None:
    """What a call was about is forgotten once it is taken up, and how it ended is not."""
    async with machine_with_pi(ann, syncMode=mode) as pi:
        run = ids.from_wire("run", await pi.take())
        async with ann.server.owner() as connection:
            async with connection.transaction():
                await connection.execute("SELECT 1 FROM runs FOR NO KEY UPDATE")  # whoever leads it waits
                await pi.tell(BEGAN)
                pi.count += 1  # what was said is on its way again
                await pi.end()
            while await connection.fetchval("SELECT told_seq FROM runs WHERE id = $1", run) != 1:
                pass
        await pi.tell(said("Done"), 2)
        assert (await pi.chat.reply())["state"] == "complete"


@pytest.mark.parametrize(
    ("code", "message", "shown"),
    [
        ("RUNTIME_FAILED", "pi.not_found", "pi.not_found"),
        ("RUNTIME_FAILED", "it said words-of-a-failure", "RUNTIME_FAILED"),
        ("words-of-a-failure", "", "–"),
    ],
)
async def test_how_a_call_failed_is_no_way_for_words_either(
    ann: Person, code: str, message: str, shown: str
) -> None:
    async with machine_with_pi(ann, syncMode="metadata") as pi:
        await pi.begin()
        assert pi.call is not None
        await pi.call.fail(code, message)
        await pi.chat.ended()
        assert (await pi.chat.messages())[-1]["error"]["title"] == f"Pi on “laptop” failed: {shown}"
        assert "words-of-a-failure" not in str(pi.chat.watch.messages)
        async with ann.server.owner() as connection:
            for table in KEEPING:
                rows = await connection.fetch(f"SELECT t::text FROM {table} t")
                assert "words-of-a-failure" not in str(rows), table


async def test_a_rule_answers_in_the_persons_place(ann: Person) -> None:
    async with machine_with_pi(ann) as pi:
        for number, decision in ((1, "allow_conversation"), (2, None)):
            await pi.begin()
            arguments = {"command": "touch x", "cwd": "/home/ann/docs"}
            question = {
                "id": "q",
                "method": "gate",
                "grade": "modify",
                "tool": "exec",
                "arguments": arguments,
            }
            await pi.tell(started(f"c{number}", arguments=arguments, question=question))
            if decision:
                await pi.chat.decide(await pi.chat.asked(), decision)
            answer = await pi.machine.next_call()
            assert (answer.command, answer.params["isAllowed"]) == (ANSWER, True)
            await pi.tell({"kind": "tool_ended", "call": f"c{number}", "isError": False, "result": {}})
            await pi.end()
            await pi.chat.ended()
        assert len((await ann.get("/approvals"))["items"]) == 1


async def test_limits_answer_too(ann: Person) -> None:
    """What the workspace lets nobody do is not asked about, and the machine is told before it begins."""
    await ann.put("/tool-policy", {"maxGrade": "modify", "deniedTools": ["fs.read"]})
    async with machine_with_pi(ann) as pi:
        await pi.begin()
        assert pi.call is not None
        assert pi.call.params["limits"] == {"maxGrade": "modify", "deniedTools": ["fs.read"]}
        for number, grade in enumerate(("high", "modify"), start=1):
            question = {"id": f"q{number}", "method": "gate", "grade": grade, "tool": "pi.deploy"}
            await pi.tell(started(f"c{number}", question=question))
        answer = await pi.machine.next_call()
        assert (answer.command, answer.params["question"]) == (ANSWER, "q1")
        assert answer.params["isAllowed"] is False
        assert "allows modify" in answer.params["text"]
        assert (await pi.chat.asked())["grade"] == "modify"
        await pi.end()


async def test_a_conversation_stays_with_its_runtime(ann: Person) -> None:
    machine = await link(ann)
    device = machine.session["deviceId"]

    async def code(method: str, path: str, body: dict[str, Any]) -> str:
        return (await ann.api.request(method, path, json=body)).json()["code"]

    async with online(machine):
        assert (
            await code("POST", "/conversations", {"runtime": "pi", "deviceId": device})
            == "agents.runtime_not_offered"
        )
    assert await code("POST", "/conversations", {"runtime": "pi"}) == "request.invalid"
    assert await code("POST", "/conversations", {"syncMode": "metadata"}) == "request.invalid"
    async with machine_with_pi(ann) as pi:
        path = f"/conversations/{pi.chat.id}"
        assert await code("PATCH", path, {"deviceId": None}) == "conversations.runtime_fixed"
        await pi.begin()
        await pi.end()
        await pi.chat.ended()
        message = (await pi.chat.messages())[0]["id"]
        refused = "conversations.runtime_history"
        assert await code("POST", f"{path}/messages/{message}/resend", {}) == refused
        assert await code("POST", f"{path}/branch", {"messageId": message}) == refused
        async with operator(ann) as page:
            with pytest.raises(Refused) as refusal:
                await page.call("chat.inject", {"sessionKey": pi.chat.id, "message": "By the way."})
            assert refusal.value.code == refused
    other = (await ann.post("/conversations", {}))["id"]
    assert await code("POST", f"/conversations/{other}/runtime/compact", {}) == "conversations.no_runtime"
