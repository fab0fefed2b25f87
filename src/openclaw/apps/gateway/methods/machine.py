"""What machines say: results and progress of calls, and what they are."""

from typing import Any
from uuid import UUID

import msgspec

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.machine_runs import MachineRuns
from openclaw.apps.gateway.node_hosts import NodeHosts
from openclaw.domains.devices.errors import CallNotFoundError, DeviceNotFoundError
from openclaw.domains.devices.events import call_topic
from openclaw.domains.devices.service import calls, registry
from openclaw.infra.jsonb import checked
from openclaw.infra.web.context import Platform
from openclaw.protocol.gateway import params as p

_MAX_RESULT = 4_194_304


def machine_methods(platform: Platform, node_hosts: NodeHosts) -> dict[str, Handler]:
    """Handlers by name."""

    async def invoke_result(connection: Connection, params: p.NodeInvokeResultParams) -> dict[str, Any]:
        _check_own_node(connection, params.node_id)
        result, error = _outcome(params)
        if connection.identity.is_node_host:
            is_first = await node_hosts.take(connection, params.id, (result, error))
            return {"ok": True} if is_first else {"ok": True, "ignored": True}
        async with platform.database.transaction(connection.actor) as scope:
            is_first = await calls.finish_call(scope, _call_id(params.id), result=result, error=error)
        return {"ok": True} if is_first else {"ok": True, "ignored": True}

    async def invoke_progress(connection: Connection, params: p.NodeInvokeProgressParams) -> dict[str, Any]:
        _check_own_node(connection, params.node_id)
        body = {
            "kind": "progress",
            "deviceId": str(connection.actor.device_id),
            "seq": params.seq,
            "stream": params.stream or "stdout",
            "text": params.text,
        }
        platform.bus.publish_live(call_topic(_call_id(params.call_id)), body)
        return {"ok": True}

    async def event(connection: Connection, params: p.NodeEventParams) -> dict[str, Any]:
        if params.event == "node.host.described" and isinstance(params.payload, dict):
            home = params.payload.get("home")
            assert connection.actor.device_id is not None
            async with platform.database.transaction(connection.actor) as scope:
                await registry.note_home(
                    scope, connection.actor.device_id, str(home)[:4096] if home else None
                )
            return {"ok": True, "event": params.event, "handled": True}
        return {"ok": True, "event": params.event, "handled": False, "reason": "not used"}

    async def accepted(_connection: Connection, _params: Any) -> dict[str, Any]:
        return {"ok": True}

    async def bins(_connection: Connection, _params: p.NoParams) -> dict[str, Any]:
        return {"bins": []}

    return {
        "node.invoke.result": invoke_result,
        "node.invoke.progress": invoke_progress,
        "node.run.event": MachineRuns(platform).take,
        "node.event": event,
        "node.skills.update": accepted,
        "node.pluginTools.update": accepted,
        "node.runnerInventory.update": accepted,
        "skills.bins": bins,
    }


def _check_own_node(connection: Connection, node_id: str) -> None:
    if node_id != connection.identity.node_id:
        raise DeviceNotFoundError


def _call_id(text: str) -> UUID:
    try:
        return UUID(hex=text)
    except ValueError:
        raise CallNotFoundError from None


def _invalid(why: str) -> dict[str, Any]:
    return {"code": "INVALID_RESULT", "message": f"The device's result cannot be kept: {why[:300]}."}


def _outcome(params: p.NodeInvokeResultParams) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """How the call ended. What no row can hold is an end too: the machine would only say the same again."""
    if not params.ok:
        failure = params.error or p.NodeFailure()
        return None, {
            "code": failure.code or "FAILED",
            "message": failure.message or "The device gave no reason.",
        }
    payload = params.payload
    try:
        if params.payload_json is not None:
            payload = msgspec.json.decode(params.payload_json)
        payload = checked(payload if isinstance(payload, dict) else {"value": payload})
    except RecursionError:
        return None, _invalid("it is nested too deeply")
    except ValueError as error:  # no JSON, or what no row holds
        return None, _invalid(str(error))
    if len(msgspec.json.encode(payload)) > _MAX_RESULT:
        return None, {"code": "TOO_LARGE", "message": f"The result is over {_MAX_RESULT} bytes."}
    return payload, None
