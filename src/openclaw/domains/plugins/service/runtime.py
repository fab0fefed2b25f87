"""Runs plugins: finds the installation, puts its code together, calls it in the sandbox, and notes what came of it."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from openclaw.domains.plugins.errors import (
    McpServerError,
    PluginBlockedError,
    PluginCallError,
    PluginDisabledError,
    PluginFailedError,
)
from openclaw.domains.plugins.events import STOPPED_TOPIC
from openclaw.domains.plugins.repository import installed as repository
from openclaw.domains.plugins.service import blocks, builtin, entries
from openclaw.domains.plugins.service.code import PluginCode
from openclaw.domains.plugins.service.host import Host
from openclaw.domains.plugins.service.messages import MessageCalls
from openclaw.domains.plugins.service.outcomes import limits_of, note_call, note_violation, read_outcome
from openclaw.domains.plugins.service.running import (
    ActionCall,
    Done,
    Installed,
    installed_of,
    uninstalled,
    without,
)
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.json_schema import data_errors
from openclaw.infra.mail import MailServer
from openclaw.infra.metrics import SANDBOX_EVENTS
from openclaw.infra.scope import Actor, Scope
from openclaw.infra.secrets import KeyRing
from openclaw.kit.clock import Clock
from openclaw.kit.errors import OpenClawError
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.packages.calls import (
    PluginCall,
    action_call,
    granted_host_calls,
    hook_call,
    read_answer,
)
from openclaw.sandbox.calls import Call, Grants, Outcome, Tier
from openclaw.sandbox.client import HostCall, Sandbox
from openclaw.sandbox.errors import SecurityViolation
from openclaw.sandbox.frames import Settings

_HOOK_SECONDS = 30
_LOOK = "look"
_SLOTS = 8  # calls at once
_ASIDE = 32  # and so many more that wait for a machine or a person
_WAITS = frozenset({"device"})


@dataclass(eq=False)
class _Running:
    workspace_id: UUID
    name: str
    version: str | None = None
    publisher_key: str | None = None
    reason: str | None = None
    word: Mapping[str, Any] | None = None
    deadline: asyncio.Timeout = field(default_factory=lambda: asyncio.timeout(None))

    def is_meant(self, body: Mapping[str, Any]) -> bool:
        """Whether a word to stop is about this call; what is not known yet counts as meant."""
        known = {
            "workspaceId": self.workspace_id.hex,
            "name": self.name,
            "version": self.version,
            "publisherKey": self.publisher_key,
        }
        return all(
            body.get(key) is None or value is None or body[key] == value for key, value in known.items()
        )

    def know(self, plugin: Installed) -> None:
        """Now it is known what runs: a word that was for another version or publisher was not for it."""
        self.version, self.publisher_key = plugin.version, plugin.publisher_key
        if self.word is not None and not self.is_meant(self.word):
            self.reason = None

    def stop(self, reason: str, word: Mapping[str, Any] | None = None) -> None:
        """End it, if it has begun."""
        self.reason, self.word = reason, word
        with contextlib.suppress(RuntimeError):  # it has not begun, and looks before it does
            self.deadline.reschedule(asyncio.get_running_loop().time())


async def _keep_nothing(_name: str, _parameters: Mapping[str, Any]) -> Any:
    raise ValueError("nothing is kept")


class PluginRuntime:
    """One for a process, with one sandbox, which starts with the first call."""

    def __init__(
        self,
        *,
        database: Database,
        bus: EventBus,
        code: PluginCode,
        keys: KeyRing,
        clock: Clock,
        mail: MailServer,
        internal_hosts: tuple[str, ...] = (),
    ) -> None:
        self.code = code
        self._database = database
        self._bus = bus
        self._keys = keys
        self._clock = clock
        self._internal = internal_hosts
        self._messages = MessageCalls(database, mail)
        self._sandbox = Sandbox(Settings(slots=_SLOTS, aside_slots=_ASIDE, internal_hosts=internal_hosts))
        self._counted: Counter[str] = Counter()
        self._running: set[_Running] = set()
        self._looking: set[asyncio.Task[None]] = set()
        bus.subscribe(STOPPED_TOPIC, self._stop)
        self._end_gap = bus.on_gap(self._look_again)

    async def close(self) -> None:
        """End every call and the sandbox."""
        self._bus.unsubscribe(STOPPED_TOPIC, self._stop)
        self._end_gap()
        await cancel_and_wait(*self._looking)
        await self._sandbox.close()

    async def call(self, call: ActionCall, others: Mapping[str, HostCall]) -> Done:
        """Carry out an action. ``others`` answer host calls that are not this slice's.

        Raises PluginCallError, PluginFailedError, PluginDisabledError, PluginBlockedError, PluginDependencyError,
        CodeFailedError, LimitExceededError, SecurityViolation, SandboxUnavailableError, SandboxLostError.
        """
        running = _Running(call.actor.workspace_id, call.plugin)
        self._running.add(running)
        started_at = self._clock.now()
        try:
            await builtin.load()
            async with self._database.transaction(call.actor, is_quiet=True) as scope:
                plugin, tier = await self._find(scope, call.plugin)
            running.know(plugin)
            made = self._check(plugin, call)
            asked = {**self._messages.of(call), **others}
            host = Host(plugin, self._keep(call), asked, internal=self._internal)
            try:
                outcome = await self._run(plugin, made, host, running, least=tier, seconds=call.seconds)
            except OpenClawError as error:
                await self._note(call, plugin, host, started_at, error=error)
                raise
            done, failure = read_outcome(plugin, call, outcome)
            await self._note(call, plugin, host, started_at, outcome=outcome, error=failure)
        finally:
            self._running.discard(running)
        if failure is not None:
            raise failure
        assert done is not None
        return done

    async def run_hook(self, scope: Scope, plugin: Installed, hook: str) -> Any:
        """One of the SDK's hooks, within the transaction of ``scope``; what it returned, None for a script.

        Raises what `call` raises, and PluginFailedError when the hook failed.
        """
        call = hook_call(plugin.manifest, hook, settings=plugin.settings, key=f"{plugin.id.hex}:{hook}")
        if call is None:
            return None
        running = _Running(plugin.workspace_id, plugin.name, plugin.version, plugin.publisher_key)

        async def keep(name: str, parameters: Mapping[str, Any]) -> Any:
            return await entries.answer(scope, plugin.id, name, parameters)

        host = Host(plugin, keep, {}, internal=self._internal)
        self._running.add(running)
        try:
            await self._check_not_blocked(scope, plugin)
            least = await self._least_tier(scope)
            outcome = await self._run(plugin, call, host, running, least=least, seconds=_HOOK_SECONDS)
            answer = read_answer(plugin.manifest, outcome.check())
        except SecurityViolation as error:
            # The transaction of the installation is undone; that the code tried it is kept.
            async with self._database.transaction(scope.who) as other:
                await note_violation(other, plugin, error, {"hook": hook})
            raise
        finally:
            self._running.discard(running)
        if answer.error is not None:
            raise PluginFailedError(
                name=plugin.name,
                said=answer.error.code,
                reason=without(answer.error.message, plugin.secrets),
            )
        return answer.output

    async def look(self, actor: Actor, plugin: Installed, inputs: dict[str, Any]) -> Any:
        """What a server of the Model Context Protocol says of its tools, asked with the plugin's grants.

        Raises McpServerError in the server's words, and what `call` raises.
        """
        running = _Running(plugin.workspace_id, plugin.name, plugin.version, plugin.publisher_key)
        noted = ActionCall(
            actor=actor, plugin=plugin.name, action=_LOOK, inputs={}, key=_LOOK, seconds=_HOOK_SECONDS
        )
        host = Host(plugin, _keep_nothing, {}, internal=self._internal)
        started_at = self._clock.now()
        self._running.add(running)
        try:
            async with self._database.transaction(actor, is_quiet=True) as scope:
                await self._check_not_blocked(scope, plugin)
                least = await self._least_tier(scope)
            call = PluginCall(f"openclaw.sdk.mcp:{_LOOK}", inputs)
            outcome = await self._run(
                plugin, call, host, running, least=least, seconds=_HOOK_SECONDS, code=()
            )
            said = outcome.check()
        except OpenClawError as error:
            await self._note(noted, plugin, host, started_at, error=error)
            raise
        finally:
            self._running.discard(running)
        error = None
        if isinstance(said, dict) and isinstance(failure := said.get("error"), dict):
            words = without(str(failure.get("message"))[:500], plugin.secrets)
            error = McpServerError(host=plugin.manifest.author, reason=words)
        await self._note(noted, plugin, host, started_at, outcome=outcome, error=error)
        if error is not None:
            raise error
        return said

    async def _find(self, scope: Scope, name: str) -> tuple[Installed, Tier]:
        row = await repository.find_by_name(scope, name)
        if row is not None and not row.is_enabled:
            raise PluginDisabledError(name=name)
        package = builtin.find_named(name)
        if row is not None:
            plugin = installed_of(row, self._keys)
        elif package is not None:
            plugin = uninstalled(package, scope.workspace_id)
        else:
            raise PluginCallError(name=name, reason="is not installed in this workspace")
        await self._check_not_blocked(scope, plugin)
        return plugin, await self._least_tier(scope)

    async def _check_not_blocked(self, scope: Scope, plugin: Installed) -> None:
        await blocks.check_not_blocked(
            scope,
            plugin.workspace_id,
            name=plugin.name,
            version=plugin.version,
            publisher_key=plugin.publisher_key,
        )

    async def _least_tier(self, scope: Scope) -> Tier:
        row = await repository.find_settings(scope)
        return Tier(row.least_tier) if row else Tier.LANDLOCK

    def _check(self, plugin: Installed, call: ActionCall) -> PluginCall:
        action = plugin.manifest.actions.get(call.action)
        if action is None:
            raise PluginCallError(name=plugin.name, reason=f"has no action {call.action}")
        for path, reason in data_errors(action.input, call.inputs):
            raise PluginCallError(name=plugin.name, reason=f"input {path}: {without(reason, call.masked)}")
        return action_call(
            plugin.manifest, call.action, inputs=call.inputs, settings=plugin.settings, key=call.key
        )

    def _keep(self, call: ActionCall) -> Any:
        async def keep(name: str, parameters: Mapping[str, Any]) -> Any:
            async with self._database.transaction(call.actor, is_quiet=True) as scope:
                row = await repository.find_by_name(scope, call.plugin)
                if row is None:
                    raise ValueError("the plugin was removed")
                return await entries.answer(scope, row.id, name, parameters)

        return keep

    async def _run(
        self,
        plugin: Installed,
        call: PluginCall,
        host: Host,
        running: _Running,
        *,
        least: Tier,
        seconds: float,
        code: tuple[str, ...] | None = None,
    ) -> Outcome:
        """Put the code together (unless it is given) and call it, until it ends or is switched off."""
        deadline = running.deadline
        try:
            async with deadline:
                if running.reason is not None:
                    raise TimeoutError
                if code is None:
                    code = await self.code.prepare(plugin.digest)
                hello = await self._sandbox.start()
                has_namespaces = hello.tier.covers(Tier.NAMESPACES)
                sandboxed = Call(
                    code=code,
                    entry=call.entry,
                    inputs=call.inputs,
                    limits=limits_of(plugin.manifest, seconds),
                    grants=Grants(
                        network=host.network if has_namespaces else None,
                        host_calls=granted_host_calls(plugin.permissions),
                    ),
                )
                return await self._sandbox.run(
                    sandboxed, host=host.calls, waits=_WAITS, at_least=least, lane=running.workspace_id.hex
                )
        except TimeoutError:
            if running.reason is None:
                raise
            raise PluginBlockedError(
                name=plugin.name, version=plugin.version, reason=running.reason
            ) from None
        finally:
            for event, count in (self._sandbox.counts - self._counted).items():
                SANDBOX_EVENTS.labels(event).inc(count)
            self._counted = self._sandbox.counts.copy()

    async def _note(
        self,
        call: ActionCall,
        plugin: Installed,
        host: Host,
        started_at: datetime,
        *,
        outcome: Outcome | None = None,
        error: OpenClawError | None = None,
    ) -> None:
        async with self._database.transaction(call.actor, is_quiet=True) as scope:
            refused = host.refused_connections
            await note_call(
                scope, call, plugin, started_at=started_at, outcome=outcome, error=error, refused=refused
            )

    # Kill switches

    def _stop(self, _topic: str, body: dict[str, Any]) -> None:
        for running in self._running:
            if running.is_meant(body):
                running.stop(str(body.get("reason", "")), body)

    def _look_again(self) -> None:
        """Words to stop may have been missed: the rows say."""
        task = spawn(self._check_running(), name="plugin kill switches")
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)

    async def _check_running(self) -> None:
        async with self._database.system(is_quiet=True) as scope:
            for running in tuple(self._running):
                reason = await blocks.find_reason_in(
                    scope,
                    running.workspace_id,
                    name=running.name,
                    version=running.version or "",
                    publisher_key=running.publisher_key or "",
                )
                if reason is not None:
                    running.stop(reason)
