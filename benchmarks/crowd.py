"""Many tenants and machines in an installation, written as rows, and their sockets."""

import itertools
import json
import secrets
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.wire import RawSocket
from openclaw.infra.secrets import digest
from openclaw.protocol.device import ConnectClaims, connect_text_v3, encode_base64url, node_id_of
from openclaw.protocol.tools import ARGUMENTS

HOME = "/home/bench"
_OPERATOR_SCOPES = ["operator.read", "operator.write", "operator.approvals", "operator.pairing"]
_USERS = """
INSERT INTO users (
    id, username, email, password_hash, display_name, role, language, theme, is_active, created_at, updated_at
)
SELECT id, 'crowd' || n, 'crowd' || n || '@example.com', '', 'Crowd ' || n, 'member', 'en', 'system', true, now(), now()
FROM unnest($1::uuid[], $2::int[]) AS t (id, n)
"""
_WORKSPACES = """
INSERT INTO workspaces (id, name, kind, created_by_user_id, created_at, updated_at)
SELECT w, 'Crowd', 'personal', u, now(), now() FROM unnest($1::uuid[], $2::uuid[]) AS t (w, u)
"""
_MEMBERS = """
INSERT INTO memberships (workspace_id, user_id, role, joined_at)
SELECT w, u, 'owner', now() FROM unnest($1::uuid[], $2::uuid[]) AS t (w, u)
"""
_TOKENS = """
INSERT INTO gateway_tokens (id, workspace_id, user_id, name, hash, hint, scopes, created_at)
SELECT gen_random_uuid(), w, u, 'bench', h, 'hint', $4::jsonb, now()
FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS t (w, u, h)
"""
_DEVICES = """
INSERT INTO devices (id, workspace_id, user_id, node_id, public_key, name, platform, version, client, commands, home,
    linked_at)
SELECT d, w, u, n, k, 'bench', 'linux', '1', 'bridge', '[]', $6, now()
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) AS t (d, w, u, n, k)
"""
_SESSIONS = """
WITH added AS (
    INSERT INTO device_sessions (id, workspace_id, user_id, device_id, scopes, access_expires_at, created_at)
    SELECT d, w, u, d, '[]', now() + interval '1 day', now()
    FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS t (d, w, u)
)
INSERT INTO device_tokens (hash, workspace_id, user_id, session_id, kind, expires_at)
SELECT h, w, u, d, 'access', now() + interval '1 day'
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bytea[]) AS t (d, w, u, h)
"""
_CONVERSATIONS = """
INSERT INTO conversations (id, workspace_id, user_id, title, is_main, summary_through_seq, created_at, updated_at)
SELECT gen_random_uuid(), $1, $2, 'Conversation ' || n, false, 0, now(), now() - make_interval(secs => n)
FROM generate_series(1, $3::int) n
"""


@dataclass
class Machine:
    """A linked machine: its key and an access token that is good for a day."""

    id: uuid.UUID = field(default_factory=uuid.uuid4)
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    token: str = field(default_factory=lambda: f"ocda_{secrets.token_urlsafe(32)}")

    def __post_init__(self) -> None:
        self.public_key = self.key.public_key().public_bytes_raw()
        self.node_id = node_id_of(self.public_key)

    def connect_params(self, nonce: str, ts: int) -> dict[str, Any]:
        """What a bridge says in ``connect``, with the proof of its key."""
        claims = ConnectClaims(
            device_id=self.node_id,
            client_id="node-host",
            client_mode="node",
            role="node",
            scopes=[],
            signed_at_ms=ts,
            token=self.token,
            nonce=nonce,
            platform="linux",
        )
        return {
            "minProtocol": 3,
            "maxProtocol": 4,
            "client": {"id": "node-host", "version": "1", "platform": "linux", "mode": "node"},
            "role": "node",
            "scopes": [],
            "caps": ["fs", "exec", "system"],
            "commands": list(ARGUMENTS),
            "auth": {"token": self.token},
            "device": {
                "id": self.node_id,
                "publicKey": encode_base64url(self.public_key),
                "signature": encode_base64url(self.key.sign(connect_text_v3(claims).encode())),
                "signedAt": ts,
                "nonce": nonce,
            },
        }


@dataclass
class Member:
    """A user with a workspace of their own, a gateway token, and machines."""

    machines: list[Machine]
    user_id: uuid.UUID = field(default_factory=uuid.uuid4)
    workspace_id: uuid.UUID = field(default_factory=uuid.uuid4)
    token: str = field(default_factory=lambda: f"ocgt_{secrets.token_urlsafe(32)}")

    def connect_params(self, _nonce: str, _ts: int) -> dict[str, Any]:
        """What a command line says in ``connect``; it proves no key."""
        return {
            "minProtocol": 4,
            "maxProtocol": 4,
            "client": {"id": "cli", "version": "1", "platform": "linux", "mode": "cli"},
            "role": "operator",
            "scopes": _OPERATOR_SCOPES,
            "caps": ["tool-events"],
            "auth": {"token": self.token},
        }


_numbers = itertools.count(1)


async def settle(home: Path, members: int, machines_each: int) -> list[Member]:
    """New members in the installation at ``home``."""
    crowd = [Member([Machine() for _ in range(machines_each)]) for _ in range(members)]
    users, workspaces = [m.user_id for m in crowd], [m.workspace_id for m in crowd]
    owned = [(machine, member) for member in crowd for machine in member.machines]
    owners = [o.workspace_id for _, o in owned], [o.user_id for _, o in owned]
    machines = [machine for machine, _ in owned]
    ids = [machine.id for machine in machines]
    connection = await _connect(home)
    try:
        await connection.execute(_USERS, users, [next(_numbers) for _ in crowd])
        await connection.execute(_WORKSPACES, workspaces, users)
        await connection.execute(_MEMBERS, workspaces, users)
        hashes = [digest(member.token) for member in crowd]
        await connection.execute(_TOKENS, workspaces, users, hashes, json.dumps([*_OPERATOR_SCOPES, "node"]))
        keys = [encode_base64url(machine.public_key) for machine in machines]
        nodes = [machine.node_id for machine in machines]
        await connection.execute(_DEVICES, ids, *owners, nodes, keys, HOME)
        await connection.execute(_SESSIONS, ids, *owners, [digest(machine.token) for machine in machines])
        for table in ("users", "workspaces", "memberships", "gateway_tokens", "devices", "device_tokens"):
            await connection.execute(f"ANALYZE {table}")
    finally:
        await connection.close()
    return crowd


async def write_conversations(home: Path, member: Member, count: int) -> None:
    """Many conversations of one member."""
    connection = await _connect(home)
    try:
        await connection.execute(_CONVERSATIONS, member.workspace_id, member.user_id, count)
        await connection.execute("VACUUM ANALYZE conversations")
    finally:
        await connection.close()


async def _connect(home: Path) -> asyncpg.Connection:
    return await asyncpg.connect(f"postgresql://postgres@/postgres?host={home / 'postgres'}")


class Client:
    """A greeted socket: one call after another, or frames as they come."""

    def __init__(self, socket: RawSocket) -> None:
        self.socket = socket
        self._ids = itertools.count(1)

    def send(self, method: str, params: dict[str, Any]) -> bytes:
        """Send a request; how its answer begins."""
        request_id = next(self._ids)
        self.socket.send(request(request_id, method, params))
        return b'{"type":"res","id":"%d",' % request_id

    async def call(self, method: str, params: dict[str, Any]) -> bytes:
        """The frame that answers; events before it are dropped. RuntimeError when it is an error."""
        head = self.send(method, params)
        while True:
            frame = await self.socket.receive()
            if frame.startswith(head):
                if not frame.startswith(b'"ok":true', len(head)):
                    raise RuntimeError(frame.decode())
                return frame


def request(request_id: int, method: str, params: dict[str, Any]) -> bytes:
    """A request frame."""
    return json.dumps({"type": "req", "id": str(request_id), "method": method, "params": params}).encode()


async def enter(port: int, who: Member | Machine) -> Client:
    """A socket of ``who``, greeted."""
    socket = await RawSocket.open("127.0.0.1", port)
    challenge = json.loads(await socket.receive())["payload"]
    client = Client(socket)
    await client.call("connect", who.connect_params(challenge["nonce"], challenge["ts"]))
    return client
