"""Automations as they are saved: what is refused, versions, trials, limits of what formulas and actions may do."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from openclaw.domains.automations.errors import ReceiverFailedError, ReceiverRefusedError
from openclaw.domains.automations.policy.masking import shown_text, shown_value
from openclaw.domains.automations.service.actions.webhook import CallWebhook, WebhookAction
from openclaw.domains.automations.service.registry import ActionCall
from openclaw.infra.signatures import check_signed
from openclaw.kit import ids
from openclaw.kit.ids import new_id
from tests.domains.automations.setting_off import MANUAL, WEBHOOK, automation, echo, fire, runs, until
from tests.domains.workflows.running import expr
from tests.support.accounts import Person, register
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOURLY = {"kind": "schedule", "cron": "0 * * * *", "zone": "Europe/Berlin"}
DAILY = {"kind": "schedule", "cron": "0 9 * * *", "zone": "Europe/Berlin"}


@pytest_asyncio.fixture(loop_scope="module")
async def ann(shared: Server) -> Person:
    return await register(shared)


async def test_what_could_never_work_is_refused_in_words(ann: Person, shared: Server) -> None:
    workflow = await echo(ann)
    fine = {"name": "Fine", "trigger": MANUAL, "action": runs(workflow)}
    bob = await register(shared)
    wrong: dict[str, tuple[dict[str, Any], int]] = {
        "cron": ({"trigger": {"kind": "schedule", "cron": "61 * * * *"}}, 422),
        "zone": ({"trigger": {"kind": "schedule", "cron": "0 9 * * *", "zone": "Mars/Base"}}, 422),
        "too often": ({"trigger": {"kind": "interval", "seconds": 1}}, 422),
        "trigger": ({"trigger": {"kind": "moon"}}, 422),
        "event": ({"trigger": {"kind": "event", "event": "moon.full"}}, 422),
        "action": ({"action": {"kind": "launch_rocket", "config": {}}}, 422),
        "another's workflow": ({"action": runs(await echo(bob))}, 404),
        "unknown member": (
            {"action": {"kind": "run_workflow", "config": {"workflowId": workflow, "x": 1}}},
            422,
        ),
        "file address": ({"action": {"kind": "call_webhook", "config": {"url": "file:///etc/passwd"}}}, 422),
        "password": ({"action": {"kind": "call_webhook", "config": {"url": "http://a:b@example.com"}}}, 422),
        "no CEL": ({"condition": "input.("}, 422),
        "unknown name": ({"condition": "secrets.key == ''"}, 422),
        "call": ({"condition": "__import__('os').system('id') == 0"}, 422),
        "result too early": ({"condition": "result.ok"}, 422),
        "template call": ({"action": runs(workflow, {"a": {"$text": "{{ ''.__class__.mro() }}"}})}, 422),
        "template loop": ({"action": runs(workflow, {"a": {"$text": "{{ 'a' * 1000000000 }}"}})}, 422),
        "secret": ({"action": runs(workflow, {"a": {"$secret": "KEY"}})}, 422),
    }
    for name, (change, status) in wrong.items():
        answer = await ann.api.post("/automations", json=fine | change)
        assert answer.status_code == status, f"{name}: {answer.text}"
    assert (await ann.get("/automations"))["items"] == []


async def test_hostile_formulas_cost_their_run_and_nobody_else(ann: Person) -> None:
    """What is only seen when it is worked out fails that run, in words and in time."""
    greedy = "input.xs.all(a, input.xs.all(b, input.xs.all(c, input.xs.all(d, a + b + c + d > 0))))"
    made = await automation(ann, MANUAL, runs(await echo(ann)), condition=greedy)
    run = await until(ann, await fire(ann, made, {"xs": [1] * 200}))
    assert (run["state"], run["error"]["code"]) == ("failed", "workflows.invalid_input")
    text = {"$text": "{% for a in input.xs %}{% for b in input.xs %}{{ input.s }}{% endfor %}{% endfor %}"}
    made = await automation(ann, MANUAL, runs(await echo(ann), {"a": text}))
    run = await until(ann, await fire(ann, made, {"xs": [1] * 300, "s": "x" * 1000}))
    assert (run["state"], run["error"]["code"]) == ("failed", "workflows.invalid_input")


async def test_a_definition_has_versions(ann: Person) -> None:
    made = await automation(ann, MANUAL, runs(await echo(ann)))
    path, body = f"/automations/{made['id']}", {"name": "New", "trigger": WEBHOOK, "action": made["action"]}
    first = await ann.api.get(path)
    assert first.headers["etag"] == '"1"'
    saved = await ann.api.put(path, json=body, headers={"If-Match": '"1"'})
    assert (saved.status_code, saved.headers["etag"], saved.json()["hookPath"]) == (
        200,
        '"2"',
        f"/hooks/{made['id']}",
    )
    late = await ann.api.put(path, json=body, headers={"If-Match": '"1"'})
    assert (late.status_code, late.json()["code"]) == (409, "automations.conflict")
    assert (await ann.api.put(path, json=body, headers={"If-Match": "nonsense"})).status_code == 422
    await ann.api.delete(path)
    assert (await ann.api.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("formula", "sample", "problem", "place", "holds"),
    [
        ("input.n > 1", None, None, None, None),
        ("input.n > 1", {"input": {"n": 2}}, None, None, True),
        ("input.n > 1", {"input": {"n": 1}}, None, None, False),
        ("input.n >", None, "It ends too soon.", (1, 10), None),
        ("true &&\n  inputt.n > 1", None, "There is no inputt", (2, 3), None),
        ("result.ok", None, "There is no result", (1, 1), None),
        ("input.n = 1", None, "To compare, write ==.", (1, 9), None),
        ("input.n == 'x", None, "A text is not closed.", (1, 12), None),
        ("1 +* 2", None, "* is not possible here.", (1, 4), None),
        ("now()", None, "There is no function now.", None, None),
        ("input.n", {"input": {"n": 1}}, "cannot be told", None, None),
        ("input.m > 1", {"input": {"n": 1}}, "cannot be told. There is no key 'm'.", (1, 7), None),
        ("input.xs.exists(x, x > 1", None, "It ends too soon.", None, None),
        ("(" * 1900, None, "It is nested too deeply.", None, None),
        ("(" * 4000, None, "It is over the limit", None, None),
    ],
)
async def test_a_formula_is_checked_while_it_is_written(
    ann: Person, formula: str, sample: Any, problem: str | None, place: Any, holds: bool | None
) -> None:
    found = await ann.post("/automation-formulas/check", {"formula": formula, "sample": sample})
    assert (found["problem"] is None) == (problem is None)
    assert (problem or "") in (found["problem"] or "")
    assert found["holds"] is holds
    if place is not None:
        assert (found["line"], found["column"]) == place


async def test_success_criteria_may_name_the_result(ann: Person) -> None:
    body = {"formula": "result.ok", "of": "success", "sample": {"result": {"ok": True}}}
    assert (await ann.post("/automation-formulas/check", body))["holds"] is True
    await ann.patch("/users/me", {"language": "zh"})
    assert (await ann.post("/automation-formulas/check", {"formula": "1 +"}))["problem"] == "表达式不完整。"
    zero = await ann.post("/automation-formulas/check", {"formula": "1 / 0 > 1", "sample": {}})
    assert (zero["problem"], zero["column"]) == ("用此示例无法得出结果：除数为零。", 3)


async def test_what_is_wrong_is_told_in_chinese_when_saved_and_when_it_runs(ann: Person) -> None:
    zh = {"Accept-Language": "zh"}
    body = {"name": "x", "trigger": MANUAL, "action": runs(await echo(ann))}
    for condition, said in (
        ("input.n >", "condition：第 1 行第 10 列：表达式不完整"),
        ("inputt.n > 1", "condition：没有名称 inputt；可用的有 automation, input, trigger"),
    ):
        answer = await ann.api.post("/automations", json=body | {"condition": condition}, headers=zh)
        assert (answer.status_code, answer.json()["detail"]) == (422, said)
    made = await automation(ann, MANUAL, runs(await echo(ann)), condition="input.n / 0 > 1")
    run = await until(ann, await fire(ann, made, {"n": 1}))
    told = await ann.get(f"/automation-runs/{run['id']}", headers=zh)
    assert told["error"]["title"] == "数据不符合要求：condition：input.n / 0 > 1：第 1 行第 9 列：除数为零"


async def test_who_edits_does_not_switch(ann: Person) -> None:
    """Whether it is on is said by who switches, at the same time or before; its times are those of its last form."""
    made = await automation(ann, HOURLY, runs(await echo(ann)))
    path, body = f"/automations/{made['id']}", {"name": "New", "trigger": HOURLY, "action": made["action"]}
    for turn, is_on in (("disable", False), ("enable", True)):
        answers = await asyncio.gather(
            ann.api.put(path, json=body),
            ann.api.post(f"{path}/{turn}"),
            ann.api.put(path, json=body | {"trigger": DAILY}),
        )
        assert {answer.status_code for answer in answers} == {200}
        await ann.api.put(path, json=body)
        found = await ann.get(path)
        assert (found["enabled"], found["nextAt"] is not None) == (is_on, is_on)
    async with ann.server.owner() as owner:
        query = "SELECT count(*) FROM schedules WHERE payload->>'automationId' = $1"
        name = ids.from_wire("auto", made["id"]).hex
        assert await owner.fetchval(query, name) == 1
        await ann.put(path, body | {"enabled": False})
        assert await owner.fetchval(query, name) == 0
    assert (await ann.get(path))["enabled"] is False


async def test_a_trial_shows_what_would_happen_and_does_nothing(ann: Person) -> None:
    body = {"n": expr("input.n"), "token": "abc"}
    action = {"kind": "call_webhook", "config": {"url": "https://example.com/", "body": body}}
    made = await automation(ann, MANUAL, action, condition="input.n > 1")
    path = f"/automations/{made['id']}/test"
    assert await ann.post(path, {"input": {"n": 1}}) == {"wouldRun": False, "config": None}
    trial = await ann.post(path, {"input": {"n": 2}})
    assert trial["config"]["body"] == {"n": 2, "token": "••••••"}
    assert (await ann.get("/automation-runs"))["items"] == []
    times = await ann.post(
        "/automation-previews", {"trigger": {"kind": "schedule", "cron": "0 9 * * *"}, "count": 2}
    )
    assert [time[11:] for time in times["local"]] == ["09:00:00+00:00"] * 2


@pytest_asyncio.fixture(loop_scope="module")
async def receiver() -> AsyncIterator[tuple[str, list[tuple[dict[str, str], bytes]], list[int]]]:
    """A server on loopback: its address, what it was sent, and the statuses that it answers with before 200."""
    heard: list[tuple[dict[str, str], bytes]] = []
    statuses: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:-2]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head)}
        heard.append((headers, await reader.readexactly(int(headers["content-length"]))))
        status = statuses.pop(0) if statuses else 200
        more = "Content-Length: 2\r\nLocation: /\r\nConnection: close"
        writer.write(f"HTTP/1.1 {status} Said\r\n{more}\r\n\r\nok".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/in", heard, statuses


async def test_webhooks_of_ours_are_signed_and_tried_again(ann: Person, receiver: Any) -> None:
    url, heard, statuses = receiver
    body = {"n": expr("input.n")}
    made = await automation(ann, MANUAL, {"kind": "call_webhook", "config": {"url": url, "body": body}})
    run = await until(ann, await fire(ann, made, {"n": 7}))
    assert (run["state"], run["result"]) == ("succeeded", {"status": 200, "body": "ok"})
    headers, content = heard[-1]
    assert json.loads(content) == {"n": 7}
    assert check_signed(headers, content, [made["signingSecret"]], ann.server.clock.now()) == run["id"]
    marked = {"kind": "call_webhook", "config": {"url": expr("input.url"), "body": {}}}
    anywhere = await automation(ann, MANUAL, marked)
    assert (await until(ann, await fire(ann, anywhere, {"url": url})))["state"] == "succeeded"
    run = await until(ann, await fire(ann, anywhere, {"url": "file:///etc/passwd"}))
    assert run["error"]["code"] == "request.invalid"
    heard.clear()
    statuses[:] = [302]
    assert (await until(ann, await fire(ann, made, {"n": 7})))["error"][
        "code"
    ] == "automations.receiver_refused"
    assert len(heard) == 1, "redirects are not followed"


async def test_inside_the_network_nothing_is_called_from_an_exposed_server() -> None:
    action = WebhookAction(Still(), may_be_private=False)
    for url in (
        "http://127.0.0.1:1/",
        "http://[::1]/",
        "http://169.254.169.254/latest",
        "http://0x7f.1/",
        "http://localhost/",
    ):
        call = ActionCall(new_id(), new_id(), "A", CallWebhook(url=url), "whsec_AAAA", 0)
        with pytest.raises((ReceiverRefusedError, ReceiverFailedError)) as refused:
            await action.perform(call)
        assert isinstance(refused.value, ReceiverRefusedError), url


class Still:
    """A clock that stands."""

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    async def sleep(self, duration: Any) -> None:
        raise AssertionError("nobody waits")


async def test_what_looks_like_a_secret_is_masked() -> None:
    shown = shown_value({"ok": 1, "api_key": "k", "list": ["token=abc123", {"Authorization": ["x"]}]})
    assert shown == {"ok": 1, "api_key": "••••••", "list": ["token=••••••", {"Authorization": "••••••"}]}
    assert "hunter2" not in shown_text('{"password": "hunter2"}')
    assert shown_value({"a": [[[[[[[[[[[[[["deep"]]]]]]]]]]]]]]})
