"""Linking a machine: the code, the proof, and everything that ends a challenge."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from openclaw.protocol.device import encode_base64url
from tests.support.accounts import Person, refused, register, succeeded
from tests.support.devices import Machine, link, online
from tests.support.server import Server

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def challenge_of(person: Person) -> dict[str, Any]:
    return await person.post("/bridge/public-link", {})


def wrong(code: str, times: int = 1) -> str:
    return f"{(int(code) + times) % 1_000_000:06d}"


async def status_of(person: Person, challenge: dict[str, Any]) -> tuple[str, int]:
    state = await person.get(f"/bridge/challenges/{challenge['challengeId']}")
    return state["status"], state["triesLeft"]


async def test_a_challenge_says_what_the_page_needs(server: Server) -> None:
    ann = await register(server)
    challenge = await challenge_of(ann)
    assert len(challenge["code"]) == 6
    assert challenge["code"].isdigit()
    assert datetime.fromisoformat(challenge["expiresAt"]) == server.clock.now() + timedelta(minutes=10)
    assert challenge["scopes"] == ["device:connect", "tools:run"]
    assert f"bridge link {challenge['code']} --server http://127.0.0.1:3000" in challenge["command"]
    assert await status_of(ann, challenge) == ("pending", 5)
    async with server.owner() as owner:
        row = str(await owner.fetch("SELECT * FROM link_challenges WHERE user_id = $1", ann.user_id))
    assert challenge["code"] not in row, "only its MAC is kept"


@pytest.mark.parametrize("typed", [False, True])
async def test_the_machine_that_knows_the_code_is_linked(server: Server, typed: bool) -> None:
    ann = await (await register(server, displayName="Ann")).create_workspace("Team")
    challenge, machine = await challenge_of(ann), Machine(server)
    linked = succeeded(await machine.redeem(challenge["code"], None if typed else challenge["challengeId"]))
    assert linked["nodeId"] == machine.node_id
    assert linked["user"] == {"displayName": "Ann"}
    assert linked["workspace"] == {"id": ann.workspace["id"], "name": "Team"}
    assert linked["scopes"] == challenge["scopes"]
    assert datetime.fromisoformat(linked["accessExpiresAt"]) == server.clock.now() + timedelta(minutes=15)
    state = await ann.get(f"/bridge/challenges/{challenge['challengeId']}")
    assert (state["status"], state["deviceId"]) == ("redeemed", linked["deviceId"])
    device = (await ann.get("/devices"))["items"][0]
    assert device == device | {
        "id": linked["deviceId"],
        "name": "laptop",
        "online": False,
        "lastSeenAt": None,
    }
    entry = (await ann.get("/audit"))["items"][0]
    assert (entry["action"], entry["subject"]) == ("devices.linked", linked["deviceId"])
    async with server.owner() as owner:
        kept = str(await owner.fetch("SELECT * FROM device_tokens")) + str(
            await owner.fetch("SELECT * FROM devices")
        )
    assert linked["accessToken"] not in kept
    assert linked["refreshToken"] not in kept


async def test_a_code_is_used_once(server: Server) -> None:
    ann = await register(server)
    challenge = await challenge_of(ann)
    first, second = Machine(server), Machine(server)
    answers = await asyncio.gather(
        *(machine.redeem(challenge["code"], challenge["challengeId"]) for machine in (first, second))
    )
    assert sorted(a.status_code for a in answers) == [200, 404]
    assert refused(max(answers, key=lambda a: a.status_code)) == (404, "devices.challenge_ended")
    assert refused(await second.redeem(challenge["code"])) == (404, "devices.challenge_ended")
    assert len((await ann.get("/devices"))["items"]) == 1


async def test_six_wrong_codes_end_a_challenge(server: Server) -> None:
    ann = await register(server)
    challenge, machine = await challenge_of(ann), Machine(server)
    for left in (4, 3, 2, 1):
        answer = await machine.redeem(wrong(challenge["code"], left), challenge["challengeId"])
        assert refused(answer) == (403, "devices.wrong_code")
        assert answer.json()["data"] == {"triesLeft": left}
        assert await status_of(ann, challenge) == ("pending", left)
    for code in (wrong(challenge["code"]), wrong(challenge["code"], 7), challenge["code"]):
        answer = await machine.redeem(code, challenge["challengeId"])
        assert refused(answer) == (404, "devices.challenge_ended")
    assert refused(await machine.redeem(challenge["code"])) == (404, "devices.challenge_ended")
    assert await status_of(ann, challenge) == ("failed", 0)
    assert (await ann.get("/devices"))["items"] == []


async def test_tries_at_the_same_moment_are_counted_one_by_one(server: Server) -> None:
    ann = await register(server)
    challenge, machine = await challenge_of(ann), Machine(server)
    answers = await asyncio.gather(
        *(machine.redeem(wrong(challenge["code"], n), challenge["challengeId"]) for n in range(1, 9))
    )
    assert sorted(a.json()["data"].get("triesLeft", 0) for a in answers) == [0, 0, 0, 0, 1, 2, 3, 4]


async def test_a_challenge_ends_after_ten_minutes(server: Server) -> None:
    ann = await register(server)
    challenge, machine = await challenge_of(ann), Machine(server)
    server.manual.advance(timedelta(minutes=10))
    for challenge_id in (challenge["challengeId"], None):
        assert refused(await machine.redeem(challenge["code"], challenge_id)) == (
            404,
            "devices.challenge_ended",
        )
    assert await status_of(ann, challenge) == ("expired", 5)


async def test_a_newer_challenge_ends_the_one_before(server: Server) -> None:
    ann = await register(server)
    old, new, machine = await challenge_of(ann), await challenge_of(ann), Machine(server)
    assert await status_of(ann, old) == ("expired", 5)
    assert refused(await machine.redeem(old["code"], old["challengeId"])) == (404, "devices.challenge_ended")
    succeeded(await machine.redeem(new["code"], new["challengeId"]))


async def test_unknown_challenges_and_typed_codes_have_ended(server: Server) -> None:
    ann = await register(server)
    challenge, machine = await challenge_of(ann), Machine(server)
    for challenge_id in ("chal_" + "0" * 32, "x", challenge["challengeId"] + "0", None):
        answer = await machine.redeem(wrong(challenge["code"]), challenge_id)
        assert refused(answer) == (404, "devices.challenge_ended")
    assert await status_of(ann, challenge) == ("pending", 5)


async def test_a_guesser_of_typed_codes_does_not_get_far(server: Server) -> None:
    ann = await register(server)
    challenge, machine = await challenge_of(ann), Machine(server)
    answers = [await machine.redeem(wrong(challenge["code"], n)) for n in range(1, 12)]
    assert [a.status_code for a in answers] == [404] * 10 + [429]
    assert refused(answers[-1]) == (429, "request.rate_limited")
    assert 0 < int(answers[-1].headers["retry-after"]) <= 601
    assert refused(await machine.redeem(challenge["code"])) == (429, "request.rate_limited")
    server.manual.advance(timedelta(minutes=10, seconds=1))
    later = await challenge_of(ann)
    succeeded(await machine.redeem(later["code"]))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"signature": "A" * 86}, "signature"),
        ({"signedAt": 0}, "clock"),
        ({"signedAt": 2**53}, "clock"),
        ({"device": {"publicKey": "A" * 43, "name": "x", "platform": "linux", "version": "1"}}, "signature"),
        ({"device": {"publicKey": "!" * 43, "name": "x", "platform": "linux", "version": "1"}}, "base64url"),
        (
            {"device": {"publicKey": "A" * 42 + "B", "name": "x", "platform": "linux", "version": "1"}},
            "base64url",
        ),
        ({"code": "other"}, "signature"),
        ({"challengeId": "chal_" + "0" * 32}, "signature"),
    ],
)
async def test_a_machine_without_the_proof_is_refused_and_costs_no_try(
    server: Server, changes: dict[str, Any], reason: str
) -> None:
    ann = await register(server)
    challenge, machine = await challenge_of(ann), Machine(server)
    body = machine.redeem_body(
        challenge["code"], challenge["challengeId"], signedAt=changes.get("signedAt", machine.now_ms)
    )
    changes = changes | ({"code": wrong(challenge["code"])} if "code" in changes else {})
    answer = await machine.api.post("/bridge/redeem", json=body | changes)
    assert refused(answer) == (401, "devices.bad_proof")
    assert reason in answer.json()["title"]
    assert await status_of(ann, challenge) == ("pending", 5)


@pytest.mark.parametrize("minutes", [-9, 9])
async def test_a_clock_that_is_a_little_off_is_fine(server: Server, minutes: int) -> None:
    ann = await register(server)
    challenge, machine = await challenge_of(ann), Machine(server)
    signed_at = machine.now_ms + minutes * 60_000
    succeeded(await machine.redeem(challenge["code"], challenge["challengeId"], signedAt=signed_at))


async def test_another_machines_key_does_not_sign_for_it(server: Server) -> None:
    ann = await register(server)
    challenge, machine, thief = await challenge_of(ann), Machine(server), Machine(server)
    body = thief.redeem_body(challenge["code"], challenge["challengeId"])
    body["device"]["publicKey"] = encode_base64url(machine.public_key)
    assert refused(await thief.api.post("/bridge/redeem", json=body)) == (401, "devices.bad_proof")


async def test_linking_again_keeps_the_machine_and_ends_its_old_session(server: Server) -> None:
    ann = await register(server)
    machine = await link(ann)
    before = dict(machine.session)
    machine.name = "laptop, reinstalled"
    await link(ann, machine=machine)
    assert machine.session["deviceId"] == before["deviceId"]
    assert [d["name"] for d in (await ann.get("/devices"))["items"]] == ["laptop, reinstalled"]
    assert refused(await machine.refresh(before["refreshToken"])) == (401, "devices.session_revoked")
    assert [d["revokedAt"] for d in (await ann.get("/devices"))["items"]] == [None], "the new link stands"
    succeeded(await machine.refresh())


async def test_a_machine_that_changes_hands_leaves_its_owner(server: Server) -> None:
    ann, bob = await register(server), await register(server)
    machine = await link(ann)
    async with online(machine) as peer:
        await link(bob, machine=machine)
        assert await peer.client.ended() == (1008, "device revoked")
    assert (await ann.get("/devices"))["items"] == []
    assert [d["nodeId"] for d in (await bob.get("/devices"))["items"]] == [machine.node_id]


async def test_the_same_machine_in_two_hands_at_once_has_one_owner(server: Server) -> None:
    ann, bob, machine = await register(server), await register(server), Machine(server)
    challenges = [await challenge_of(person) for person in (ann, bob)]
    answers = await asyncio.gather(*(machine.redeem(c["code"], c["challengeId"]) for c in challenges))
    assert [a.status_code for a in answers] == [200, 200], [a.text for a in answers]
    owners = [len((await person.get("/devices"))["items"]) for person in (ann, bob)]
    assert sum(owners) == 1


async def test_viewers_link_nothing(server: Server) -> None:
    ann = await (await register(server)).create_workspace()
    viewer = await ann.invite(await register(server), "viewer")
    assert refused(await viewer.api.post("/bridge/public-link", json={})) == (403, "workspaces.not_allowed")
