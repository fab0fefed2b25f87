"""Webhooks as a stranger and as a sender: signatures, replays, sizes, bursts, other tenants, the test console."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
import pytest_asyncio

from openclaw.durable.together import _Lane
from openclaw.infra.buckets import Buckets
from openclaw.infra.web.limits import MAX_DELIVERY
from openclaw.kit import ids
from openclaw.kit.errors import RateLimitedError
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import spawn
from tests.domains.automations.setting_off import WEBHOOK, automation, echo, history, runs, signed, until
from tests.domains.workflows.running import expr
from tests.support.accounts import Person, register, sign_in
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def ann(shared: Server) -> Person:
    return await register(shared)


async def hook(person: Person, **more: Any) -> dict[str, Any]:
    return await automation(person, WEBHOOK, runs(await echo(person), {"got": expr("input.body")}), **more)


async def deliver(
    person: Person, made: dict[str, Any], *, address: str = "127.0.0.1", **request: Any
) -> httpx2.Response:
    return await person.server.client(base="", address=address).post(made["hookPath"], **request)


async def test_a_signed_delivery_is_kept_and_acted_on(ann: Person) -> None:
    made = await hook(ann)
    answer = await deliver(ann, made, **signed(ann, made["secret"], {"n": 1}))
    assert answer.status_code == 202, answer.text
    run = await until(ann, answer.json()["runId"])
    assert run["result"]["output"] == {"said": {"got": {"n": 1}}}
    assert run["reason"]["kind"] == "webhook"


async def test_what_is_not_well_signed_is_refused_and_changes_nothing(ann: Person) -> None:
    made, other = await hook(ann), await hook(ann)
    good = signed(ann, made["secret"], {"n": 1})
    wrong = {
        "nothing": {"content": b"{}"},
        "another's secret": signed(ann, other["secret"], {"n": 1}),
        "another body": good | {"content": b'{"n":2}'},
        "another id": good | {"headers": good["headers"] | {"webhook-id": "other"}},
        "another time": good | {"headers": good["headers"] | {"webhook-timestamp": "1"}},
        "odd time": good | {"headers": good["headers"] | {"webhook-timestamp": "1e9"}},
        "odd version": good | {"headers": good["headers"] | {"webhook-signature": "v9,AAAA"}},
        "not even base64": good | {"headers": good["headers"] | {"webhook-signature": "v1,é"}},
    }
    for name, request in wrong.items():
        headers = {k: v.encode() for k, v in request.get("headers", {}).items()}
        answer = await deliver(ann, made, content=request["content"], headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "webhooks.wrong_signature"), name
    assert await history(ann, made) == []
    assert (await deliver(ann, made, **good)).status_code == 202


async def test_a_replay_is_refused_at_once_and_after_its_time(ann: Person) -> None:
    made = await hook(ann)
    request = signed(ann, made["secret"], {"n": 1})
    together = await asyncio.gather(*(deliver(ann, made, **request) for _ in range(5)))
    assert sorted(answer.status_code for answer in together) == [202, 409, 409, 409, 409]
    again = signed(ann, made["secret"], {"n": 2}, delivery=request["headers"]["webhook-id"])
    assert (await deliver(ann, made, **again)).json()["code"] == "automations.replayed"
    old = signed(ann, made["secret"], {"n": 3})
    ann.server.manual.advance(timedelta(minutes=6))
    assert (await deliver(ann, made, **old)).json()["code"] == "webhooks.stale_delivery"
    assert len(await history(ann, made)) == 1


async def test_a_strangers_flood_at_addresses_that_are_none_takes_nobody_down(ann: Person) -> None:
    """What comes with it, in one transaction, is others'."""
    made = await hook(ann)
    client = ann.server.client(base="", address="203.0.113.9")
    nowhere = [f"/hooks/{ids.to_wire('auto', new_id())}" for _ in range(90)]
    good = [deliver(ann, made, **signed(ann, made["secret"], {"n": n})) for n in range(10)]
    odd, kept = await asyncio.gather(
        asyncio.gather(*(client.post(path, content=b"{}") for path in nowhere)), asyncio.gather(*good)
    )
    assert {answer.status_code for answer in kept} == {202}
    assert {answer.status_code for answer in odd} == {404, 429}


async def test_large_bodies_are_413_and_odd_ones_422(ann: Person) -> None:
    made = await hook(ann)
    for size in (MAX_DELIVERY + 1, 10 * 1_048_576):
        assert (await deliver(ann, made, content=b"x" * size)).status_code == 413
    assert (
        await deliver(ann, made, **signed(ann, made["secret"], b'"' + b"x" * (MAX_DELIVERY - 2) + b'"'))
    ).status_code == 202
    for body in (b"{", b"\xff", b"[" * 100_000, b"[" * 100 + b"]" * 100, b'{"n":' + b"9" * 40 + b"}"):
        answer = await deliver(ann, made, **signed(ann, made["secret"], body))
        assert answer.status_code == 422, body[:20]
    plain = signed(ann, made["secret"], b"just text\0")
    answer = await deliver(
        ann, made, content=plain["content"], headers=plain["headers"] | {"content-type": "text/plain"}
    )
    assert answer.status_code == 202


async def test_of_a_burst_nothing_that_was_accepted_is_lost(ann: Person) -> None:
    """What comes at the same time is kept together; a replay among it is still refused."""
    made = await hook(ann, condition="false")
    client = ann.server.client(base="")
    requests = [signed(ann, made["secret"], {"n": n}) for n in range(250)]
    answers = await asyncio.gather(*(client.post(made["hookPath"], **r) for r in (*requests, *requests[:50])))
    assert Counter(answer.status_code for answer in answers) == {202: 250, 409: 50}
    accepted = {answer.json()["runId"] for answer in answers if answer.status_code == 202}
    async with ann.server.owner() as owner:
        query = "SELECT 'arun_' || replace(id::text, '-', '') FROM automation_runs"
        kept = {row[0] for row in await owner.fetch(query)}
    assert len(accepted) == 250
    assert accepted <= kept


async def test_with_a_full_queue_a_delivery_that_comes_twice_at_once_is_no_replay(ann: Person) -> None:
    """It was never kept: it may come again, and is kept then. What was kept before stays a replay, full or not."""
    made = await hook(ann, condition="false")
    doing, hooks = ann.server.platform.automations, ann.server.platform.hooks
    known, twice, other = (signed(ann, made["secret"], {"n": n}) for n in range(3))
    await until(ann, (await deliver(ann, made, **known)).json()["runId"])

    async def at_once(*requests: dict[str, Any]) -> list[tuple[int, str]]:
        lane = hooks._together._lanes.setdefault(None, _Lane())
        async with lane.lock:
            sent = [spawn(deliver(ann, made, **request), name="delivery") for request in requests]
            while len(lane.waiting) < len(requests):  # so that one transaction has them all
                await ann.get("/automation-kinds")
        answers = await asyncio.gather(*sent)
        return sorted((answer.status_code, answer.json().get("code", "")) for answer in answers)

    full = (429, "jobs.queue_full")
    object.__setattr__(doing, "queued_at_most", 0)
    try:
        assert await at_once(known, twice, twice, other) == [(409, "automations.replayed"), full, full, full]
        assert len(await history(ann, made)) == 1
        samples = (await ann.get(f"/automations/{made['id']}/samples"))["items"]
        assert Counter(s["error"]["code"] for s in samples if not s["accepted"]) == {
            "automations.replayed": 1,
            "jobs.queue_full": 3,
        }
        object.__setattr__(doing, "queued_at_most", 1)  # what comes twice takes up no more room than once
        assert await at_once(twice, twice) == [(202, ""), (409, "automations.replayed")]
    finally:
        object.__setattr__(doing, "queued_at_most", 100_000)
    assert await at_once(other, twice) == [(202, ""), (409, "automations.replayed")]
    assert len(await history(ann, made)) == 3


async def test_who_sends_too_much_is_told_when_to_come_again(ann: Person) -> None:
    """Only what is well signed counts against an automation, and then all of its workspace."""
    made, other = await hook(ann, condition="false"), await hook(ann, condition="false")
    hooks, now = ann.server.platform.hooks, ann.server.clock.now()
    strange = [deliver(ann, made, address="192.0.2.7", content=b"{}") for _ in range(62)]
    assert Counter(a.status_code for a in await asyncio.gather(*strange)) == {401: 60, 429: 2}
    good = signed(ann, made["secret"], {"n": 1})
    assert (await deliver(ann, made, address="192.0.2.7", **good)).status_code == 202
    samples = (await ann.get(f"/automations/{made['id']}/samples"))["items"]
    assert 0 < len(samples) <= 20
    drain(hooks._of_automation, ids.from_wire("auto", made["id"]), now)
    refused = await deliver(ann, made, **signed(ann, made["secret"], {"n": 2}))
    assert (refused.status_code, int(refused.headers["retry-after"])) == (429, 1)
    assert (await deliver(ann, other, **signed(ann, other["secret"], {}))).status_code == 202
    drain(hooks._of_workspace, ann.workspace_id, now)
    assert (await deliver(ann, other, **signed(ann, other["secret"], {}))).status_code == 429
    ann.server.manual.advance(timedelta(seconds=1))
    assert (await deliver(ann, other, **signed(ann, other["secret"], {}))).status_code == 202


def drain(buckets: Buckets, key: UUID, now: datetime) -> None:
    """Take out all there is."""
    with pytest.raises(RateLimitedError):
        while True:
            buckets.take(key, now)


async def test_secrets_are_shown_once_and_rotated(ann: Person) -> None:
    made = await hook(ann)
    assert "whsec_" not in str(await ann.get(f"/automations/{made['id']}"))
    new = await ann.post(f"/automations/{made['id']}/secret", {"keepOldHours": 1})
    for secret in (made["secret"], new["secret"]):
        assert (await deliver(ann, made, **signed(ann, secret, {}))).status_code == 202
    ann.server.manual.advance(timedelta(hours=1, seconds=1))
    ann = await sign_in(ann.server, ann)
    assert (await deliver(ann, made, **signed(ann, made["secret"], {}))).status_code == 401
    last = await ann.post(f"/automations/{made['id']}/secret", {"keepOldHours": 0})
    assert (await deliver(ann, made, **signed(ann, new["secret"], {}))).status_code == 401
    assert (await deliver(ann, made, **signed(ann, last["secret"], {}))).status_code == 202
    async with ann.server.owner() as owner:
        assert "whsec_" not in str([tuple(row) for row in await owner.fetch("SELECT * FROM automations")])


async def test_the_console_shows_what_came_with_secrets_masked(ann: Person) -> None:
    made = await hook(ann)
    body = {
        "user": "ann",
        "apiToken": "t0psecret",
        "note": "Bearer abcdefgh12345678",
        "deep": [{"password": "p4ss"}],
    }
    request = signed(ann, made["secret"], body)
    request["headers"]["authorization"] = "Basic c2VjcmV0"
    await deliver(ann, made, **request)
    await deliver(ann, made, content=b'{"password": "hunter2"}', headers={"cookie": "sid=topsecret"})
    samples = (await ann.get(f"/automations/{made['id']}/samples"))["items"]
    assert {sample["accepted"] for sample in samples} == {True, False}
    for secret in ("t0psecret", "abcdefgh12345678", "p4ss", "c2VjcmV0", "hunter2", "topsecret", "v1,"):
        assert secret not in str(samples), secret
    accepted = next(sample for sample in samples if sample["accepted"])
    assert accepted["body"]["user"] == "ann"
    refused = next(sample for sample in samples if not sample["accepted"])
    assert refused["error"]["code"] == "webhooks.wrong_signature"


async def test_nobody_is_told_of_what_is_off_or_not_there(ann: Person, shared: Server) -> None:
    bob = await register(shared)
    made = await hook(ann)
    manual = await automation(ann, {"kind": "manual"}, runs(await echo(ann)))
    for hook_id in (f"auto_{new_id().hex}", manual["id"]):
        request = signed(ann, made["secret"], {})
        answer = await shared.client(base="").post(f"/hooks/{hook_id}", **request)
        assert (answer.status_code, answer.json()["code"]) == (404, "automations.not_found")
    await ann.post(f"/automations/{made['id']}/disable")
    assert (await deliver(ann, made, **signed(ann, made["secret"], {}))).status_code == 404
    for path in ("samples", "next"):
        assert (await bob.api.get(f"/automations/{made['id']}/{path}")).status_code == 404
