"""Machines of the tests: real keys, linked over the API, that answer calls over a real socket."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openclaw.domains.devices.service import hosts
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.device import (
    ConnectClaims,
    connect_text_v3,
    encode_base64url,
    enrol_proof_text,
    link_proof_text,
    node_id_of,
    refresh_proof_text,
)
from openclaw.protocol.tools import ARGUMENTS, UNDO_ARGUMENTS
from tests.support.accounts import Person, succeeded
from tests.support.gateway_client import GatewayClient, open_socket
from tests.support.server import Server

HOME = "/home/ann"
_addresses = itertools.count(1)
Answer = Callable[[dict[str, Any]], dict[str, Any] | None]


@dataclass
class Machine:
    """A machine with its key; linked once ``session`` is set."""

    server: Server
    name: str = "laptop"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    session: dict[str, Any] = field(default_factory=dict[str, Any])
    # One each: typed codes are counted by address, in this process and not in the database.
    address: str = field(default_factory=lambda: f"2001:db8::{next(_addresses):x}")

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def node_id(self) -> str:
        return node_id_of(self.public_key)

    @property
    def device_id(self) -> UUID:
        return ids.from_wire("dev", self.session["deviceId"])

    @property
    def now_ms(self) -> int:
        return int(self.server.clock.now().timestamp() * 1000)

    @property
    def api(self) -> httpx2.AsyncClient:
        """A client at the machine's own address."""
        return self.server.client(address=self.address)

    def sign(self, text: str) -> str:
        return encode_base64url(self.key.sign(text.encode()))

    def redeem_body(self, code: str, challenge_id: str | None = None, **changes: Any) -> dict[str, Any]:
        """What a bridge posts to redeem a challenge."""
        signed_at = changes.pop("signedAt", self.now_ms)
        text = link_proof_text(
            challenge_id=challenge_id, code=code, node_id=self.node_id, signed_at_ms=signed_at
        )
        device = {
            "publicKey": encode_base64url(self.public_key),
            "name": self.name,
            "platform": "linux",
            "version": "0.1.0",
        }
        body = {"code": code, "device": device, "signedAt": signed_at, "signature": self.sign(text)}
        return body | ({"challengeId": challenge_id} if challenge_id else {}) | changes

    async def redeem(self, code: str, challenge_id: str | None = None, **changes: Any) -> httpx2.Response:
        """Try to link."""
        return await self.api.post("/bridge/redeem", json=self.redeem_body(code, challenge_id, **changes))

    def enrol_body(self, token: str, **changes: Any) -> dict[str, Any]:
        """What a machine posts to become a host."""
        signed_at = changes.pop("signedAt", self.now_ms)
        text = enrol_proof_text(token=token, node_id=self.node_id, signed_at_ms=signed_at)
        device = self.redeem_body("000000")["device"]
        return {
            "token": token,
            "device": device,
            "signedAt": signed_at,
            "signature": self.sign(text),
        } | changes

    async def enrol(self, token: str, **changes: Any) -> httpx2.Response:
        """Try to become a host."""
        return await self.api.post("/bridge/host/enroll", json=self.enrol_body(token, **changes))

    def refresh_body(self, token: str | None = None, **changes: Any) -> dict[str, Any]:
        """What a bridge posts to rotate its tokens."""
        token = token or str(self.session["refreshToken"])
        signed_at = changes.pop("signedAt", self.now_ms)
        text = refresh_proof_text(node_id=self.node_id, signed_at_ms=signed_at, refresh_token=token)
        return {
            "refreshToken": token,
            "nodeId": self.node_id,
            "signedAt": signed_at,
            "signature": self.sign(text),
        } | changes

    async def refresh(self, token: str | None = None, **changes: Any) -> httpx2.Response:
        """Try to rotate; what comes back is kept when it succeeds."""
        response = await self.api.post("/bridge/session/refresh", json=self.refresh_body(token, **changes))
        if response.is_success:
            self.session |= response.json()
        return response

    def connect_params(self, challenge: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """What a bridge sends in ``connect``, with its proof."""
        params = {
            "minProtocol": 3,
            "maxProtocol": 4,
            "client": {"id": "node-host", "version": "0.1.0", "platform": "linux", "mode": "node"},
            "role": "node",
            "scopes": [],
            "caps": ["fs", "exec", "system"],
            "commands": [*ARGUMENTS, *UNDO_ARGUMENTS],
            "auth": {"token": self.session["accessToken"]},
        } | changes
        claims = ConnectClaims(
            device_id=self.node_id,
            client_id=params["client"]["id"],
            client_mode=params["client"]["mode"],
            role=params["role"],
            scopes=params["scopes"],
            signed_at_ms=challenge["ts"],
            token=params["auth"]["token"],
            nonce=challenge["nonce"],
            platform=params["client"]["platform"],
        )
        device = {
            "id": self.node_id,
            "publicKey": encode_base64url(self.public_key),
            "signature": self.sign(connect_text_v3(claims)),
            "signedAt": challenge["ts"],
            "nonce": challenge["nonce"],
        }
        return {"device": device} | params


@dataclass
class Call:
    """A call that a machine was sent and has to answer."""

    online: "OnlineMachine"
    id: str
    command: str
    params: dict[str, Any]

    async def answer(self, result: dict[str, Any]) -> Any:
        """It went well."""
        return await self._end(ok=True, payloadJSON=json.dumps(result))

    async def fail(self, code: str, message: str = "no") -> Any:
        """It did not."""
        return await self._end(ok=False, error={"code": code, "message": message})

    async def say(self, text: str, *, seq: int = 1, stream: str = "stdout") -> Any:
        """Some output while it runs."""
        return await self.online.client.call(
            "node.invoke.progress",
            {"id": self.id, "nodeId": self.online.node_id, "seq": seq, "stream": stream, "data": text},
        )

    async def _end(self, **outcome: Any) -> Any:
        params = {"id": self.id, "nodeId": self.online.node_id, **outcome}
        return await self.online.client.call("node.invoke.result", params)


class OnlineMachine:
    """A machine's socket. Calls of a command in ``answers`` are answered at once, the others wait for the test."""

    def __init__(self, machine: Machine, client: GatewayClient, answers: Mapping[str, Answer]) -> None:
        self.machine = machine
        self.client = client
        self.node_id = machine.node_id
        self.seen: list[Call] = []
        self.cancelled: asyncio.Queue[str] = asyncio.Queue()
        self._answers = answers
        self._waiting: asyncio.Queue[Call] = asyncio.Queue()
        self._tasks: list[asyncio.Task[Any]] = []
        client.on_event = self._take

    async def next_call(self) -> Call:
        """The next call that has no answer ready."""
        return await self._waiting.get()

    async def close(self) -> None:
        await cancel_and_wait(*self._tasks)

    def _take(self, frame: dict[str, Any]) -> None:
        payload = frame["payload"]
        if frame["event"] == "node.invoke.cancel":
            self.cancelled.put_nowait(payload["id"])
        if frame["event"] != "node.invoke.request":
            return
        assert payload["nodeId"] == self.node_id
        assert payload["idempotencyKey"] == payload["id"]
        call = Call(self, payload["id"], payload["command"], json.loads(payload["paramsJSON"]))
        self.seen.append(call)
        answer = self._answers.get(call.command)
        if answer is None:
            self._waiting.put_nowait(call)
        else:
            result = answer(call.params)  # None: there is no such thing
            end = call.fail("NOT_FOUND") if result is None else call.answer(result)
            self._tasks.append(spawn(end, name="test machine answer"))


async def link(person: Person, name: str = "laptop", machine: Machine | None = None) -> Machine:
    """A machine linked to ``person``."""
    machine = machine or Machine(person.server, name)
    challenge = await person.post("/bridge/public-link", {})
    machine.session = succeeded(await machine.redeem(challenge["code"], challenge["challengeId"]))
    return machine


async def enrol(person: Person, name: str = "host", **about: Any) -> Machine:
    """A host of the workspace that ``person`` works in; ``about`` is said in its token."""
    machine = Machine(person.server, name)
    token = (await person.post("/host-tokens", about))["token"]
    machine.session = succeeded(await machine.enrol(token))
    return machine


def heartbeat(machine: Machine, **said: Any) -> dict[str, Any]:
    """The parameters of a host's heartbeat."""
    return {"nodeId": machine.node_id, "running": 0, "queueDepth": 0} | said


@contextlib.asynccontextmanager
async def online_host(
    machine: Machine,
    answers: Mapping[str, Answer] | None = None,
    *,
    commands: Iterable[str] = (*ARGUMENTS, *UNDO_ARGUMENTS),
    **said: Any,
) -> AsyncIterator[OnlineMachine]:
    """A host with its socket, which has said once that it is there."""
    async with online(machine, answers, commands=list(commands)) as there:
        await there.client.call("node.host.heartbeat", heartbeat(machine, **said))
        yield there


@contextlib.asynccontextmanager
async def online(
    machine: Machine,
    answers: Mapping[str, Answer] | None = None,
    *,
    home: str | None = HOME,
    **changes: Any,
) -> AsyncIterator[OnlineMachine]:
    """``machine`` with its socket, greeted; ``changes`` are made to what it says of itself."""
    async with open_socket(machine.server, origin=None) as client:
        challenge = await client.event("connect.challenge")
        peer = OnlineMachine(machine, client, answers or {})
        client.hello = await client.call("connect", machine.connect_params(challenge, **changes))
        # An answered request means that the machine is noted as online and has what waited for it.
        if home is not None:
            await client.call("node.event", {"event": "node.host.described", "payload": {"home": home}})
        else:
            await client.call("skills.bins")
        try:
            yield peer
        finally:
            await peer.close()


async def claim_slot(
    scope: Scope, *, run_id: UUID, host_id: UUID | None = None, labels: Sequence[str] = ()
) -> hosts.HostSlot | None:
    """Room for one run; None when there is none."""
    return (await hosts.claim_slots(scope, [run_id], host_id=host_id, labels=labels)).get(run_id)
