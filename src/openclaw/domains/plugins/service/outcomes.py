"""What came of a call: read, for the plugin's code wrote it; noted down, counted, and audited where it was odd."""

import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog

from openclaw.domains.audit import service as audit
from openclaw.domains.plugins.errors import PluginBlockedError, PluginFailedError
from openclaw.domains.plugins.repository import installed as repository
from openclaw.domains.plugins.service.running import ActionCall, Done, Installed, PluginFile, without
from openclaw.infra.json_schema import data_errors
from openclaw.infra.jsonb import checked, storable
from openclaw.infra.metrics import PLUGIN_CALLS, SANDBOX_EVENTS
from openclaw.infra.scope import Scope
from openclaw.kit.errors import OpenClawError
from openclaw.protocol.packages.calls import read_answer
from openclaw.protocol.packages.manifest import Manifest, ResourceLimits
from openclaw.sandbox.calls import Connection, Limits, Outcome
from openclaw.sandbox.egress.policy import ALLOWED
from openclaw.sandbox.errors import SecurityViolation

_log = structlog.get_logger(__name__)
_MIB = 1 << 20
_MOST = ResourceLimits(memory_mb=2048, cpu_seconds=600, wall_seconds=900, files_mb=64)
_LOG_BYTES = 64 << 10
_TOLD_CONNECTIONS = 20


def limits_of(manifest: Manifest, seconds: float) -> Limits:
    """What a call may use: what the package asks for, as far as this server gives it, and the step's time."""
    asked = manifest.limits
    wall = min(asked.wall_seconds, _MOST.wall_seconds, math.ceil(seconds))
    return Limits(
        memory_bytes=min(asked.memory_mb, _MOST.memory_mb) * _MIB,
        cpu_seconds=min(asked.cpu_seconds, _MOST.cpu_seconds),
        wall_seconds=wall,
        files_bytes=min(asked.files_mb, _MOST.files_mb) * _MIB,
    )


def read_outcome(
    plugin: Installed, call: ActionCall, outcome: Outcome
) -> tuple[Done | None, OpenClawError | None]:
    """What the outcome says: anything may stand in it, for the plugin's code wrote it."""
    manifest = plugin.manifest
    try:
        answer = read_answer(manifest, outcome.check())
    except OpenClawError as error:
        return None, error
    if answer.error is not None:
        words = without(answer.error.message or answer.error.code, plugin.secrets)
        return None, PluginFailedError(name=plugin.name, said=answer.error.code, reason=words)
    output = None
    try:
        output = checked(answer.output)
        wrong = data_errors(manifest.actions[call.action].output, output)
    except (ValueError, RecursionError) as error:
        wrong = [("$", str(error)[:200])]
    if wrong:
        words = without(f"output {wrong[0][0]}: {wrong[0][1]}", plugin.secrets)
        return None, PluginFailedError(name=plugin.name, said="plugin.invalid_output", reason=words)
    types = {file.name: file.type for file in answer.files}
    files = tuple(
        PluginFile(name, types.get(name, "application/octet-stream"), body)
        for name, body in outcome.files.items()
    )
    return Done(output, files), None


async def note_call(
    scope: Scope,
    call: ActionCall,
    plugin: Installed,
    *,
    started_at: datetime,
    outcome: Outcome | None,
    error: OpenClawError | None,
    refused: Sequence[Connection],
) -> None:
    """Count a call and note it down, and in the audit log what it tried and was refused."""
    state = _state_of(error)
    PLUGIN_CALLS.labels(plugin.name if plugin.source in ("builtin", "public") else plugin.source, state).inc()
    violation = error if isinstance(error, SecurityViolation) else None
    secrets = {**plugin.secrets, **call.masked}
    words = without(error.words(scope.who.language), secrets) if error else ""
    tier = outcome.tier.value if outcome else violation.tier if violation else None
    tried = [*refused, *(outcome.connections if outcome else ())]
    denied = [each for each in tried if each.decision != ALLOWED]
    logs = without(outcome.logs[:_LOG_BYTES], secrets) if outcome else ""
    if outcome is not None:
        call.log(f"{plugin.name} {plugin.version} {call.action}: {state}, {outcome.tier.value}")
    for line in logs.splitlines():
        call.log(line)
    await repository.put_call(
        scope,
        {
            "id": call.id,
            "name": plugin.name,
            "version": plugin.version,
            "action": call.action,
            "run_id": call.run_id,
            "path": call.path,
            "state": state,
            "tier": tier,
            "error": storable({"code": error.code, "message": words}) if error else None,
            "usage": _usage(outcome),
            "refused": _told(denied),
            "logs": storable(logs),
            "started_at": started_at,
            "finished_at": scope.now(),
        },
    )
    place = {"run": call.run_id.hex if call.run_id else None, "path": call.path}
    if violation is not None:
        await note_violation(scope, plugin, violation, place)
    if denied:
        await _note_connections(scope, plugin, denied, place)


def _state_of(error: OpenClawError | None) -> str:
    match error:
        case None:
            return "completed"
        case SecurityViolation():
            return "violation"
        case PluginBlockedError():
            return "stopped"
        case _:
            return "failed"


def _usage(outcome: Outcome | None) -> dict[str, Any]:
    if outcome is None:
        return {}
    used = outcome.usage
    return {
        "wallSeconds": round(used.wall_seconds, 4),
        "cpuSeconds": round(used.cpu_seconds, 4),
        "memoryBytes": used.memory_bytes,
        "networkBytes": used.network_bytes,
    }


async def note_violation(
    scope: Scope, plugin: Installed, error: SecurityViolation, place: dict[str, Any]
) -> None:
    """In the audit log: the code tried what nothing harmless does."""
    detail = {"version": plugin.version, "violations": error.violations, "tier": error.tier, **place}
    _log.warning("a plugin tried what the sandbox forbids", plugin=plugin.name, violations=error.violations)
    await audit.append(scope, "plugins.security_violation", subject=plugin.name, detail=detail)


async def _note_connections(
    scope: Scope, plugin: Installed, refused: list[Connection], place: dict[str, Any]
) -> None:
    SANDBOX_EVENTS.labels("refused_connections").inc(len(refused))
    detail = {"version": plugin.version, "connections": _told(refused), **place}
    await audit.append(scope, "plugins.connection_refused", subject=plugin.name, detail=detail)


def _told(refused: Sequence[Connection]) -> Any:
    told = dict.fromkeys((each.host, each.port, each.decision) for each in refused)
    return storable([{"host": h, "port": p, "decision": d} for h, p, d in list(told)[:_TOLD_CONNECTIONS]])
