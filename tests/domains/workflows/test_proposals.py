"""A change in words: proposed by the workspace's model, checked, mended once, and never saved by itself."""

import asyncio
import json
from typing import Any

import pytest

from openclaw.domains.workflows.language import checks
from openclaw.domains.workflows.service.demo_edits import edit
from openclaw.kit.tasks import spawn
from tests.domains.agents.chatting import use_model
from tests.domains.workflows.running import definition, expr, step, transform
from tests.support.accounts import Person, refused, register
from tests.support.scripted_openai import Fail, Say, ScriptedOpenAI
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINE = definition(
    transform("first", 1, next_steps=["get"]),
    step("http", "get", {"url": "https://example.com"}, next_steps=["last"], on_failure="tell"),
    transform("tell", 2),
    transform("last", 3),
)


async def propose(person: Person, words: str, raw: dict[str, Any] = LINE) -> dict[str, Any]:
    return await person.post("/workflow-language/propose", {"definition": raw, "words": words})


def ids(raw: dict[str, Any]) -> list[str]:
    return [step["id"] for step in raw["steps"]]


async def test_the_demo_model_adds_an_approval_and_nothing_is_saved(server: Server) -> None:
    ann = await register(server)
    made = await propose(ann, "Please add an approval before step get.")
    assert ids(made["definition"]) == ["first", "approve_get", "get", "tell", "last"]
    assert (made["problems"], made["definition"]["steps"][0]["next_steps"]) == ([], ["approve_get"])
    assert "`get`" in made["explanation"]
    assert [c["path"] for c in made["changes"]] == ["$.steps.first.next_steps", "$.steps.approve_get"]
    assert "approve_get" in made["afterYaml"]
    assert "approve_get" not in made["beforeYaml"]
    assert (await ann.get("/workflows"))["items"] == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("add an approval after get", ["first", "get", "approve_get", "tell", "last"]),
        ("wait 10 minutes before last", ["first", "get", "tell", "wait_before_last", "last"]),
        ("在 last 之前等待 5 分钟", ["first", "get", "tell", "wait_before_last", "last"]),
        ("在 get 之前添加审批", ["first", "approve_get", "get", "tell", "last"]),
        ("remove get", ["first", "tell", "last"]),
        ("删除步骤 first", ["get", "tell", "last"]),
        ("retry get 5 times", ["first", "get", "tell", "last"]),
        ("rename it to Daily report", ["first", "get", "tell", "last"]),
        ("make it better", ["first", "get", "tell", "last"]),
        ("add an approval before nowhere", ["first", "get", "tell", "last"]),
        ("retry first 3 times", ["first", "get", "tell", "last"]),
        ("wait 9999999 days before last", ["first", "get", "tell", "wait_before_last", "last"]),
    ],
)
async def test_what_the_demo_model_makes_is_a_workflow(words: str, expected: list[str]) -> None:
    made = edit(LINE, words)
    assert ids(made.definition) == expected
    assert checks.find_problems(made.definition) == []
    assert made.explanation


async def test_edits_of_the_demo_model_keep_ways_of_conditions_and_names_apart() -> None:
    fork = step("condition", "fork", {"cases": [{"when": "true", "next_steps": ["a"]}], "default": ["b"]})
    raw = definition(fork, transform("a", 1), transform("b", 2))
    once = edit(raw, "add an approval before a").definition
    assert once["steps"][0]["config"]["cases"][0]["next_steps"] == ["approve_a"]
    twice = edit(once, "add an approval before a").definition
    assert len(set(ids(twice))) == 5
    assert checks.find_problems(twice) == []
    assert edit(definition(transform("only")), "remove only").definition["steps"], "a workflow has a step"
    assert edit({"steps": "none"}, "remove a").definition == {"steps": "none"}, "no workflow at all"


def said(raw: dict[str, Any], explanation: str = "Done.") -> Say:
    text = json.dumps({"explanation": explanation, "definition": raw})
    return Say(f"```json\n{text}\n```")


async def test_a_model_that_errs_is_told_and_mends_it_once(server: Server) -> None:
    ann = await register(server)
    wrong = definition(transform("first", expr("nothing.here"), next_steps=["gone"]))
    right = definition(transform("first", 7))
    async with ScriptedOpenAI([said(wrong), said(right, "Set it to 7."), said(wrong), said(wrong)]) as model:
        await use_model(ann, model)
        made = await propose(ann, "set it to 7")
        assert (made["definition"], made["problems"], made["explanation"]) == (right, [], "Set it to 7.")
        told = model.requests[1]["messages"][-1]["content"]
        assert "$.steps[0].next_steps[0]" in told
        still = await propose(ann, "set it to 7")
        assert {p["path"] for p in still["problems"]} == {
            "$.steps[0].next_steps[0]",
            "$.steps[0].config.set.$expr",
        }
    assert (await ann.get("/workflows"))["items"] == []


async def test_what_is_no_proposal_is_said_in_words(server: Server) -> None:
    ann = await register(server)
    async with ScriptedOpenAI([Say("I would rather not."), Say("No."), Fail(401)]) as model:
        await use_model(ann, model)
        for code in ("runtime.provider_bad_answer", "runtime.provider_auth"):
            answer = await ann.api.post("/workflow-language/propose", json={"definition": LINE, "words": "x"})
            assert answer.json()["code"] == code


async def test_nobody_has_more_than_two_proposals_under_way(server: Server) -> None:
    ann = await register(server)
    bo = await register(server)
    held = [Say(said(LINE).text, gate=gate) for gate in ("first", "second")]
    async with ScriptedOpenAI([*held, said(LINE)]) as model:
        await use_model(ann, model)
        first, second = (spawn(propose(ann, "x"), name="proposal") for _ in range(2))
        await asyncio.gather(model.waiting("first"), model.waiting("second"))
        third = await ann.api.post("/workflow-language/propose", json={"definition": LINE, "words": "x"})
        assert refused(third) == (429, "request.rate_limited")
        assert (await propose(bo, "remove get"))["problems"] == [], "others are not held up"
        model.open("first")
        model.open("second")
        assert (await first)["problems"] == (await second)["problems"] == []
        assert (await propose(ann, "x"))["problems"] == []


async def test_viewers_and_giants_get_no_proposal(server: Server) -> None:
    ann = await (await register(server)).create_workspace()
    eve = await ann.invite(await register(server), "viewer")
    body = {"definition": LINE, "words": "remove get"}
    assert refused(await eve.api.post("/workflow-language/propose", json=body))[0] == 403
    deep: Any = 1
    for _ in range(900):
        deep = [deep]
    for value in ("x" * 300_000, deep):
        body["definition"] = definition(transform("a", value))
        answer = await ann.api.post("/workflow-language/propose", json=body)
        assert refused(answer) == (422, "request.too_large")
