"""Questions of clients that run something themselves: on every surface, answered once, and a no when nobody answers."""

from datetime import timedelta

import pytest

from openclaw.domains.agents.errors import TooManyQuestionsError
from openclaw.domains.agents.service import questions
from openclaw.kit import ids
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import spawn
from openclaw.protocol.grading import grade_call
from openclaw.protocol.tools import Exec
from tests.support.accounts import Person, refused, register
from tests.support.gateway_client import Refused, operator
from tests.support.node_hosts import command_line, gateway_token, pair

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASK = {"id": "mine-1", "command": "touch notes.txt", "cwd": "/srv", "timeoutMs": 60_000}


async def test_the_person_is_asked_on_every_surface_and_the_first_answer_counts(ann: Person) -> None:
    async with operator(ann) as client, operator(ann) as page:
        asked = spawn(client.call("exec.approval.request", ASK), name="question")
        event = await page.event("exec.approval.requested")
        (shown,) = (await ann.get("/approvals?state=pending"))["items"]
        assert shown == event["approval"]
        assert shown["link"] == f"/approvals/{shown['id']}"
        assert shown == shown | {"runId": None, "conversationId": None, "device": None, "grade": "modify"}
        assert (shown["askedBy"], shown["arguments"]) == (
            "openclaw-control-ui",
            {"command": "touch notes.txt", "cwd": "/srv"},
        )
        answer = await ann.post(f"/approvals/{shown['id']}/decision", {"decision": "allow_once"})
        assert answer["state"] == "allowed"
        decided = await asked
        assert (decided["id"], decided["decision"]) == ("mine-1", "allow-once")
        assert (await page.event("exec.approval.resolved"))["decision"] == "allow-once"
        with pytest.raises(Refused) as late:
            await page.call("exec.approval.resolve", {"id": shown["id"], "decision": "deny"})
        assert late.value.error["details"]["reason"] == "APPROVAL_ALREADY_RESOLVED"
        actions = [entry["action"] for entry in (await ann.get("/audit"))["items"]]
        assert {"agents.approval_asked", "agents.approval_decided"} <= set(actions)


async def test_nobody_who_answers_in_time_is_a_no(ann: Person) -> None:
    async with operator(ann) as client, operator(ann) as page:
        decided = await client.call("exec.approval.request", ASK | {"timeoutMs": 1})
        assert decided["decision"] == "deny"
        assert (await page.event("exec.approval.resolved"))["decision"] == "deny"
        assert (await ann.get("/approvals?state=pending"))["items"] == []


async def test_it_can_be_answered_twice_and_waited_for_by_the_clients_own_name(ann: Person) -> None:
    async with operator(ann) as client, operator(ann) as page:
        accepted = await client.call("exec.approval.request", ASK | {"twoPhase": True})
        assert (accepted["status"], accepted["id"]) == ("accepted", "mine-1")
        again = await page.call("exec.approval.request", ASK | {"twoPhase": True})
        assert again["expiresAtMs"] == accepted["expiresAtMs"], "the same question"
        assert len((await ann.get("/approvals?state=pending"))["items"]) == 1
        await page.call("exec.approval.resolve", {"id": "mine-1", "decision": "deny", "reason": "not today"})
        waited = await page.call("exec.approval.waitDecision", {"id": "mine-1"})
        assert waited["decision"] == "deny"
        with pytest.raises(Refused) as other:
            await client.call("exec.approval.request", ASK | {"command": "touch b"})
        assert other.value.code == "agents.question_id_in_use"


@pytest.mark.parametrize(
    ("command", "code"),
    [("rm -rf /", "agents.never_run"), (":(){ :|:& };:", "agents.never_run")],
)
async def test_what_is_never_run_is_not_even_asked_about(ann: Person, command: str, code: str) -> None:
    async with operator(ann) as client:
        with pytest.raises(Refused) as refusal:
            await client.call("exec.approval.request", {"command": command})
        assert refusal.value.code == code
        assert (await ann.get("/approvals"))["items"] == []


async def test_a_deletion_is_confirmed_and_no_rule_comes_of_a_question_about_no_machine(ann: Person) -> None:
    async with operator(ann) as client, operator(ann) as page:
        asked = spawn(
            client.call("exec.approval.request", ASK | {"command": "rm notes.txt"}), name="question"
        )
        wanted = (await page.event("exec.approval.requested"))["id"]
        for answer, code in (
            ({"decision": "allow-once"}, "agents.confirmation_needed"),
            ({"decision": "allow-always", "confirm": True}, "agents.rule_not_possible"),
            ({"decision": "allow-conversation", "confirm": True}, "agents.rule_not_possible"),
        ):
            with pytest.raises(Refused) as refusal:
                await page.call("exec.approval.resolve", {"id": wanted, **answer})
            assert refusal.value.code == code
        await page.call("exec.approval.resolve", {"id": wanted, "decision": "allow-once", "confirm": True})
        assert (await asked)["decision"] == "allow-once"


async def test_it_can_be_about_a_machine_of_ones_own_and_of_nobody_elses(ann: Person) -> None:
    bob = await register(ann.server)
    machine = await pair(ann, (await gateway_token(ann))["token"])
    async with operator(ann) as client, operator(ann) as page, operator(bob) as stranger:
        with pytest.raises(Refused) as refusal:
            await stranger.call("exec.approval.request", ASK | {"nodeId": machine.node_id})
        assert refusal.value.code == "devices.not_found"
        asked = spawn(
            client.call("exec.approval.request", ASK | {"nodeId": machine.node_id}), name="question"
        )
        event = await page.event("exec.approval.requested")
        assert event["approval"]["device"]["name"] == "build-box"
        with pytest.raises(Refused):  # the name is Ann's: Bob has no question of that name
            await stranger.call("exec.approval.resolve", {"id": "mine-1", "decision": "allow-once"})
        await page.call("exec.approval.resolve", {"id": "mine-1", "decision": "deny"})
        assert (await asked)["decision"] == "deny"


@pytest.mark.parametrize(
    "change", [{"command": ""}, {"command": None}, {"command": None, "commandArgv": ["x" * 20_000] * 2}]
)
async def test_what_nobody_could_read_is_not_asked(ann: Person, change: dict[str, object]) -> None:
    async with operator(ann) as client:
        with pytest.raises(Refused) as refusal:
            await client.call("exec.approval.request", ASK | change)
        assert refusal.value.code == "gateway.invalid_params"


async def test_who_may_not_answer_may_not_ask(ann: Person) -> None:
    token = (await gateway_token(ann, "operator.read", "operator.write"))["token"]
    async with command_line(ann, token, scopes=["operator.read", "operator.write"]) as cli:
        with pytest.raises(Refused) as refusal:
            await cli.call("exec.approval.request", ASK)
        assert refusal.value.error["details"]["missingScope"] == "operator.approvals"


def question(
    command: str = "touch notes.txt", *, lifetime: timedelta = timedelta(minutes=5)
) -> questions.Question:
    """A question that nobody has asked before."""
    call = Exec(command=command)
    return questions.Question(
        id=new_id(),
        tool="exec",
        arguments=questions.shown_command(call),
        assessment=grade_call("exec", call, home=""),
        asked_by="script",
        device=None,
        lifetime=lifetime,
    )


async def test_a_flood_of_questions_is_bounded_and_what_has_lapsed_counts_no_more(ann: Person) -> None:
    bob = await register(ann.server)
    async with ann.scope() as scope:
        for _ in range(questions.MAX_OPEN):
            await questions.ask(scope, question(lifetime=timedelta(minutes=1)))
        with pytest.raises(TooManyQuestionsError):
            await questions.ask(scope, question())
    async with bob.scope() as scope:  # another's flood is none of Bob's business
        assert (await questions.ask(scope, question()))[0].state == "pending"
    ann.server.manual.advance(timedelta(minutes=2))
    async with ann.scope() as scope:
        asked, _ = await questions.ask(scope, question())
    (waiting,) = (await ann.get("/approvals?state=pending"))["items"]
    assert asked.state == "pending"
    assert waiting["link"].endswith(waiting["id"])


async def test_a_question_that_nobody_waits_for_is_over_when_its_time_is(ann: Person) -> None:
    """Its gateway may have died: then there is nobody who ends it but who looks, or comes too late."""
    async with ann.scope() as scope:
        asked, _ = await questions.ask(scope, question())
    wanted = ids.to_wire("appr", asked.id)
    ann.server.manual.advance(timedelta(minutes=6))
    late = await ann.api.post(f"/approvals/{wanted}/decision", json={"decision": "allow_once"})
    assert refused(late) == (409, "agents.approval_decided")
    assert (await ann.get(f"/approvals/{wanted}"))["state"] == "expired"
    assert "agents.approval_expired" in [entry["action"] for entry in (await ann.get("/audit"))["items"]]
