"""What machines say: results and progress of calls, and what they are."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.node_hosts import NodeHosts, Outcome
from openclaw.domains.devices.errors import CallNotFoundError, DeviceNotFoundError
from openclaw.domains.devices.events import call_topic
from openclaw.domains.devices.policy import is_home
from openclaw.domains.devices.service import calls, registry
from openclaw.infra.jsonb import checked
from openclaw.infra.web.context import Platform
from openclaw.protocol.gateway import params as p

_MAX_RESULT = 4_194_304
_OFFENCES = {"INVALID_RESULT": "bad_result", "TOO_LARGE": "result_too_large"}
_IGNORED = {"ok": True, "ignored": True}


def machine_methods(
    platform: Platform, node_hosts: NodeHosts, on_refused: Callable[[Connection, str], Awaitable[None]]
) -> dict[str, Handler]:
    """Handlers by name. ``on_refused`` is told what a machine had no business to say."""

    async def invoke_result(connection: Connection, params: p.NodeInvokeResultParams) -> dict[str, Any]:
        await check_own_node(connection, params.node_id)
        call_id = _call_id(params.id)
        outcome = _outcome(params)
        _, error = outcome
        if params.ok and error is not None:
            await on_refused(connection, _OFFENCES[error["code"]])
        if connection.identity.is_node_host:
            is_first = await node_hosts.take(connection, params.id, outcome)
            is_own = is_first or connection.was_asked(params.id)
        else:
            is_first, is_own = await _finish(platform, connection, call_id, outcome)
        if not is_own:
            await on_refused(connection, "foreign_result")
        return {"ok": True} if is_first else _IGNORED

    async def invoke_progress(connection: Connection, params: p.NodeInvokeProgressParams) -> dict[str, Any]:
        await check_own_node(connection, params.node_id)
        if not connection.was_asked(params.call_id):
            await on_refused(connection, "foreign_output")
            return _IGNORED
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
        reason = "not used"
        if params.event == "node.host.described" and isinstance(params.payload, dict):
            if await _note_home(platform, connection, params.payload.get("home")):
                return {"ok": True, "event": params.event, "handled": True}
            await on_refused(connection, "bad_description")
            reason = "no home folder"
        return {"ok": True, "event": params.event, "handled": False, "reason": reason}

    async def check_own_node(connection: Connection, node_id: str) -> None:
        if node_id != connection.identity.node_id:
            await on_refused(connection, "foreign_node")
            raise DeviceNotFoundError

    return {
        "node.invoke.result": invoke_result,
        "node.invoke.progress": invoke_progress,
        "node.event": event,
        "node.skills.update": _skills,
        "node.pluginTools.update": _tools,
        "node.runnerInventory.update": _accepted,
        "skills.bins": _bins,
    }


async def _accepted(_connection: Connection, _params: Any) -> dict[str, Any]:
    return {"ok": True}


async def _skills(connection: Connection, params: p.NodeSkillsParams) -> dict[str, Any]:
    return {"ok": True, "nodeId": connection.identity.node_id, "skills": params.skills}


async def _tools(connection: Connection, params: p.NodePluginToolsParams) -> dict[str, Any]:
    return {"ok": True, "nodeId": connection.identity.node_id, "tools": params.tools}


async def _bins(_connection: Connection, _params: p.NoParams) -> dict[str, Any]:
    return {"bins": []}


async def _finish(
    platform: Platform, connection: Connection, call_id: UUID, outcome: Outcome
) -> tuple[bool, bool]:
    """Whether the machine's answer is the first, and whether it was its to give."""
    result, error = outcome
    async with platform.database.transaction(connection.actor) as scope:
        is_first = await calls.finish_call(scope, call_id, result=result, error=error)
        # It may answer once more what it was asked by an earlier connection.
        return is_first, is_first or await calls.is_own_call(scope, call_id)


async def _note_home(platform: Platform, connection: Connection, home: Any) -> bool:
    """Keep where the machine says that its user's home folder is; False when that can be none."""
    if home and not is_home(home):
        return False
    assert connection.actor.device_id is not None
    async with platform.database.transaction(connection.actor) as scope:
        await registry.note_home(scope, connection.actor.device_id, home or None)
    return True


def _call_id(text: str) -> UUID:
    try:
        return UUID(hex=text)
    except ValueError:
        raise CallNotFoundError from None


def _invalid(why: str) -> dict[str, Any]:
    return {"code": "INVALID_RESULT", "message": f"The device's result cannot be kept: {why[:300]}."}


def _outcome(params: p.NodeInvokeResultParams) -> Outcome:
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
