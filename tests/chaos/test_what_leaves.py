"""What leaves a machine that works in a system: every byte that its bridge sends is kept, and searched for what was
planted in the vault, in files and their names, in the runtime, and in what was filled in."""

import asyncio
import base64
import gzip
import json
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.chaos.chat import PATIENCE, Chat, link
from tests.chaos.remote import page
from tests.support.accounts import Person
from tests.support.gateway_client import GatewayClient
from tests.support.pi_chat import doing, pi_environment
from tests.support.processes import BridgeProcess, Installation
from tests.support.recording import Recorder, leaked

PLANTED = [f"pl4nted{number:02}x{number * 7919 % 1009:04}" for number in range(20)]
SECRET = PLANTED[19]
ENDS = {"succeeded", "failed", "cancelled"}
# What a machine tells of a run in ``metadata``, and nothing besides.
DECLARED = {
    "began": {"session"},
    "said": {"stop", "inputTokens", "outputTokens", "costMicros", "model"},
    "tool_started": {"call", "name", "question"},
    "tool_ended": {"call", "isError", "isDenied"},
    "closed": {"question"},
}


@dataclass
class Watched:
    """A linked machine, all that it sends, and a page of its person's."""

    chat: Chat
    bridge: BridgeProcess
    here: GatewayClient
    device: str
    recorders: tuple[Recorder, Recorder]

    @property
    def person(self) -> Person:
        return self.chat.person

    @property
    def words(self) -> list[str]:
        """Those of the planted words that have left."""
        return leaked(self.recorders, PLANTED)

    def events(self) -> list[dict[str, Any]]:
        """What the machine told of runs."""
        frames = [json.loads(m) for m in self.recorders[1].messages() if m.startswith(b"{")]
        return [f["params"]["event"] for f in frames if f.get("method") == "node.run.event"]

    async def run(self, body: dict[str, Any], *, allowing: int = 0) -> dict[str, Any]:
        """Launch a task and see it to its end."""
        task = await self.person.post("/tasks", body)
        return await self.ended(await self.person.post(f"/tasks/{task['id']}/runs"), allowing=allowing)

    async def ended(self, run: dict[str, Any], *, allowing: int = 0) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            for _ in range(allowing):
                asked = (await self.here.event("exec.approval.requested"))["approval"]
                await self.chat.allow(asked)
            await self.here.event("task.changed", lambda p: p["id"] == run["id"] and p["state"] in ENDS)
        return await self.person.get(f"/task-runs/{run['id']}")


@pytest.fixture
async def watched(installation: Installation, chat: Chat, tmp_path: Path) -> AsyncIterator[Watched]:
    gateway = Recorder(installation.gateway_port())
    async with gateway:
        addresses = (installation.gateway_url(), f"ws://127.0.0.1:{gateway.port}")
        async with Recorder(installation.port, told=addresses) as server:
            bridge = BridgeProcess(tmp_path, f"http://127.0.0.1:{server.port}")
            bridge.start(**pi_environment(secret=SECRET))
            try:
                async with page(chat.person, installation.gateway_url()) as here:
                    device = await link(chat, bridge, here)
                    yield Watched(chat, bridge, here, device, (server, gateway))
            finally:
                bridge.kill()


def plant_files(bridge: BridgeProcess) -> str:
    """Files with planted words; a command that reads them."""
    (bridge.home / f"{PLANTED[0]}.txt").write_text(f'{PLANTED[1]} 漢字 "quoted" {PLANTED[2]}\n')
    (bridge.home / "deep").mkdir()
    (bridge.home / "deep" / f"{PLANTED[3]}.md").write_text(f"# {PLANTED[4]}/é\n")
    return f"cat {bridge.home}/*.txt {bridge.home}/deep/* {bridge.home}/{PLANTED[3]}-not-there; ls {bridge.home}/deep"


def edit_vault(bridge: BridgeProcess, system: str) -> None:
    """As the person at the machine does it."""
    document = bridge.command("vault", "show", system)
    document |= {"name": PLANTED[5], "description": f"{PLANTED[6]} 漢"}
    document["roles"][0] |= {"name": PLANTED[7], "description": PLANTED[8], "skills": [PLANTED[9]]}
    document["prompts"] = [{"id": "p", "title": PLANTED[10], "role": None, "text": f"tool:no {PLANTED[11]}"}]
    document["deliverables"] = [{"id": "d", "title": PLANTED[12]}]
    document["memory"].append({"kind": "custom", "name": PLANTED[13], "enabled": True})
    file = bridge.home / "edited.json"
    file.write_text(json.dumps(document))
    bridge.command("vault", "edit", system, str(file))
    file.unlink()


FORM = {"siteName": PLANTED[14], "purpose": f"{PLANTED[15]} “mine”", "notes": PLANTED[16]}


async def test_of_a_local_only_system_nothing_leaves(watched: Watched) -> None:
    person, bridge = watched.person, watched.bridge
    reading = plant_files(bridge)
    body = {"template": "website_development", "name": "Own", "syncMode": "local_only"}
    system = await person.post("/systems", body | {"deviceId": watched.device})
    path = f"/systems/{system['id']}"
    edit_vault(bridge, system["id"])

    made = bridge.home / "made.txt"
    writing = f"echo {PLANTED[17]} > {made}; cat {made}"
    launch = {"systemId": system["id"], "intake": FORM}
    wishes = [
        f"{PLANTED[18]} {doing(reading)}",
        f"{doing(writing)} {doing('cat /' + PLANTED[18])}",
        "error:401",
    ]
    ends = [await watched.run(launch | {"text": wish}, allowing=wish is wishes[1]) for wish in wishes]
    assert [end["state"] for end in ends] == ["succeeded", "succeeded", "failed"]
    assert made.read_text() == f"{PLANTED[17]}\n"
    followed = await person.post(f"/task-runs/{ends[0]['id']}/follow-up", {"text": f"And {doing(reading)}"})
    assert (await watched.ended(followed))["state"] == "succeeded"
    assert {event["kind"] for event in watched.events()} == {"began", "said", "tool_started", "tool_ended"}

    runtime = f"/conversations/{ends[0]['conversationId']}/runtime"
    assert (await person.get(f"{runtime}/models"))["items"]
    await person.post(f"{runtime}/compact")

    saved = await person.post(f"{path}/snapshots", {"kind": "milestone", "label": "mine"})
    await person.post(
        f"{path}/snapshots/compare", {"before": system["baselineSnapshotId"], "after": saved["id"]}
    )
    plan = await person.post(f"{path}/restore-plan", {"snapshotId": system["baselineSnapshotId"]})
    done = await person.post(f"{path}/restore", {"token": plan["token"]})
    undo = await person.post(f"{path}/restore-plan", {"snapshotId": done["checkpoint"]["id"]})
    await person.post(f"{path}/restore", {"token": undo["token"]})
    await person.post(f"{path}/clone", {"name": "Clone"})
    await person.post(f"{path}/branches", {"name": "line"})
    await person.post(f"{path}/snapshots/refresh")
    kept = json.dumps(bridge.command("vault", "show", system["id"]))
    assert all(word in kept for word in PLANTED[5:14]), "all of it was there"

    told = "".join(file.read_text() for file in bridge.state.rglob("*.jsonl"))
    assert all(word in told for word in (*PLANTED[5:14], *PLANTED[14:17])), "the runtime was told all of it"
    assert watched.words == []
    assert_no_other_way(watched)


async def test_of_metadata_only_what_is_declared_leaves(watched: Watched) -> None:
    person, bridge = watched.person, watched.bridge
    reading = plant_files(bridge)
    body = {"template": "website_development", "name": "Sites", "syncMode": "metadata"}
    system = await person.post("/systems", body)
    target = {"kind": "device", "deviceId": watched.device, "runtime": "pi", "syncMode": "metadata"}
    launch = {"systemId": system["id"], "intake": FORM, "target": target}
    writing = doing(f"cat {bridge.home}/*.txt > {bridge.home}/{PLANTED[17]}; cat {bridge.home}/{PLANTED[17]}")
    for wish in (f"{PLANTED[18]} {doing(reading)}", "error:401"):
        await watched.run(launch | {"text": wish})
    assert watched.words == []
    await watched.run(launch | {"text": writing}, allowing=1)
    # The one thing that its person was asked about, in the question itself: who says yes has to know what to.
    assert watched.words == [PLANTED[17]]
    for event in watched.events():
        kind = event.pop("kind")
        told = {name for name, value in event.items() if value is not None}
        assert told <= DECLARED[kind], kind
        assert (PLANTED[17] in json.dumps(event)) == (event.get("question") is not None)
    assert_no_other_way(watched)


async def test_what_does_leave_is_seen_to(watched: Watched) -> None:
    """The search is not blind: in ``full`` the very same words leave."""
    reading = plant_files(watched.bridge)
    target = {"kind": "device", "deviceId": watched.device, "runtime": "pi"}
    await watched.run({"text": f"{PLANTED[18]} {doing(reading)}", "target": target})
    assert set(PLANTED[1:5]) <= set(watched.words)


async def test_the_search_sees_through_what_is_written_otherwise() -> None:
    word = PLANTED[3]
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in word)
    percent = "".join(f"%{ord(letter):02x}" for letter in word)
    nested = json.dumps({"paramsJSON": '{"a": ["' + escaped + '"]}'}).encode()
    deflated = zlib.compressobj(wbits=-15)
    small = (deflated.compress(b'{"x":"' + word.encode() + b'"}') + deflated.flush(zlib.Z_SYNC_FLUSH))[:-4]
    upgrade = b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n"

    def frame(first: int, data: bytes) -> bytes:
        masked = bytes(byte ^ b"abcd"[n % 4] for n, byte in enumerate(data))
        return bytes([first, 0x80 | len(data)]) + b"abcd" + masked

    half = len(word) // 2
    for stream in (
        f"GET /x?y={percent} HTTP/1.1\r\n\r\n".encode(),
        b"POST / HTTP/1.1\r\nContent-Length: 999\r\n\r\n" + nested,
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        + f"{half:x}\r\n{word[:half]}\r\n{len(word) - half:x}\r\n{word[half:]}\r\n0\r\n\r\n".encode(),
        b"POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 999\r\n\r\n"
        + gzip.compress(word.encode()),
        b"POST / HTTP/1.1\r\n\r\n" + base64.b64encode(f"ab {word} c".encode()),
        b"POST / HTTP/1.1\r\n\r\n" + word.encode().hex().upper().encode(),
        upgrade
        + frame(0x01, word[:half].encode())
        + frame(0x89, b"ping")
        + frame(0x80, word[half:].encode()),
        upgrade + frame(0xC1, small),
    ):
        recorder = Recorder(0)
        recorder.sent.append(bytearray(stream))
        assert leaked([recorder], PLANTED) == [word], stream


def assert_no_other_way(watched: Watched) -> None:
    """The bridge and what it started are connected to nothing but the relays."""
    bridge = psutil.Process(watched.bridge.pid)
    ports = {recorder.port for recorder in watched.recorders}
    for process in (bridge, *bridge.children(recursive=True)):
        remote = {end.raddr.port for end in process.net_connections("inet") if end.raddr}
        assert remote <= ports | {watched.bridge.port}
