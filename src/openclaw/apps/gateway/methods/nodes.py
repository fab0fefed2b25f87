"""node.list, describe, rename, invoke: linked machines, for operators."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.direct_calls import DirectCalls
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.methods.invoking import Invoker
from openclaw.apps.gateway.recent import RecentReads
from openclaw.apps.gateway.registry import ConnectionHub
from openclaw.domains.devices.schemas import Device
from openclaw.domains.devices.service import registry
from openclaw.infra.web.context import Platform
from openclaw.protocol.gateway import params as p

_DEFAULT_TIMEOUT = timedelta(seconds=30)


def node_methods(
    platform: Platform, hub: ConnectionHub, recent: RecentReads, direct: DirectCalls
) -> dict[str, Handler]:
    """Handlers by name."""

    async def list_nodes(connection: Connection, _params: p.NoParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor, is_quiet=True) as scope:
            nodes = [_node(device, hub) for device in await registry.list_devices(scope)]
            return {"ts": int(scope.now().timestamp() * 1000), "nodes": nodes}

    async def describe(connection: Connection, params: p.NodeDescribeParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            row = await registry.access_device_by_node(scope, params.node_id)
            return {"ts": int(scope.now().timestamp() * 1000), **_node(registry.seen(row, scope.now()), hub)}

    async def rename(connection: Connection, params: p.NodeRenameParams) -> dict[str, Any]:
        async with platform.database.transaction(connection.actor) as scope:
            row = await registry.access_device_by_node(scope, params.node_id)
            await registry.rename_device(scope, row.id, params.display_name)
        return {"nodeId": row.node_id, "displayName": params.display_name}

    return {
        "node.list": list_nodes,
        "node.describe": describe,
        "node.rename": rename,
        "node.invoke": Invoker(platform, recent, direct).invoke,
    }


def caps_of(commands: Sequence[Any]) -> list[str]:
    """What a machine can do, in the protocol's rougher words."""
    return sorted({str(command).partition(".")[0] for command in commands})


def _node(device: Device, hub: ConnectionHub) -> dict[str, Any]:
    return {
        "nodeId": device.node_id,
        "displayName": device.name,
        "platform": device.platform,
        "version": device.version,
        "caps": caps_of(device.commands),
        "commands": device.commands,
        "paired": True,
        "connected": device.online,
        **({"lastSeenAtMs": int(device.last_seen_at.timestamp() * 1000)} if device.last_seen_at else {}),
        **_connected(hub.node(device.id)),
    }


def _connected(node: Connection | None) -> dict[str, Any]:
    """What only the process knows that holds the machine's socket."""
    if node is None:
        return {}
    family = node.connect.client.device_family
    return {
        "connectedAtMs": int(node.connected_at.timestamp() * 1000),
        "remoteIp": node.remote.address,
        **({"deviceFamily": family} if family else {}),
    }
