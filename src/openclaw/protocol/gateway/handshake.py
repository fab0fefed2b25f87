"""The handshake: the parameters of ``connect``, what they settle, and ``hello-ok`` for releases 3 and 4."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from openclaw.protocol.gateway.errors import (
    InvalidParamsError,
    InvalidRoleError,
    ProtocolMismatchError,
    briefly,
)
from openclaw.protocol.gateway.scopes import Role

OLDEST_PROTOCOL = 3
NEWEST_PROTOCOL = 4

ClientId = Literal[
    "webchat-ui",
    "openclaw-control-ui",
    "webchat",
    "cli",
    "gateway-client",
    "openclaw-macos",
    "openclaw-ios",
    "openclaw-android",
    "openclaw-linux",
    "openclaw-watchos",
    "openclaw-tui",
    "openclaw-browser-copilot",
    "openclaw-probe",
    "openclaw-worker",
    "node-host",
    "test",
    "fingerprint",
]
ClientMode = Literal["webchat", "cli", "ui", "backend", "node", "probe", "test", "worker"]

Name = Annotated[str, Meta(max_length=256)]
Token = Annotated[str, Meta(max_length=8192)]
Names = Annotated[list[Annotated[str, Meta(min_length=1, max_length=128)]], Meta(max_length=256)]


class _Connect(Struct, rename="camel", omit_defaults=True):
    # Unknown fields are allowed here and nowhere else: each release adds some, and an old server must still
    # greet a newer client.
    pass


class ClientInfo(_Connect):
    """The program at the other end."""

    id: ClientId
    version: Annotated[str, Meta(min_length=1, max_length=128)]
    platform: Annotated[str, Meta(min_length=1, max_length=128)]
    mode: ClientMode
    display_name: Name | None = None
    device_family: Name | None = None
    model_identifier: Name | None = None
    instance_id: Name | None = None
    build_id: Name | None = None
    time_zone: Name | None = None


class DeviceIdentity(_Connect):
    """The machine's key and its proof (``proof.check_device_proof``)."""

    id: Annotated[str, Meta(min_length=1, max_length=128)]
    public_key: Annotated[str, Meta(min_length=1, max_length=128)]
    signature: Annotated[str, Meta(min_length=1, max_length=256)]
    signed_at: Annotated[int, Meta(ge=0)]
    nonce: Annotated[str, Meta(max_length=128)] | None = None


class ConnectAuth(_Connect):
    """Credentials; ``token`` is the bearer token that names user, workspace and scopes."""

    token: Token | None = None
    password: Token | None = None
    bootstrap_token: Token | None = None
    device_token: Token | None = None
    approval_runtime_token: Token | None = None
    agent_runtime_identity_token: Token | None = None


class ConnectParams(_Connect):
    """The parameters of ``connect``, of both releases.

    ``cursor`` is ours: the last one that a client with the capability ``cursor`` was given, which is told what it has
    missed since.
    """

    min_protocol: Annotated[int, Meta(ge=1, le=1000)]
    max_protocol: Annotated[int, Meta(ge=1, le=1000)]
    client: ClientInfo
    role: Annotated[str, Meta(max_length=64)] = Role.OPERATOR.value
    scopes: Names = []
    caps: Names = []
    commands: Names = []
    permissions: dict[str, bool] = {}
    path_env: Annotated[str, Meta(max_length=32_768)] | None = None
    device: DeviceIdentity | None = None
    auth: ConnectAuth | None = None
    cursor: Annotated[str, Meta(max_length=64)] | None = None
    locale: Name | None = None
    user_agent: Annotated[str, Meta(max_length=1024)] | None = None

    @property
    def bearer(self) -> str:
        """The token that authenticates, and that the device proof covers; empty when there is none."""
        auth = self.auth
        if auth is None:
            return ""
        return auth.token or auth.device_token or auth.bootstrap_token or ""

    @property
    def language(self) -> str:
        """The language of error messages: ``zh`` or ``en``."""
        return "zh" if (self.locale or "").lower().startswith("zh") else "en"


def decode_connect(params: dict[str, Any]) -> ConnectParams:
    """``params`` of a ``connect`` request; InvalidParamsError says which field is wrong."""
    try:
        return msgspec.convert(params, ConnectParams)
    except msgspec.ValidationError as error:
        raise InvalidParamsError(method="connect", reason=briefly(error)) from None


def negotiate_protocol(connect: ConnectParams) -> int:
    """The newest release that both ends speak; ProtocolMismatchError when there is none."""
    newest = min(connect.max_protocol, NEWEST_PROTOCOL)
    if newest < max(connect.min_protocol, OLDEST_PROTOCOL):
        raise ProtocolMismatchError(
            client_min=connect.min_protocol,
            client_max=connect.max_protocol,
            oldest=OLDEST_PROTOCOL,
            newest=NEWEST_PROTOCOL,
        )
    return newest


def get_role(connect: ConnectParams) -> Role:
    """The role that ``connect`` asks for; InvalidRoleError when it is none of ours."""
    try:
        return Role(connect.role)
    except ValueError:
        raise InvalidRoleError from None


class StateVersion(_Connect):
    """Counters by which a client sees whether its presence or health is old."""

    presence: int
    health: int


class PresenceEntry(_Connect):
    """One connection in the list of who is there. ``ts`` in milliseconds."""

    mode: str
    reason: str
    text: str
    ts: int
    host: str | None = None
    version: str | None = None
    platform: str | None = None
    device_family: str | None = None
    device_id: str | None = None
    instance_id: str | None = None
    roles: list[str] | None = None
    scopes: list[str] | None = None


class Greeting(Struct, frozen=True, kw_only=True):
    """What ``hello-ok`` tells of the server. ``uptime_ms`` and the policy numbers in ms and bytes.

    ``cursor``: where a client that asked for it begins to read; ``is_resumed``: it is told all that it has missed.
    """

    version: str
    boot_id: str
    connection_id: str
    methods: list[str]
    events: list[str]
    capabilities: list[str]
    role: Role
    scopes: tuple[str, ...]
    presence: list[PresenceEntry]
    health: dict[str, Any]
    state_version: StateVersion
    uptime_ms: int
    max_payload: int
    max_buffered_bytes: int
    tick_interval_ms: int
    cursor: str | None = None
    is_resumed: bool = False


def hello_ok(greeting: Greeting, protocol: int) -> dict[str, Any]:
    """The payload of the answer to ``connect``, with the fields that clients of ``protocol`` validate."""
    defaults: dict[str, Any] = {
        "defaultAgentId": "main",
        "mainKey": "main",
        "mainSessionKey": "main",
        "scope": "per-sender",
    }
    snapshot: dict[str, Any] = {
        "presence": greeting.presence,
        "health": greeting.health,
        "stateVersion": greeting.state_version,
        "uptimeMs": greeting.uptime_ms,
        "sessionDefaults": defaults,
    }
    hello: dict[str, Any] = {
        "type": "hello-ok",
        "protocol": protocol,
        "server": {"version": greeting.version, "connId": greeting.connection_id},
        "features": {"methods": greeting.methods, "events": greeting.events},
        "snapshot": snapshot,
        "policy": {
            "maxPayload": greeting.max_payload,
            "maxBufferedBytes": greeting.max_buffered_bytes,
            "tickIntervalMs": greeting.tick_interval_ms,
        },
    }
    if greeting.cursor is not None:
        hello["resume"] = {"cursor": greeting.cursor, "resumed": greeting.is_resumed}
    if protocol >= 4:
        # Release 3 validates closed objects, and knows `auth` only with a device token; we issue none.
        hello["server"]["bootId"] = greeting.boot_id
        hello["features"]["capabilities"] = greeting.capabilities
        hello["auth"] = {"role": greeting.role.value, "scopes": list(greeting.scopes)}
        snapshot["suspension"] = {"phase": "accepting"}
        defaults |= {"modelConfigured": True, "ownership": "sole", "selectionRequired": False}
    return hello
