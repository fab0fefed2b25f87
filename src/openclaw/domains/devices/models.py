"""Tables of linked machines."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from openclaw.infra.db import Base


class LinkChallengeRow(Base):
    """An offer to link a machine: a 6-digit code (only its MAC is kept), ten minutes, five tries, one use."""

    __tablename__ = "link_challenges"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    code_mac: Mapped[str] = mapped_column(String(64), index=True)
    tries_left: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    device_id: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]


class DeviceRow(Base):
    """A linked machine. It belongs to a workspace and to the user who linked it.

    ``client`` is what it runs: our ``bridge``, or a released ``node-host``, which connects with a gateway token.
    ``kind`` is ``device``, or ``host`` for one that serves the whole workspace (see `HostRow`).
    """

    __tablename__ = "devices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    node_id: Mapped[str] = mapped_column(String(64))
    public_key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(100))
    platform: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(10), default="device", server_default="device")
    client: Mapped[str] = mapped_column(String(10), default="bridge", server_default="bridge")
    commands: Mapped[list[Any]]
    home: Mapped[str | None] = mapped_column(String(4096))
    linked_at: Mapped[datetime]
    last_seen_at: Mapped[datetime | None]
    online_until: Mapped[datetime | None]
    connection_id: Mapped[str | None] = mapped_column(String(64))
    revoked_at: Mapped[datetime | None]
    is_primary: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    policy: Mapped[dict[str, Any] | None]

    __table_args__ = (
        Index("uq_devices_node_live", node_id, unique=True, postgresql_where=text("revoked_at IS NULL")),
        Index(
            "uq_devices_primary",
            user_id,
            workspace_id,
            unique=True,
            postgresql_where=text("is_primary AND revoked_at IS NULL"),
        ),
    )


class HostRow(Base):
    """What a machine of kind ``host`` offers, as it reports and as the workspace's admins narrowed or named it.

    ``reported`` is its last heartbeat; ``offers`` are the labels that count, ``slots`` how many runs it may carry at
    once. Its leases all end at ``lease_until``, which each heartbeat moves; after ``late_at`` one is missing.
    """

    __tablename__ = "hosts"

    device_id: Mapped[UUID] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"), primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    labels: Mapped[list[Any] | None]
    capacity: Mapped[int | None]
    region: Mapped[str | None] = mapped_column(String(60))
    provider: Mapped[str | None] = mapped_column(String(60))
    is_draining: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    reported: Mapped[dict[str, Any]]
    offers: Mapped[list[Any]]
    slots: Mapped[int]
    last_heartbeat_at: Mapped[datetime | None]
    late_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None] = mapped_column(index=True)


class HostSlotRow(Base):
    """Room for one run on a host. ``run_id`` holds it, for ``for_user_id``, under the dispatch number ``epoch``."""

    __tablename__ = "host_slots"

    host_id: Mapped[UUID] = mapped_column(ForeignKey("hosts.device_id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    run_id: Mapped[UUID | None]
    for_user_id: Mapped[UUID | None]
    epoch: Mapped[int | None] = mapped_column(BigInteger)
    claimed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_host_slots_run", "run_id", unique=True, postgresql_where=text("run_id IS NOT NULL")),
    )


class HostEnrolmentRow(Base):
    """A token with which one machine becomes a host, once; by its SHA-256. ``hint`` is its last four characters.

    ``host_id`` is the host that it made; of one that is not used, the host whose credential it renews.
    """

    __tablename__ = "host_enrolments"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"), index=True)
    created_by_user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    hash: Mapped[bytes] = mapped_column(unique=True)
    hint: Mapped[str] = mapped_column(String(8))
    name: Mapped[str | None] = mapped_column(String(100))
    labels: Mapped[list[Any] | None]
    capacity: Mapped[int | None]
    region: Mapped[str | None] = mapped_column(String(60))
    provider: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    host_id: Mapped[UUID | None]
    revoked_at: Mapped[datetime | None]


class DeviceGroupRow(Base):
    """Machines under one name. Those of ``device_ids`` (hex) that are linked no more are left out when it is read."""

    __tablename__ = "device_groups"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    device_ids: Mapped[list[Any]]
    created_at: Mapped[datetime]


class WorkspacePolicyRow(Base):
    """What may be done on the machines of a workspace, whoever owns them."""

    __tablename__ = "workspace_policies"

    workspace_id: Mapped[UUID] = mapped_column(
        ForeignKey("workspaces.id", ondelete="CASCADE"), primary_key=True
    )
    policy: Mapped[dict[str, Any]]
    last_updated_by_user_id: Mapped[UUID]
    updated_at: Mapped[datetime]


class DeviceSessionRow(Base):
    """A machine's credentials: the family of its rotating tokens."""

    __tablename__ = "device_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"), index=True)
    scopes: Mapped[list[Any]]
    access_expires_at: Mapped[datetime]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class DeviceTokenRow(Base):
    """A token ever issued to a machine, by its SHA-256. One that was superseded ends its family when presented."""

    __tablename__ = "device_tokens"

    hash: Mapped[bytes] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    session_id: Mapped[UUID] = mapped_column(ForeignKey("device_sessions.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(7))
    expires_at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
    successor_hash: Mapped[bytes | None]


class DeviceCallRow(Base):
    """A tool call sent to a machine. Its id is the idempotency key: the machine never runs one twice."""

    __tablename__ = "device_calls"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("devices.id", ondelete="CASCADE"))
    command: Mapped[str] = mapped_column(String(60))
    params: Mapped[dict[str, Any]]
    timeout_ms: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    result: Mapped[dict[str, Any] | None]
    error: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_device_calls_open", device_id, postgresql_where=text("state IN ('queued', 'sent')")),
        Index(
            "ix_device_calls_ended_here",
            "device_id",
            "finished_at",
            postgresql_where=text("state IN ('cancelled', 'expired')"),
        ),
    )


class GatewayTokenRow(Base):
    """A user's bearer token for released gateway clients, by its SHA-256; ``hint`` is its last four characters."""

    __tablename__ = "gateway_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    hash: Mapped[bytes] = mapped_column(unique=True)
    hint: Mapped[str] = mapped_column(String(8))
    scopes: Mapped[list[Any]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class PairingRequestRow(Base):
    """A machine with a gateway token that its owner has not let in yet. It stands for five minutes after each try.

    ``decision`` is ``approved`` or ``rejected``; None while it waits.
    """

    __tablename__ = "pairing_requests"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column(ForeignKey("workspaces.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_id: Mapped[UUID] = mapped_column(ForeignKey("gateway_tokens.id", ondelete="CASCADE"))
    node_id: Mapped[str] = mapped_column(String(64))
    public_key: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(100))
    platform: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(40))
    commands: Mapped[list[Any]]
    address: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(10))
