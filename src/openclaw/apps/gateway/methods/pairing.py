"""device.pair.*: the machines of a user as clients of the gateway know them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.errors import NoDeviceTokensError
from openclaw.apps.gateway.methods.nodes import caps_of
from openclaw.domains.devices.errors import PairingRequestNotFoundError
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import pairing, registry
from openclaw.infra.web.context import Platform
from openclaw.kit import ids
from openclaw.protocol.gateway import params as p


def pairing_methods(platform: Platform) -> dict[str, Handler]:
    """Handlers by name. Bridges are linked by challenge; what waits here came with a gateway token."""

    async def list_pairs(connection: Connection, _params: p.NoParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            rows = await registry.list_rows(scope)
            return {
                "pending": [pairing.wire(row) for row in await pairing.list_requests(scope)],
                "paired": [_paired(row, scope.now()) for row in rows],
            }

    async def list_nodes(connection: Connection, _params: p.NoParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            rows = await registry.list_rows(scope)
            pending = [pairing.wire_node(row) for row in await pairing.list_requests(scope)]
            return {"pending": pending, "paired": [_paired_node(row, scope.now()) for row in rows]}

    async def approve(connection: Connection, params: p.PairDecisionParams) -> dict[str, Any]:
        async with platform.database.system() as scope:  # its key may have been linked by another tenant
            row = await pairing.approve(scope, connection.actor, _parse(params.request_id))
            device = _paired(row, scope.now())
        return {"requestId": params.request_id, "device": device}

    async def approve_node(connection: Connection, params: p.PairDecisionParams) -> dict[str, Any]:
        async with platform.database.system() as scope:
            row = await pairing.approve(scope, connection.actor, _parse(params.request_id))
            node = _paired_node(row, scope.now())
        return {"requestId": params.request_id, "node": node}

    async def reject(connection: Connection, params: p.PairDecisionParams) -> dict[str, Any]:
        async with platform.database.system() as scope:
            row = await pairing.reject(scope, connection.actor, _parse(params.request_id))
        return {"requestId": params.request_id, "deviceId": row.node_id}

    async def revoke_token(connection: Connection, params: p.TokenRevokeParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            row = await registry.access_device_by_id(scope, params.device_id)
            if params.role != "node":
                raise NoDeviceTokensError
            await registry.revoke_device(scope, row.id)
            revoked_at = int(scope.now().timestamp() * 1000)
        return {"deviceId": params.device_id, "role": params.role, "revokedAtMs": revoked_at}

    async def rotate_token(connection: Connection, params: p.TokenRotateParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            await registry.access_device_by_id(scope, params.device_id)
        raise NoDeviceTokensError

    async def remove(connection: Connection, params: p.PairedDeviceParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            row = await registry.access_device_by_id(scope, params.device_id)
            await registry.revoke_device(scope, row.id)
        return {"deviceId": params.device_id, "removed": True}

    async def rename(connection: Connection, params: p.PairRenameParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            row = await registry.access_device_by_id(scope, params.device_id)
            await registry.rename_device(scope, row.id, params.label)
        return {"deviceId": params.device_id, "label": params.label}

    return {
        "device.pair.list": list_pairs,
        "device.pair.approve": approve,
        "device.pair.reject": reject,
        "device.pair.remove": remove,
        "device.pair.rename": rename,
        # What gates a node here is its device: the one list answers both of the protocol's questions.
        "node.pair.list": list_nodes,
        "node.pair.approve": approve_node,
        "node.pair.reject": reject,
        "device.token.revoke": revoke_token,
        "device.token.rotate": rotate_token,
    }


def _parse(text: str) -> UUID:
    try:
        return ids.from_wire("pair", text)
    except ValueError:
        raise PairingRequestNotFoundError from None


def _paired_node(device: DeviceRow, now: datetime) -> dict[str, Any]:
    return {
        "nodeId": device.node_id,
        "clientId": "node-host",
        "clientMode": "node",
        "displayName": device.name,
        "platform": device.platform,
        "version": device.version,
        "caps": caps_of(device.commands),
        "commands": device.commands,
        "createdAtMs": int(device.linked_at.timestamp() * 1000),
        "approvedAtMs": int(device.linked_at.timestamp() * 1000),
        "connected": registry.is_online(device, now),
    }


def _paired(device: DeviceRow, now: datetime) -> dict[str, Any]:
    return {
        "deviceId": device.node_id,
        "publicKey": device.public_key,
        "displayName": device.name,
        "platform": device.platform,
        "clientId": "node-host",
        "clientMode": "node",
        "role": "node",
        "roles": ["node"],
        "scopes": [],
        "tokens": [],
        "createdAtMs": int(device.linked_at.timestamp() * 1000),
        "approvedAtMs": int(device.linked_at.timestamp() * 1000),
        "connected": registry.is_online(device, now),
    }
