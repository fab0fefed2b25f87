"""node.list, describe, rename, invoke: linked machines, for operators."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.direct_calls import DirectCalls, ReadingCall
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.errors import (
    ApprovalNeededError,
    CommandNotAllowedError,
    NodeCallFailedError,
    NodeNotConnectedError,
)
from openclaw.apps.gateway.recent import RecentReads
from openclaw.apps.gateway.registry import ConnectionHub
from openclaw.domains.agents import policy
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.policy import Limits
from openclaw.domains.devices.schemas import Device
from openclaw.domains.devices.service import calls, invocations, pairing, policies, registry
from openclaw.domains.devices.service.waiting import watching
from openclaw.infra.jsonb import checked
from openclaw.infra.scope import Actor, Scope
from openclaw.infra.web.context import Platform
from openclaw.kit.errors import InvalidInputError
from openclaw.protocol import node_host
from openclaw.protocol.gateway import params as p
from openclaw.protocol.gateway.errors import IdempotencyConflictError
from openclaw.protocol.grading import grade_call
from openclaw.protocol.tools import decode_arguments

_DEFAULT_TIMEOUT = timedelta(seconds=30)


def node_methods(
    platform: Platform, hub: ConnectionHub, recent: RecentReads, direct: DirectCalls
) -> dict[str, Handler]:
    """Handlers by name."""
    reading = _ReadingCalls(platform, recent, direct)

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

    async def invoke(connection: Connection, params: p.NodeInvokeParams) -> dict[str, Any]:
        if params.params is not None and not isinstance(params.params, dict):
            raise InvalidInputError(field="params", reason="must be an object")
        timeout = timedelta(milliseconds=params.timeout_ms) if params.timeout_ms else _DEFAULT_TIMEOUT
        call_id = invocations.call_id_of(connection.actor, params.idempotency_key)
        ended = await reading.call(connection, call_id, params, timeout)
        row, end = ended or await call_kept(connection, call_id, params, timeout)
        if end.error is not None:
            raise NodeCallFailedError(
                node_code=str(end.error.get("code")), reason=str(end.error.get("message"))
            )
        payload = end.result
        return {
            "ok": True,
            "nodeId": row.node_id,
            "command": params.command,
            "payload": payload,
            "payloadJSON": msgspec.json.encode(payload).decode(),
        }

    async def call_kept(
        connection: Connection, call_id: UUID, params: p.NodeInvokeParams, timeout: timedelta
    ) -> tuple[DeviceRow, calls.CallEnd]:
        """The machine, and how a call ended whose row was there before it was sent."""
        with watching(platform.bus, call_id) as watch:
            async with platform.database.transaction(connection.actor) as scope:
                row = await registry.access_device_by_node(scope, params.node_id)
                is_new = not await _is_repeat(scope, row, call_id, params)
                if is_new:
                    _check_reachable(scope, row, params)
                    arguments = _judged(row, params, await policies.limits_of(scope, row))
                    is_new = await calls.send_call(
                        scope,
                        call_id=call_id,
                        device_id=row.id,
                        command=params.command,
                        params=arguments,
                        timeout=timeout,
                        wait=timeout,
                    )
            end = await watch.wait(lambda: find_end(connection, call_id), timeout=timeout, is_fresh=is_new)
        if end is None:
            async with platform.database.transaction(connection.actor) as scope:
                await calls.cancel_call(scope, call_id)
            raise NodeCallFailedError(node_code="TIMEOUT", reason="no answer in time")
        return row, end

    async def find_end(connection: Connection, call_id: UUID) -> calls.CallEnd | None:
        async with platform.database.transaction(connection.actor) as scope:
            return await calls.find_end(scope, call_id)

    return {
        "node.list": list_nodes,
        "node.describe": describe,
        "node.rename": rename,
        "node.invoke": invoke,
    }


class _ReadingCalls:
    """The calls that need not be kept before they are sent."""

    def __init__(self, platform: Platform, recent: RecentReads, direct: DirectCalls) -> None:
        self._platform = platform
        self._recent = recent
        self._direct = direct

    async def call(
        self, connection: Connection, call_id: UUID, params: p.NodeInvokeParams, timeout: timedelta
    ) -> tuple[DeviceRow, calls.CallEnd] | None:
        """The machine, and how a call ended that went straight to it; None: it has to be kept first, or is."""
        actor = connection.actor
        row, limits = await self._recent.read(
            actor, ("machine", params.node_id), lambda: self._machine(actor, params)
        )
        words = self._direct.find_words(call_id)
        if words not in (None, (row.id, params.command, params.params or {})):
            raise IdempotencyConflictError(key=params.idempotency_key)

        def judge() -> ReadingCall:
            _check_command(row, params)
            return ReadingCall(call_id, params.command, _judged(row, params, limits), timeout)

        end = self._direct.find_end(call_id)
        node = self._direct.node_of(actor, row)
        if end is None and node is not None:
            try:
                end = await self._direct.call(actor, node, call_id, judge)
            except TimeoutError:
                raise NodeCallFailedError(node_code="TIMEOUT", reason="no answer in time") from None
        return (row, end) if end is not None else None

    async def _machine(self, actor: Actor, params: p.NodeInvokeParams) -> tuple[DeviceRow, Limits]:
        async with self._platform.database.transaction(actor, is_quiet=True) as scope:
            row = await registry.access_device_by_node(scope, params.node_id)
            return row, await policies.limits_of(scope, row)


async def _is_repeat(scope: Scope, row: DeviceRow, call_id: UUID, params: p.NodeInvokeParams) -> bool:
    """Whether the call was made before, perhaps through another process. Raises IdempotencyConflictError."""
    is_same = await invocations.is_same_call(
        scope, call_id, device_id=row.id, command=params.command, params=params.params or {}
    )
    if is_same is False:
        raise IdempotencyConflictError(key=params.idempotency_key)
    return is_same is not None


def _check_reachable(scope: Scope, row: DeviceRow, params: p.NodeInvokeParams) -> None:
    if not registry.is_online(row, scope.now()):
        raise NodeNotConnectedError
    _check_command(row, params)


def _check_command(row: DeviceRow, params: p.NodeInvokeParams) -> None:
    if params.command not in row.commands:
        raise CommandNotAllowedError(command=params.command)


def _judged(row: DeviceRow, params: p.NodeInvokeParams, limits: Limits) -> dict[str, Any]:
    """The arguments of a direct call. Only reading runs without a conversation to ask for approval in."""
    arguments = params.params if isinstance(params.params, dict) else {}
    if row.client == pairing.NODE_HOST and params.command in node_host.READING:
        return arguments
    tool = params.command
    try:
        arguments = checked(arguments)
        if row.client == pairing.NODE_HOST:
            if tool != node_host.RUN:
                raise ApprovalNeededError(grade="unknown")
            tool, decoded = "exec", node_host.read_run(arguments)
        else:
            decoded = decode_arguments(tool, arguments)
    except (
        ValueError,
        node_host.UntranslatableError,
    ) as error:  # not of the command's form, or what no row holds
        raise InvalidInputError(field="params", reason=str(error)[:500]) from None
    assessment = grade_call(tool, decoded, home=row.home or "")
    verdict = policy.judge(assessment, rules=(), device_id=row.id, conversation_id=row.id)
    if tool in limits.denied_tools:
        raise CommandNotAllowedError(command=params.command)
    if verdict is not policy.Verdict.ALLOW:
        raise ApprovalNeededError(grade=assessment.grade.value)
    return arguments


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
