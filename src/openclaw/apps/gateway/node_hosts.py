"""Calls to released node hosts: sent once, in their words, and their answers taken in ours.

A bridge keeps a journal and may be sent a call again; a node host would run it again. So a call is marked as sent
before it goes out, and fails when the connection that it went over ends.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
import structlog

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.send_queue import OutgoingEvent
from openclaw.domains.devices.events import call_topic
from openclaw.domains.devices.service import calls
from openclaw.infra.web.context import Platform
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError
from openclaw.kit.tasks import spawn
from openclaw.protocol import node_host
from openclaw.protocol.tools import Exec, InvalidArguments, decode_arguments

_log = structlog.get_logger(__name__)

Call = dict[str, Any]
Outcome = tuple[dict[str, Any] | None, dict[str, Any] | None]
"""The result of a call, or its error."""


@dataclass(frozen=True)
class _Sent:
    """A call under way. ``invoke_id`` is what the machine was asked last: to prepare the call, or to run it."""

    call: Call
    invoke_id: str
    is_preparing: bool


class NodeHosts:
    """The calls that the node hosts of this process are busy with."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._sent: dict[str, dict[UUID, _Sent]] = {}

    async def on_connected(self, connection: Connection) -> None:
        """What an earlier connection of the machine left open has no end that anybody will hear of."""
        spared = list(self._sent.setdefault(connection.id, {}))
        device_id = connection.actor.device_id
        assert device_id is not None
        async with self._platform.database.transaction(connection.actor) as scope:
            await calls.end_interrupted(scope, device_id, spared=spared)

    async def on_closed(self, connection: Connection) -> None:
        """What the machine was busy with fails."""
        under_way = self._sent.pop(connection.id, {})
        try:
            for call_id in under_way:
                await self._finish(connection, call_id, (None, calls.INTERRUPTED))
        except OpenClawError as error:  # the database is away: they fail when the machine comes back
            _log.warning("calls of a node host were left open", error_code=error.code)

    def send(self, connection: Connection, call: Call) -> None:
        """Give the machine a call, unless it or another connection of it has it already."""
        spawn(self._send(connection, call), name="gateway node host call")

    def cancel(self, connection: Connection, call_id: UUID) -> None:
        """Tell the machine that a call is no longer wanted."""
        sent = self._sent.get(connection.id, {}).pop(call_id, None)
        if sent is not None:
            payload = {
                "id": sent.invoke_id,
                "invokeId": sent.invoke_id,
                "nodeId": connection.identity.node_id,
            }
            connection.send_event(OutgoingEvent("node.invoke.cancel", payload))

    async def take(self, connection: Connection, invoke_id: str, outcome: Outcome) -> bool:
        """The machine's answer; False when it answers nothing that is still waited for."""
        under_way = self._sent.get(connection.id, {})
        sent = next((sent for sent in under_way.values() if sent.invoke_id == invoke_id), None)
        if sent is None:
            return False
        call_id = UUID(hex=sent.call["id"])
        result, error = outcome
        try:
            if error is not None:
                outcome = None, node_host.failure_of(error)
            elif sent.is_preparing:
                await self._run(connection, sent.call, plan=node_host.plan_of(result))
                return True
            elif sent.call["command"] == "exec":
                outcome = node_host.exec_result(result or {}), None
        except node_host.UntranslatableError as problem:
            outcome = None, {"code": "FAILED", "message": str(problem)}
        is_first = await self._finish(connection, call_id, outcome)
        under_way.pop(
            call_id, None
        )  # only now: while it is not kept, the end of the connection ends the call
        return is_first

    async def _send(self, connection: Connection, call: Call) -> None:
        call_id = UUID(hex=call["id"])
        under_way = self._sent.get(connection.id)
        if under_way is None or call_id in under_way or connection.is_closing:
            return
        under_way[call_id] = _Sent(call, call["id"], is_preparing=False)
        try:
            async with self._platform.database.transaction(connection.actor) as scope:
                is_ours = await calls.claim_call(scope, call_id)
            if not is_ours:
                under_way.pop(call_id, None)
                return
            if (
                call["command"] in ("exec", node_host.RUN)
                and node_host.PREPARE in connection.connect.commands
            ):
                self._prepare(connection, call)
            else:
                await self._run(connection, call, plan=None)
        except (node_host.UntranslatableError, InvalidArguments) as problem:
            under_way.pop(call_id, None)
            await self._finish(
                connection, call_id, (None, {"code": "INVALID_ARGUMENTS", "message": str(problem)})
            )
        except OpenClawError as error:  # the database is away: the call stays as it was
            under_way.pop(call_id, None)
            _log.warning("a call was not sent to a node host", error_code=error.code)

    def _prepare(self, connection: Connection, call: Call) -> None:
        params = node_host.prepare_params(_exec(call), platform=connection.connect.client.platform)
        self._invoke(connection, call, node_host.PREPARE, params, invoke_id=ids.new_id().hex)

    async def _run(self, connection: Connection, call: Call, *, plan: dict[str, Any] | None) -> None:
        command, params = call["command"], call["params"]
        if command in ("exec", node_host.RUN):
            command = node_host.RUN
            params = node_host.run_params(
                _exec(call),
                platform=connection.connect.client.platform,
                call_id=call["id"],
                timeout_ms=call["timeoutMs"],
                plan=plan,
            )
        if command not in connection.connect.commands:
            raise node_host.UntranslatableError(f"This machine does not offer {command}.")
        self._invoke(connection, call, command, params, invoke_id=call["id"])

    def _invoke(
        self, connection: Connection, call: Call, command: str, params: dict[str, Any], *, invoke_id: str
    ) -> None:
        call_id = UUID(hex=call["id"])
        under_way = self._sent.get(connection.id)
        if under_way is None or call_id not in under_way:
            return  # cancelled, or the connection has ended
        under_way[call_id] = _Sent(call, invoke_id, is_preparing=command == node_host.PREPARE)
        payload = {
            "id": invoke_id,
            "nodeId": connection.identity.node_id,
            "command": command,
            "timeoutMs": call["timeoutMs"],
            "paramsJSON": msgspec.json.encode(params).decode(),
            "idempotencyKey": invoke_id,
        }
        connection.note_asked(invoke_id)
        connection.send_event(OutgoingEvent("node.invoke.request", payload))
        self._platform.bus.publish_live(call_topic(call_id), {"kind": "sent"})

    async def _finish(self, connection: Connection, call_id: UUID, outcome: Outcome) -> bool:
        result, error = outcome
        async with self._platform.database.transaction(connection.actor) as scope:
            return await calls.finish_call(scope, call_id, result=result, error=error)


def _exec(call: Call) -> Exec:
    if call["command"] == node_host.RUN:
        return node_host.read_run(call["params"])
    decoded = decode_arguments("exec", call["params"])
    assert isinstance(decoded, Exec)
    return decoded
