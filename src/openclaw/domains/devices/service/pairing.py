"""Machines that a gateway token brought: each waits for its owner's decision before it is let in."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.audit import service as audit
from openclaw.domains.devices.errors import PairingRequestNotFoundError
from openclaw.domains.devices.models import DeviceRow, GatewayTokenRow, PairingRequestRow
from openclaw.domains.devices.repository import machines, pairing
from openclaw.domains.devices.schemas import PairingRequest
from openclaw.domains.devices.service import registry
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.feed import tell
from openclaw.infra.scope import Actor, Role, Scope
from openclaw.kit import ids
from openclaw.protocol.gateway.scopes import PAIRING

LIFETIME = timedelta(minutes=5)
MOST_WAITING = 20
REFUSED_FOR = timedelta(minutes=10)
NODE_HOST = "node-host"


@dataclass(frozen=True)
class Arrival:
    """A machine that proved its key, and what it says of itself."""

    node_id: str
    public_key: str
    name: str
    platform: str
    version: str
    commands: list[str]
    address: str | None


async def find_paired(scope: Scope, token: GatewayTokenRow, node_id: str) -> DeviceRow | None:
    """The machine, if the token's owner has let it in. Needs a system scope."""
    row = await machines.find_live_device_by_node(scope, node_id)
    is_theirs = row is not None and (row.user_id, row.workspace_id) == (token.user_id, token.workspace_id)
    return row if row is not None and is_theirs and row.client == NODE_HOST else None


async def ask(scope: Scope, token: GatewayTokenRow, arrival: Arrival) -> tuple[PairingRequestRow, bool]:
    """The machine's request to be let in, new or renewed, and whether its owner refused it. Needs a system scope.

    A user has at most `MOST_WAITING` of them: the one that was tried longest ago makes room.
    """
    owner = {"user_id": token.user_id, "workspace_id": token.workspace_id}
    await pairing.lock_user(scope, token.user_id, token.workspace_id)
    refused = await pairing.find_rejected(scope, arrival.node_id, **owner, since=scope.now() - REFUSED_FOR)
    if refused is not None:
        return refused, True
    waiting = await pairing.list_waiting(scope, **owner)
    row = next((row for row in waiting if row.node_id == arrival.node_id), None)
    if row is not None:
        row.token_id, row.expires_at = token.id, scope.now() + LIFETIME
        row.name, row.platform, row.version = arrival.name, arrival.platform, arrival.version
        row.commands, row.address = arrival.commands, arrival.address
        return row, False
    for oldest in waiting[: max(0, len(waiting) - MOST_WAITING + 1)]:
        await tell(scope, *_resolved(scope, oldest, "expired"))
        await pairing.forget_request(scope, oldest)
    row = PairingRequestRow(
        id=ids.new_id(),
        **owner,
        token_id=token.id,
        node_id=arrival.node_id,
        public_key=arrival.public_key,
        name=arrival.name,
        platform=arrival.platform,
        version=arrival.version,
        commands=arrival.commands,
        address=arrival.address,
        created_at=scope.now(),
        expires_at=scope.now() + LIFETIME,
        decided_at=None,
        decision=None,
    )
    await pairing.add(scope, row)
    await tell(scope, row.user_id, row.workspace_id, {"event": "device.pair.requested", "payload": wire(row)})
    return row, False


async def list_requests(scope: Scope) -> list[PairingRequestRow]:
    """The actor's machines that wait, the one that was tried longest ago first."""
    return await pairing.list_waiting(scope, user_id=scope.user_id, workspace_id=scope.workspace_id)


async def approve(scope: Scope, actor: Actor, request_id: UUID) -> DeviceRow:
    """Let the machine in; a link that it had with someone else ends. Needs a system scope.

    Raises PairingRequestNotFoundError, NotAllowedError for viewers.
    """
    row = await _decide(scope, actor, request_id, "approved")
    machine = registry.Machine(
        node_id=row.node_id,
        public_key=row.public_key,
        name=row.name,
        platform=row.platform,
        version=row.version,
        client=NODE_HOST,
        commands=row.commands,
    )
    device = await registry.adopt(scope, actor, machine)
    await registry.announce(scope, device, "linked")
    await _note(scope, row, "devices.paired", subject=ids.to_wire("dev", device.id))
    return device


async def reject(scope: Scope, actor: Actor, request_id: UUID) -> PairingRequestRow:
    """Keep the machine out; it may ask again later. Needs a system scope.

    Raises PairingRequestNotFoundError, NotAllowedError for viewers.
    """
    row = await _decide(scope, actor, request_id, "rejected")
    await _note(scope, row, "devices.pairing_refused", subject=ids.to_wire("pair", row.id))
    return row


def wire(row: PairingRequestRow) -> dict[str, Any]:
    """A request in the words of the gateway protocol."""
    return {
        "requestId": ids.to_wire("pair", row.id),
        "deviceId": row.node_id,
        "publicKey": row.public_key,
        "displayName": row.name,
        "platform": row.platform,
        "clientId": NODE_HOST,
        "clientMode": "node",
        "role": "node",
        "roles": ["node"],
        "scopes": [],
        **({"remoteIp": row.address} if row.address else {}),
        "silent": False,
        "isRepair": False,
        "ts": int(row.created_at.timestamp() * 1000),
    }


def wire_node(row: PairingRequestRow) -> dict[str, Any]:
    """A request in the words of the protocol's ``node.pair.list``."""
    return {
        "requestId": ids.to_wire("pair", row.id),
        "nodeId": row.node_id,
        "clientId": NODE_HOST,
        "clientMode": "node",
        "displayName": row.name,
        "platform": row.platform,
        "version": row.version,
        "commands": row.commands,
        "requiredApproveScopes": [PAIRING],
        "silent": False,
        "ts": int(row.created_at.timestamp() * 1000),
    }


def seen(row: PairingRequestRow) -> PairingRequest:
    """A request as its owner sees it."""
    return PairingRequest.model_validate(row)


async def _decide(scope: Scope, actor: Actor, request_id: UUID, decision: str) -> PairingRequestRow:
    row = await pairing.lock_request(
        scope, request_id, user_id=actor.user_id, workspace_id=actor.workspace_id
    )
    if row is None:
        raise PairingRequestNotFoundError
    check_role(actor, Role.MEMBER)
    row.decision, row.decided_at = decision, scope.now()
    await tell(scope, *_resolved(scope, row, decision))
    return row


async def _note(scope: Scope, row: PairingRequestRow, action: str, *, subject: str) -> None:
    detail = {"name": row.name, "nodeId": row.node_id, "platform": row.platform, "address": row.address}
    await audit.append_for(
        scope,
        workspace_id=row.workspace_id,
        user_id=row.user_id,
        action=action,
        subject=subject,
        detail=detail,
    )


def _resolved(scope: Scope, row: PairingRequestRow, decision: str) -> tuple[UUID, UUID, dict[str, Any]]:
    payload = {
        "requestId": ids.to_wire("pair", row.id),
        "deviceId": row.node_id,
        "decision": decision,
        "ts": int(scope.now().timestamp() * 1000),
    }
    return row.user_id, row.workspace_id, {"event": "device.pair.resolved", "payload": payload}
