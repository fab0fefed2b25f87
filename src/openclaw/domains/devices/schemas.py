"""Linked machines as they travel."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from openclaw.infra.wire import (
    ChallengeId,
    DeviceGroupId,
    DeviceId,
    GatewayTokenId,
    HostId,
    HostTokenId,
    Items,
    PairingRequestId,
    UserId,
    Wire,
    WireInput,
    WorkspaceId,
)
from openclaw.protocol.gateway.params import HOST_LABEL, MAX_HOST_SLOTS
from openclaw.protocol.tools import ToolName

Name = Annotated[str, Field(min_length=1, max_length=100)]
Signature = Annotated[str, Field(min_length=80, max_length=100)]
Token = Annotated[str, Field(min_length=20, max_length=200)]
NodeId = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Milliseconds = Annotated[int, Field(ge=0, le=2**53)]


class LinkChallenge(Wire):
    """An offer to link a machine. The code is shown once."""

    challenge_id: ChallengeId
    code: str
    expires_at: datetime
    app_url: str
    server_url: str
    scopes: list[str]
    command: str


class ChallengeState(Wire):
    """How a link challenge stands."""

    status: Literal["pending", "redeemed", "expired", "failed"]
    device_id: DeviceId | None
    tries_left: int


class RedeemingDevice(WireInput):
    """The machine that redeems."""

    public_key: Annotated[str, Field(min_length=43, max_length=43)]
    name: Name
    platform: Annotated[str, Field(min_length=1, max_length=40)]
    version: Annotated[str, Field(min_length=1, max_length=40)]


class Redeem(WireInput):
    """Redeem a challenge by id and code, or by a code typed at the machine, with proof of the device key."""

    challenge_id: Annotated[str, Field(max_length=64)] | None = None
    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]
    device: RedeemingDevice
    signed_at: Milliseconds
    signature: Signature


class RefreshDevice(WireInput):
    """Rotate a machine's tokens.

    A machine may choose ``next_refresh_token`` itself and keep it before it asks: asking again with the same pair
    after a lost answer is then safe, while a thief's replay of the old token (with another or no next one) is not.
    """

    refresh_token: Token
    next_refresh_token: Annotated[str, Field(min_length=48, max_length=100)] | None = None
    node_id: NodeId
    signed_at: Milliseconds
    signature: Signature


class LinkedUser(Wire):
    """Whose machine it now is."""

    display_name: str


class LinkedWorkspace(Wire):
    """The workspace that the machine belongs to."""

    id: WorkspaceId
    name: str


class DeviceTokens(Wire):
    """A machine's credentials, shown once."""

    access_token: str
    access_expires_at: datetime
    refresh_token: str
    gateway_url: str
    page_key: str  # signs passes for web pages; this machine's alone


class Linked(DeviceTokens):
    """The answer to a redeemed challenge."""

    device_id: DeviceId
    node_id: str
    name: str
    user: LinkedUser
    workspace: LinkedWorkspace
    scopes: list[str]


class ToolPolicy(Wire):
    """What may be done on machines: the highest grade that is asked about, and whether standing rules count.

    ``denied_tools`` are refused. Where several policies bind a machine, the strictest word of each counts.
    """

    max_grade: Literal["read", "modify", "high"]
    standing_rules: bool
    denied_tools: list[ToolName]


class SetToolPolicy(WireInput):
    """The policy of a workspace or of a machine, whole."""

    max_grade: Literal["read", "modify", "high"] = "high"
    standing_rules: bool = True
    denied_tools: Annotated[list[ToolName], Field(max_length=20)] = Field(default_factory=list[ToolName])


class Device(Wire):
    """A linked machine as its owner sees it."""

    id: DeviceId
    node_id: str
    name: str
    platform: str
    version: str
    client: Literal["bridge", "node-host"]
    online: bool
    last_seen_at: datetime | None
    linked_at: datetime
    revoked_at: datetime | None
    commands: list[Any]
    home: str | None
    primary: bool
    policy: ToolPolicy | None


class Devices(Items):
    """The actor's machines, the most recently linked first."""

    items: list[Device]


class UpdateDevice(WireInput):
    """A machine's new name, and whether it is the one that calls go to when none is named. What is left out stays."""

    name: Name | None = None
    primary: bool | None = None


class DeviceGroup(Wire):
    """Machines under one name, which calls can be sent to together."""

    id: DeviceGroupId
    name: str
    device_ids: list[DeviceId]


class DeviceGroups(Items):
    """The actor's groups, by name."""

    items: list[DeviceGroup]


class SetDeviceGroup(WireInput):
    """A group, whole."""

    name: Name
    device_ids: Annotated[list[DeviceId], Field(max_length=100)]


GatewayTokenScope = Literal[
    "operator.read", "operator.write", "operator.approvals", "operator.pairing", "node"
]


class GatewayToken(Wire):
    """A token for released gateway clients. ``hint`` is its last four characters."""

    id: GatewayTokenId
    name: str
    hint: str
    scopes: list[GatewayTokenScope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class GatewayTokens(Items):
    """The actor's gateway tokens, the newest first."""

    items: list[GatewayToken]


class CreateGatewayToken(WireInput):
    """A token to make. ``node``: machines may connect with it; the others are what an operator may do."""

    name: Name
    scopes: Annotated[list[GatewayTokenScope], Field(min_length=1, max_length=5)]
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class NewGatewayToken(GatewayToken):
    """A token with its secret, which is shown this once."""

    token: str
    gateway_url: str


class PairingRequest(Wire):
    """A machine that waits to be let in. ``nodeId`` is the SHA-256 of its public key."""

    id: PairingRequestId
    node_id: str
    name: str
    platform: str
    version: str
    address: str | None
    token_id: GatewayTokenId
    created_at: datetime
    expires_at: datetime


class PairingRequests(Items):
    """The actor's machines that wait."""

    items: list[PairingRequest]


class RequestPagePass(WireInput):
    """A nonce that the machine gave to a page."""

    nonce: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{16,128}$")]


class PagePass(Wire):
    """The server's word to the machine that the page which asks is its owner's."""

    pass_: Annotated[str, Field(alias="pass")]


HostLabel = Annotated[str, Field(pattern=HOST_LABEL)]
HostLabels = Annotated[list[HostLabel], Field(max_length=20)]
HostCapacity = Annotated[int, Field(ge=1, le=MAX_HOST_SLOTS)]


class HostToken(Wire):
    """A token that makes one machine a host, once. ``hint`` is its last four characters.

    ``hostId``: the host that it made; while it is open, the one that it is for, by its key.
    """

    id: HostTokenId
    hint: str
    status: Literal["open", "used", "expired", "revoked"]
    name: str | None
    labels: list[str] | None
    capacity: int | None
    region: str | None
    provider: str | None
    created_by: Annotated[UserId, Field(validation_alias="created_by_user_id")]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    host_id: HostId | None


class HostTokens(Items):
    """The workspace's enrolment tokens, the newest first."""

    items: list[HostToken]


class CreateHostToken(WireInput):
    """A token to make. What is said of the host counts over what the machine says of itself."""

    name: Name | None = None
    labels: HostLabels | None = None
    capacity: HostCapacity | None = None
    region: HostLabel | None = None
    provider: HostLabel | None = None
    expires_in_minutes: Annotated[int, Field(ge=1, le=10_080)] = 60


class NewHostToken(HostToken):
    """A token with its secret, which is shown this once, and the command for the machine."""

    token: str
    server_url: str
    command: str


class EnrolHost(WireInput):
    """By the machine: become a host, with proof of its key."""

    token: Token
    device: RedeemingDevice
    signed_at: Milliseconds
    signature: Signature


class HostCapabilities(Wire):
    """What the machine says that it can do."""

    max_concurrent_tasks: int
    long_running: bool
    browser_operator: bool
    memory_mb: int | None
    labels: list[str]
    region: str | None
    provider: str | None


class Host(Wire):
    """A machine that carries runs of the workspace.

    ``offers`` are the words that a run can ask for; ``labels`` and ``capacity`` are None where the machine's own
    count. ``slots`` runs fit on it, ``busySlots`` are taken.
    """

    id: HostId
    device_id: DeviceId
    node_id: str
    name: str
    status: Literal["pending", "healthy", "degraded", "offline", "revoked"]
    trouble: str | None
    platform: str
    version: str
    commands: list[Any]
    labels: list[str] | None
    capacity: int | None
    region: str | None
    provider: str | None
    draining: bool
    offers: list[str]
    slots: int
    busy_slots: int
    free_slots: int
    running: int
    queue_depth: int
    capabilities: HostCapabilities | None
    policy: ToolPolicy | None
    registered_by: UserId
    registered_at: datetime
    last_heartbeat_at: datetime | None
    revoked_at: datetime | None


class Hosts(Items):
    """The workspace's hosts, the newest first."""

    items: list[Host]


class UpdateHost(WireInput):
    """What changes. None for labels, capacity, region or provider: what the machine says counts again."""

    name: Name | None = None
    labels: HostLabels | None = None
    capacity: HostCapacity | None = None
    region: HostLabel | None = None
    provider: HostLabel | None = None
    draining: bool | None = None
    policy: SetToolPolicy | None = None
