"""A run goes from a real device to a real host and back: what stood in its log stands there, hash by hash."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.chat import PATIENCE, Chat, link
from tests.chaos.remote import page
from tests.domains.tasks.launching import check_log, kinds
from tests.support.gateway_client import GatewayClient
from tests.support.processes import BridgeProcess, HostProcess, Installation
from tests.support.scripted_openai import Call, Say

WRITE = Call("fs_write", {"path": "~/plan.md", "content": "one\n"})
EDIT = Call("fs_write", {"path": "~/plan.md", "content": "one\ntwo – 漢\n"})
GENESIS = hashlib.sha256(b"").hexdigest()


@dataclass
class Pair:
    """A device and a host of one person, and a page of theirs."""

    chat: Chat
    here: GatewayClient
    laptop: BridgeProcess
    host: HostProcess
    places: dict[str, dict[str, Any]]

    async def log(self, run: str) -> list[dict[str, Any]]:
        return (await self.chat.person.get(f"/task-runs/{run}/events?limit=200"))["items"]

    async def allow_at(self, place: str) -> None:
        device = self.places[place]["deviceId"]
        asked = await self.here.event(
            "exec.approval.requested", lambda p: p["approval"]["device"]["id"] == device
        )
        await self.chat.allow(asked["approval"])

    async def moved_to(self, run: str, place: str) -> None:
        device = self.places[place]["deviceId"]

        def is_there(payload: dict[str, Any]) -> bool:
            moves = [e["data"] for e in payload["events"] if e["kind"] == "moved"]
            return payload["id"] == run and any(move["deviceId"] == device for move in moves)

        await self.here.event("task.changed", is_there)


@pytest.fixture
async def pair(
    installation: Installation, chat: Chat, bridge: BridgeProcess, tmp_path: Path
) -> AsyncIterator[Pair]:
    token = (await chat.person.post("/host-tokens", {}))["token"]
    (tmp_path / "far").mkdir()
    host = HostProcess(tmp_path / "far", "host", installation.url, token)
    try:
        async with page(chat.person, installation.gateway_url()) as here:
            device = await link(chat, bridge, here)
            await asyncio.to_thread(host.start)
            await here.event("host.changed", lambda p: p["reason"] == "status")
            (found,) = (await chat.person.get("/hosts"))["items"]
            places = {
                "device": {"kind": "device", "deviceId": device},
                "host": {"kind": "host", "deviceId": found["id"].replace("host_", "dev_")},
            }
            yield Pair(chat, here, bridge, host, places)
    finally:
        host.kill()


def hash_of(log: list[dict[str, Any]]) -> str:
    """The hash of a log as anybody reckons it who has only read the guide."""
    previous = GENESIS
    for entry in log:
        assert entry["previousHash"] == previous
        said = {name: entry[name] for name in ("at", "data", "kind", "seq")}
        text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(bytes.fromhex(previous) + text.encode()).hexdigest()
        assert entry["hash"] == previous
    return previous


async def test_from_a_device_to_a_host_and_back(pair: Pair) -> None:
    chat, person = pair.chat, pair.chat.person
    chat.script.put(
        Say("begun", [WRITE]),
        Say("still at it", gate="away", gate_after=1),
        Say("there", [EDIT]),
        Say("back again", gate="back", gate_after=1),
        Say("finished"),
    )
    task = await person.post("/tasks", {"text": "write the plan", "target": pair.places["device"]})
    run = (await person.post(f"/tasks/{task['id']}/runs"))["id"]
    logs: list[list[dict[str, Any]]] = []
    async with asyncio.timeout(PATIENCE):
        for here, gate, there in (("device", "away", "host"), ("host", "back", "device")):
            await pair.allow_at(here)
            await chat.model.waiting(gate)
            found = await person.get(f"/task-runs/{run}")
            logs.append((await pair.log(run))[: found["eventSeq"]])
            assert hash_of(logs[-1]) == found["eventHash"]
            await person.post(f"/task-runs/{run}/hand-over", {"target": pair.places[there]})
            await pair.moved_to(run, there)
        await pair.here.event("task.changed", lambda p: p["id"] == run and p["state"] == "succeeded")
    last = await pair.log(run)
    assert check_log(last)[-1] == "succeeded"
    hash_of(last)
    assert kinds(last).count("moved") == 2
    for before in logs:
        assert last[: len(before)] == before, "what was in the log is as it was"
        assert hash_of(last[: len(before)]) == before[-1]["hash"]
    for entry in last:
        if entry["kind"] == "hand_over":  # it names the end of the log as it was then
            named = entry["data"]
            assert hash_of(last[: named["logSeq"]]) == named["logHash"] == entry["previousHash"]
    edited = "one\ntwo – 漢\n"
    assert (pair.laptop.home / "plan.md").read_text() == edited
    async with chat.remote.database() as database:
        rows = await database.fetch("SELECT seq, event, hash FROM task_run_events ORDER BY seq")
        ours = [row for row in rows if row["hash"].hex() in {entry["hash"] for entry in last}]
        assert [json.loads(row["event"])["seq"] for row in ours] == list(range(1, len(last) + 1))
