"""``plugin``: an action of an installed plugin, in the sandbox; files that its code gives back stay with the run."""

import asyncio
import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from openclaw.domains.audit import service as audit
from openclaw.domains.plugins.errors import (
    PluginBlockedError,
    PluginCallError,
    PluginDependencyError,
    PluginDisabledError,
)
from openclaw.domains.plugins.service.running import ActionCall, Done
from openclaw.domains.plugins.service.runtime import PluginRuntime
from openclaw.domains.workflows.jobs.carriers import database_query
from openclaw.domains.workflows.jobs.carriers.asking import ModelAsker, told_usage
from openclaw.domains.workflows.jobs.carriers.device_step import DeviceCall, DeviceCarrier
from openclaw.domains.workflows.jobs.carrying import StepCall
from openclaw.domains.workflows.language.definition import timeout_of
from openclaw.domains.workflows.language.failures import StepError, limit_met
from openclaw.domains.workflows.language.limits import MAX_OUTPUT_BYTES
from openclaw.domains.workflows.service import files, secrets
from openclaw.infra.blobs import BlobStore
from openclaw.infra.db import Database
from openclaw.infra.secrets import KeyRing
from openclaw.kit.errors import OpenClawError
from openclaw.protocol.packages.manifest import DEFAULT_ACTION
from openclaw.sandbox.client import HostCall
from openclaw.sandbox.errors import SandboxUnavailableError, SecurityViolation

_LONGEST_PROMPT = 200_000
_MOST_TOKENS = 100_000
_FINAL = (  # trying again would not help
    PluginBlockedError,
    PluginCallError,
    PluginDependencyError,
    PluginDisabledError,
    SandboxUnavailableError,
    SecurityViolation,
)


class PluginCarrier:
    """Runs plugins. What they ask of machines goes the way of device steps, what they ask of models too."""

    def __init__(
        self,
        runtime: PluginRuntime,
        database: Database,
        blobs: BlobStore,
        *,
        devices: DeviceCarrier,
        models: ModelAsker,
        keys: KeyRing,
        internal_hosts: tuple[str, ...] = (),
    ) -> None:
        self._runtime = runtime
        self._database = database
        self._blobs = blobs
        self._devices = devices
        self._models = models
        self._keys = keys
        self._internal = internal_hosts
        self._device_calls: dict[UUID, set[UUID]] = {}

    async def carry(self, call: StepCall) -> Any:
        """The action's output, with ``files`` if there are any. Raises StepError, OpenClawError."""
        seconds = timeout_of(call.work.step)
        assert seconds is not None, "plugin steps are timed"
        wanted = ActionCall(
            actor=call.actor,
            plugin=call.inputs["plugin"],
            action=call.inputs["action"] or DEFAULT_ACTION,
            inputs=call.inputs["inputs"],
            key=call.key,
            seconds=seconds,
            id=call.attempt_id,
            run_id=call.run_id,
            path=call.work.path,
            masked=call.revealed,
            log=call.log,
        )
        try:
            done = await self._runtime.call(wanted, self._host(call, seconds))
        except OpenClawError as error:
            await self.stop(call)
            is_final = isinstance(error, _FINAL)
            raise StepError(error.code, error.words(call.actor.language), is_final=is_final) from None
        self._device_calls.pop(call.attempt_id, None)
        return await self._output(call, done)

    async def stop(self, call: StepCall) -> None:
        """Nobody waits for the plugin any more, so nobody does for what it has asked of machines."""
        for call_id in self._device_calls.pop(call.attempt_id, ()):
            await self._devices.stop_call(call.actor, call_id)

    async def _output(self, call: StepCall, done: Done) -> Any:
        if len(orjson.dumps(done.output)) > MAX_OUTPUT_BYTES:
            raise limit_met("the output", MAX_OUTPUT_BYTES)
        if not done.files:
            return done.output
        async with self._database.transaction(call.actor, is_quiet=True) as scope:
            kept = await files.put_files(
                scope,
                self._blobs,
                run_id=call.run_id,
                path=call.work.path,
                attempt_id=call.attempt_id,
                files=[(file.name, file.type, file.body) for file in done.files],
            )
        output = done.output if isinstance(done.output, dict) else {"value": done.output}
        return {**output, "files": kept}

    def _host(self, call: StepCall, seconds: int) -> dict[str, HostCall]:
        asked = 0

        async def device(parameters: Mapping[str, Any]) -> Any:
            nonlocal asked
            asked += 1
            wanted = DeviceCall(
                id=_device_call_id(call, asked, parameters),
                actor=call.actor,
                device=parameters.get("device"),
                tool=str(parameters.get("tool")),
                arguments=parameters.get("arguments") or {},
                timeout=timedelta(seconds=seconds),
                waits=call.waits,
                log=call.log,
                asked_by=f"plugin {call.inputs['plugin']}"[:100],
            )
            open_calls = self._device_calls.setdefault(call.attempt_id, set())
            open_calls.add(wanted.id)
            try:
                result = await self._devices.call(wanted)
            except asyncio.CancelledError:
                raise  # whoever ends the step ends the call too, and whoever goes on with it waits for the same
            except StepError as failure:
                open_calls.discard(wanted.id)
                raise ValueError(failure.message) from None
            open_calls.discard(wanted.id)
            return result

        async def llm(parameters: Mapping[str, Any]) -> dict[str, Any]:
            prompt, system = str(parameters["prompt"]), parameters.get("system")
            if len(prompt) + len(str(system or "")) > _LONGEST_PROMPT:
                raise ValueError(f"a prompt has at most {_LONGEST_PROMPT:,} characters")
            most = parameters.get("max_tokens")
            if not (most is None or (isinstance(most, int) and 0 < most <= _MOST_TOKENS)):
                raise ValueError(f"max_tokens is 1 to {_MOST_TOKENS:,}")
            reply = await self._models.ask(
                call.actor, prompt, system=str(system) if system else None, most_tokens=most
            )
            call.log(told_usage(reply))
            wanted = parameters.get("model")
            if wanted is not None and wanted != reply.model:
                raise ValueError(f"the workspace's model is {reply.model}")
            return {"text": reply.text, "model": reply.model}

        async def query(parameters: Mapping[str, Any]) -> dict[str, Any]:
            name = str(parameters.get("connection"))
            async with self._database.transaction(call.actor) as scope:
                dsn = (await secrets.reveal(scope, [name], self._keys)).get(name)
                if dsn is None:
                    raise ValueError(f"the workspace has no secret called {name[:64]}")
                detail = {"plugin": call.inputs["plugin"], "connection": name}
                await audit.append(scope, "plugins.database_queried", detail=detail)
            return await database_query.query(dsn, parameters, internal=self._internal)

        return {"device": device, "llm": llm, "database.query": query}


def _device_call_id(call: StepCall, number: int, parameters: Mapping[str, Any]) -> UUID:
    """The same for the same call of the same try, so that a step that is carried out again asks nothing twice."""
    said = orjson.dumps(dict(parameters), option=orjson.OPT_SORT_KEYS)
    digest = hashlib.sha256(call.attempt_id.bytes + number.to_bytes(4, "big") + said).digest()
    return UUID(bytes=digest[:16])
