"""What a user asks of a machine's runtime between turns: a new session, another model, a shorter context."""

from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import msgspec
from pydantic import ValidationError

from openclaw.domains.agents.errors import RunBusyError, RuntimeNotOfferedError
from openclaw.domains.agents.service import runs
from openclaw.domains.audit import service as audit
from openclaw.domains.conversations import repository
from openclaw.domains.conversations.errors import (
    ConversationNotFoundError,
    NoRuntimeError,
    RuntimeCommandError,
)
from openclaw.domains.conversations.schemas import ChooseModel, RuntimeModel, RuntimeModels
from openclaw.domains.conversations.service import catalog
from openclaw.domains.devices.errors import DeviceOfflineError
from openclaw.domains.devices.service import calls, registry
from openclaw.domains.devices.service.waiting import watching
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.bus import EventBus
from openclaw.infra.db import Database
from openclaw.infra.scope import Actor, Role
from openclaw.kit import ids
from openclaw.protocol.runs import (
    COMPACT,
    MODELS,
    NEW_SESSION,
    RUN_ARGUMENTS,
    SET_MODEL,
    Compact,
    ListModels,
    NewSession,
    RunCommand,
    SetModel,
)

_QUICK = timedelta(seconds=60)
_COMPACT_TIME = timedelta(seconds=610)


class RuntimeDesk:
    """Asks machines, and waits for what they say. Each method raises what ``_ask`` does."""

    def __init__(self, database: Database, bus: EventBus) -> None:
        self._database = database
        self._bus = bus

    async def new_session(self, actor: Actor, conversation_id: UUID) -> None:
        """Begin an empty session: the runtime forgets what was said so far; the record stays."""
        answer = await self._ask(actor, conversation_id, NewSession(conversation_id.hex))
        session = answer.get("session")
        async with self._database.transaction(actor) as scope:
            name = session[:200] if isinstance(session, str) else None
            await repository.update_conversation(scope, conversation_id, runtime_session=name)
            await catalog.announce(scope, conversation_id, "runtime")

    async def compact(self, actor: Actor, conversation_id: UUID) -> None:
        """Have the runtime summarise its context."""
        await self._ask(actor, conversation_id, Compact(conversation_id.hex), timeout=_COMPACT_TIME)

    async def set_model(self, actor: Actor, conversation_id: UUID, data: ChooseModel) -> None:
        """Have the runtime use another model."""
        await self._ask(actor, conversation_id, SetModel(conversation_id.hex, data.provider, data.model))

    async def list_models(self, actor: Actor, conversation_id: UUID) -> RuntimeModels:
        """The models that the runtime has credentials for."""
        answer = await self._ask(actor, conversation_id, ListModels(conversation_id.hex))
        listed = answer.get("models")
        models = cast("list[Any]", listed) if isinstance(listed, list) else []
        found = (_model(entry) for entry in models[:500])
        return RuntimeModels(items=[model for model in found if model], current=_model(answer.get("model")))

    async def _ask(
        self, actor: Actor, conversation_id: UUID, command: RunCommand, *, timeout: timedelta = _QUICK
    ) -> dict[str, Any]:
        """One command, once. Nothing of it is kept but that it was given.

        Raises ConversationNotFoundError, NoRuntimeError, RunBusyError, DeviceNotFoundError, DeviceOfflineError,
        RuntimeNotOfferedError, RuntimeCommandError, NotAllowedError.
        """
        call_id, name = ids.new_id(), _NAMES[type(command)]

        async def find_end() -> calls.CallEnd | None:
            async with self._database.transaction(actor) as scope:
                return await calls.find_end(scope, call_id)

        with watching(self._bus, call_id) as watch:
            async with self._database.transaction(actor) as scope:
                check_role(scope.who, Role.MEMBER)
                conversation = await repository.lock_conversation(scope, conversation_id)
                if conversation is None:
                    raise ConversationNotFoundError
                if conversation.runtime == "server" or conversation.device_id is None:
                    raise NoRuntimeError
                if await runs.find_open_run(scope, conversation_id) is not None:
                    raise RunBusyError
                device = await registry.access_target(scope, conversation.device_id)
                if not registry.is_online(device, scope.now()):
                    raise DeviceOfflineError(name=device.name)
                if name not in device.commands:
                    raise RuntimeNotOfferedError(name=device.name)
                await calls.send_call(
                    scope,
                    call_id=call_id,
                    device_id=device.id,
                    command=name,
                    params=msgspec.to_builtins(command),
                    timeout=timeout,
                    wait=timeout,
                )
                await audit.append(
                    scope,
                    "conversations.runtime_command",
                    subject=ids.to_wire("conv", conversation_id),
                    detail={"command": name, "device": device.name},
                )
            end = await watch.wait(find_end, timeout=timeout, is_fresh=True)
        async with self._database.transaction(actor) as scope:
            if end is None:
                end = await calls.expire_call(scope, call_id)
            await calls.forget(scope, [call_id])
        if end.error is not None:
            raise RuntimeCommandError(name=device.name, reason=str(end.error.get("message"))[:500])
        return end.result or {}


_NAMES: dict[type[RunCommand], str] = {kind: name for name, kind in RUN_ARGUMENTS.items()}
assert {NEW_SESSION, COMPACT, SET_MODEL, MODELS} <= set(_NAMES.values())


def _model(entry: Any) -> RuntimeModel | None:
    try:
        return RuntimeModel.model_validate({"name": "", **entry})
    except (ValidationError, TypeError):
        return None
