"""device.pair.*: the machines of a user as clients of the gateway know them."""

from typing import Any

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.errors import PairingRequestNotFoundError
from openclaw.domains.devices.schemas import Device
from openclaw.domains.devices.service import registry
from openclaw.infra.web.context import Platform
from openclaw.protocol.gateway import params as p


def pairing_methods(platform: Platform) -> dict[str, Handler]:
    """Handlers by name. Machines are linked by challenge, so nothing waits here to be paired."""

    async def list_pairs(connection: Connection, _params: p.NoParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            return {
                "pending": [],
                "paired": [_paired(device) for device in await registry.list_devices(scope)],
            }

    async def decide(_connection: Connection, params: p.PairDecisionParams) -> dict[str, Any]:
        raise PairingRequestNotFoundError(request_id=params.request_id)

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
        "device.pair.approve": decide,
        "device.pair.reject": decide,
        "device.pair.remove": remove,
        "device.pair.rename": rename,
    }


def _paired(device: Device) -> dict[str, Any]:
    return {
        "deviceId": device.node_id,
        "publicKey": "",
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
        "connected": device.online,
    }
