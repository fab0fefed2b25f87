"""node.invoke: a call to a machine that no conversation makes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.direct_calls import DirectCalls, ReadingCall
from openclaw.apps.gateway.errors import (
    CallDeniedError,
    CommandNotAllowedError,
    NodeCallFailedError,
    NodeNotConnectedError,
)
from openclaw.apps.gateway.methods import permission
from openclaw.apps.gateway.recent import RecentReads
from openclaw.domains.agents import policy
from openclaw.domains.agents.schemas import Approval
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.policy import Limits
from openclaw.domains.devices.service import calls, invocations, policies, registry
from openclaw.domains.devices.service.waiting import watching
from openclaw.infra.scope import Actor, Scope
from openclaw.infra.web.context import Platform
from openclaw.kit.errors import InvalidInputError
from openclaw.protocol.gateway import params as p
from openclaw.protocol.gateway.errors import IdempotencyConflictError

_DEFAULT_TIMEOUT = timedelta(seconds=30)


class Invoker:
    """Makes the calls: straight to a machine here when they only read, else kept before they are sent."""

    def __init__(self, platform: Platform, recent: RecentReads, direct: DirectCalls) -> None:
        self._platform = platform
        self._recent = recent
        self._direct = direct

    async def invoke(self, connection: Connection, params: p.NodeInvokeParams) -> dict[str, Any]:
        """What the machine answered. The key makes it one call, however often and wherever it is asked for.

        Raises DeviceNotFoundError, NodeNotConnectedError, CommandNotAllowedError, BeyondPolicyError, NeverRunError,
        CallDeniedError, IdempotencyConflictError, InvalidInputError, NodeCallFailedError.
        """
        if params.params is not None and not isinstance(params.params, dict):
            raise InvalidInputError(field="params", reason="must be an object")
        timeout = timedelta(milliseconds=params.timeout_ms) if params.timeout_ms else _DEFAULT_TIMEOUT
        call_id = invocations.call_id_of(connection.actor, params.idempotency_key)
        ended = await self._call_directly(connection, call_id, params, timeout)
        row, end = ended or await self._call_kept(connection, call_id, params, timeout)
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

    async def _call_directly(
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

        def judge() -> ReadingCall | None:
            _check_command(row, params)
            call = permission.read_call(row, params)
            permission.check_limits(row, call, limits)
            if permission.verdict_of(row, call, limits, []) is not policy.Verdict.ALLOW:
                return None
            return ReadingCall(call_id, params.command, call.arguments, timeout)

        end = self._direct.find_end(call_id)
        node = self._direct.node_of(actor, row)
        if end is None and node is not None:
            try:
                end = await self._direct.call(actor, node, call_id, judge)
            except TimeoutError:
                raise NodeCallFailedError(node_code="TIMEOUT", reason="no answer in time") from None
        return (row, end) if end is not None else None

    async def _call_kept(
        self, connection: Connection, call_id: UUID, params: p.NodeInvokeParams, timeout: timedelta
    ) -> tuple[DeviceRow, calls.CallEnd]:
        """The machine, and how a call ended whose row was there before it was sent."""
        with watching(self._platform.bus, call_id) as watch:
            row, is_new, question = await self._make(connection, call_id, params, timeout)
            if question is not None:
                await permission.wait_for_answer(self._platform, connection, question)
                row, is_new, question = await self._make(connection, call_id, params, timeout)
                if question is not None:
                    raise CallDeniedError(reason=permission.TOO_LATE)
            end = await watch.wait(
                lambda: self._find_end(connection, call_id), timeout=timeout, is_fresh=is_new
            )
        if end is None:
            async with self._platform.database.transaction(connection.actor) as scope:
                await calls.cancel_call(scope, call_id)
            raise NodeCallFailedError(node_code="TIMEOUT", reason="no answer in time")
        return row, end

    async def _make(
        self, connection: Connection, call_id: UUID, params: p.NodeInvokeParams, timeout: timedelta
    ) -> tuple[DeviceRow, bool, Approval | None]:
        """The machine, whether the call was made now, and the question that it waits for instead."""
        async with self._platform.database.transaction(connection.actor) as scope:
            row = await registry.access_device_by_node(scope, params.node_id)
            if await _is_repeat(scope, row, call_id, params):
                return row, False, None
            _check_reachable(scope, row, params)
            call = permission.read_call(row, params)
            question = await permission.find_question(scope, connection, call_id, row, call, timeout=timeout)
            if question is not None:
                return row, False, question
            is_new = await calls.send_call(
                scope,
                call_id=call_id,
                device_id=row.id,
                command=params.command,
                params=call.arguments,
                timeout=timeout,
                wait=timeout,
            )
            return row, is_new, None

    async def _find_end(self, connection: Connection, call_id: UUID) -> calls.CallEnd | None:
        async with self._platform.database.transaction(connection.actor) as scope:
            return await calls.find_end(scope, call_id)

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
