"""What machines say: results and progress of calls, and what they are."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from openclaw.apps.gateway.acting import Acting
from openclaw.apps.gateway.at_once import Immediate, Often
from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.direct_calls import DirectCalls
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.machine_runs import MachineRuns
from openclaw.apps.gateway.node_hosts import NodeHosts, Outcome
from openclaw.domains.devices.errors import CallNotFoundError, DeviceNotFoundError, HostNotFoundError
from openclaw.domains.devices.events import call_topic
from openclaw.domains.devices.policy import is_home
from openclaw.domains.devices.service import calls, heartbeats, registry
from openclaw.infra.jsonb import checked
from openclaw.infra.web.context import Platform
from openclaw.protocol.gateway import params as p

_MAX_RESULT = 4_194_304
_OFFENCES = {"INVALID_RESULT": "bad_result", "TOO_LARGE": "result_too_large"}
_IGNORED = {"ok": True, "ignored": True}


def machine_methods(
    platform: Platform,
    node_hosts: NodeHosts,
    direct: DirectCalls,
    on_refused: Callable[[Connection, str], Awaitable[None]],
) -> dict[str, Handler]:
    """Handlers by name. ``on_refused`` is told what a machine had no business to say."""
    acting = Acting(platform)
    machines = _Machines(platform, node_hosts, direct, acting, on_refused)
    runs = MachineRuns(platform, acting, on_refused)
    return {
        "node.invoke.result": Often(machines.take_directly, machines.take_result),
        "node.invoke.progress": machines.take_progress,
        "node.run.event": runs.take,
        "node.event": machines.take_event,
        "node.host.heartbeat": machines.take_heartbeat,
        "node.skills.update": Immediate(_skills),
        "node.pluginTools.update": Immediate(_tools),
        "node.runnerInventory.update": Immediate(_accepted),
        "skills.bins": Immediate(_bins),
    }


@dataclass(frozen=True)
class _Machines:
    """What the machines of this process's sockets say."""

    platform: Platform
    node_hosts: NodeHosts
    direct: DirectCalls
    acting: Acting
    on_refused: Callable[[Connection, str], Awaitable[None]]

    async def take_result(self, connection: Connection, params: p.NodeInvokeResultParams) -> dict[str, Any]:
        """How a call ended that is kept in a row, or an end that cannot be kept as it was said."""
        await self._check_own_node(connection, params.node_id)
        call_id = _call_id(params.id)
        outcome = _outcome(params)
        _, error = outcome
        if params.ok and error is not None:
            await self.on_refused(connection, _OFFENCES[error["code"]])
        if connection.identity.is_node_host:
            is_first = await self.node_hosts.take(connection, params.id, outcome)
            is_own = is_first or connection.was_asked(params.id)
        elif self.direct.take(connection, call_id, calls.CallEnd(*outcome)):
            is_first = is_own = True
        else:
            is_first, is_own = await self._finish(connection, call_id, outcome)
        if not is_own:
            await self.on_refused(connection, "foreign_result")
        return {"ok": True} if is_first else _IGNORED

    def take_directly(
        self, connection: Connection, params: p.NodeInvokeResultParams
    ) -> dict[str, Any] | None:
        """A bridge's answer to a call that went straight to it."""
        if connection.identity.is_node_host or params.node_id != connection.identity.node_id:
            return None
        try:
            call_id = UUID(hex=params.id)
        except ValueError:
            return None
        if not self.direct.is_open(connection, call_id):
            return None
        result, error = _outcome(params)
        if params.ok and error is not None:
            return None  # an offence, which takes a transaction to note
        self.direct.take(connection, call_id, calls.CallEnd(result, error))
        return {"ok": True}

    async def take_progress(
        self, connection: Connection, params: p.NodeInvokeProgressParams
    ) -> dict[str, Any]:
        """Output of a call while it runs."""
        await self._check_own_node(connection, params.node_id)
        if not connection.was_asked(params.call_id):
            await self.on_refused(connection, "foreign_output")
            return _IGNORED
        body = {
            "kind": "progress",
            "deviceId": str(connection.actor.device_id),
            "seq": params.seq,
            "stream": params.stream or "stdout",
            "text": params.text,
        }
        self.platform.bus.publish_live(call_topic(_call_id(params.call_id)), body)
        return {"ok": True}

    async def take_event(self, connection: Connection, params: p.NodeEventParams) -> dict[str, Any]:
        """What a machine tells of itself."""
        reason = "not used"
        if params.event == "node.host.described" and isinstance(params.payload, dict):
            if await self._note_home(connection, params.payload.get("home")):
                return {"ok": True, "event": params.event, "handled": True}
            await self.on_refused(connection, "bad_description")
            reason = "no home folder"
        return {"ok": True, "event": params.event, "handled": False, "reason": reason}

    async def take_heartbeat(self, connection: Connection, params: p.HostHeartbeatParams) -> dict[str, Any]:
        """A host is there: how long it may go on without another word from us, and how much it is to carry."""
        await self._check_own_node(connection, params.node_id)
        if not connection.identity.is_host:
            await self.on_refused(connection, "foreign_heartbeat")
            raise HostNotFoundError
        report = msgspec.structs.asdict(params)
        del report["node_id"]
        lease = timedelta(seconds=self.platform.config.host_lease_seconds)
        async with self.platform.database.system(is_quiet=True) as scope:
            slots = await heartbeats.note_heartbeat(scope, _device_of(connection), report, lease=lease)
        every = heartbeats.interval_of(lease)
        return {"ok": True, "leaseMs": _ms(lease), "everyMs": _ms(every), "slots": slots}

    async def _check_own_node(self, connection: Connection, node_id: str) -> None:
        if node_id != connection.identity.node_id:
            await self.on_refused(connection, "foreign_node")
            raise DeviceNotFoundError

    async def _finish(self, connection: Connection, call_id: UUID, outcome: Outcome) -> tuple[bool, bool]:
        """Whether the machine's answer is the first, and whether it was its to give."""
        result, error = outcome
        async with self.platform.database.transaction(
            await self.acting.actor_of(connection, call_id)
        ) as scope:
            is_first = await calls.finish_call(scope, call_id, result=result, error=error)
            # It may answer once more what it was asked by an earlier connection.
            is_own = is_first or connection.was_asked(call_id.hex) or await calls.is_own_call(scope, call_id)
            return is_first, is_own

    async def _note_home(self, connection: Connection, home: Any) -> bool:
        """Keep where the machine says that its user's home folder is; False when that can be none."""
        if home and not is_home(home):
            return False
        assert connection.actor.device_id is not None
        async with self.platform.database.transaction(connection.actor) as scope:
            await registry.note_home(scope, connection.actor.device_id, home or None)
        return True


def _accepted(_connection: Connection, _params: Any) -> dict[str, Any]:
    return {"ok": True}


def _skills(connection: Connection, params: p.NodeSkillsParams) -> dict[str, Any]:
    return {"ok": True, "nodeId": connection.identity.node_id, "skills": params.skills}


def _tools(connection: Connection, params: p.NodePluginToolsParams) -> dict[str, Any]:
    return {"ok": True, "nodeId": connection.identity.node_id, "tools": params.tools}


def _bins(_connection: Connection, _params: p.NoParams) -> dict[str, Any]:
    return {"bins": []}


def _device_of(connection: Connection) -> UUID:
    assert connection.actor.device_id is not None, "a node is a machine"
    return connection.actor.device_id


def _ms(duration: timedelta) -> int:
    return int(duration.total_seconds() * 1000)


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
