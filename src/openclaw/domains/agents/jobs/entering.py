"""What an entry of a run needs to know, read in the transaction that enters it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from openclaw.domains.agents import repository
from openclaw.domains.agents.jobs.context import Remote, RunContext
from openclaw.domains.agents.jobs.live import LiveRun
from openclaw.domains.agents.models import RunRow, RunStepRow
from openclaw.domains.agents.policy import Denied
from openclaw.domains.agents.service import providers
from openclaw.domains.agents.service.transcript import History
from openclaw.domains.devices.errors import DeviceNotFoundError
from openclaw.domains.devices.models import DeviceRow
from openclaw.domains.devices.service import groups, registry
from openclaw.domains.identity.models import UserRow
from openclaw.domains.plugins.service import tools
from openclaw.domains.systems.service import access_system
from openclaw.infra.scope import Actor, Scope
from openclaw.infra.secrets import KeyRing
from openclaw.kit import ids
from openclaw.protocol.vault import denied_grants, denied_tools
from openclaw.runtime.models import ModelConfig
from openclaw.runtime.prompts import DeviceNote, system_prompt

_OF_MACHINE = ModelConfig("openai", "pi")  # only its name is used: the machine asks its own model


async def load_context(
    scope: Scope, user: UserRow, run: RunRow, *, live: LiveRun, history: History, keys: KeyRing
) -> RunContext:
    """All that the run works with. Raises ProviderKeyUnreadableError, ProviderNotFoundError, SystemNotFoundError."""
    wanted = [turn.run_id for turn in history.turns if turn.run_id]
    steps: dict[UUID, list[RunStepRow]] = {}
    if wanted or run.epoch > 1:  # the first turn of a conversation has nothing behind it
        for step in await repository.list_steps(scope, [*wanted, run.id]):
            steps.setdefault(step.run_id, []).append(step)
    profile = await _profile(scope, run)
    config = await providers.chosen_config(
        scope, keys, provider=profile.get("provider"), model=profile.get("model")
    )
    targets = await _targets(scope, run.device_id)
    linked = [registry.seen(target, scope.now()) for target in targets]
    machines = [
        DeviceNote(
            id=ids.to_wire("dev", device.id),
            name=device.name,
            online=device.online,
            platform=device.platform,
            home=device.home,
            primary=device.primary,
        )
        for device in linked
    ]
    names = {device.id: device.name for device in targets if device.kind != registry.HOST}
    fleet = await groups.list_names(scope, names) if names else {}
    return RunContext(
        actor=replace(scope.who, language=user.language),
        run_id=run.id,
        epoch=run.epoch,
        conversation_id=run.conversation_id,
        device_id=run.device_id,
        config=config,
        system=system_prompt(
            user=user.display_name,
            now=scope.now(),
            devices=machines,
            groups=fleet,
            language=user.language,
            device_id=ids.to_wire("dev", run.device_id) if run.device_id else None,
            instructions=run.instructions,
        ),
        history=history,
        earlier=steps,
        steps=steps.pop(run.id, []),
        live=live,
        plugin_tools=await tools.find_installed(scope),
        denied=_denied(profile),
        origins=_origins(run),
        denies_questions=run.approval_mode == "deny",
        sync_mode=run.sync_mode,  # pyright: ignore[reportArgumentType]
    )


async def denied_by_system(scope: Scope, run: RunRow) -> Denied:
    """What the run's system keeps it from calling by now. Raises SystemNotFoundError."""
    return _denied(await _profile(scope, run))


def _denied(profile: dict[str, Any]) -> Denied:
    return Denied(denied_tools(profile), denied_grants(profile))


async def _profile(scope: Scope, run: RunRow) -> dict[str, Any]:
    """What the run's system says; nothing of one that its machine keeps. Raises SystemNotFoundError."""
    return {} if run.system_id is None else (await access_system(scope, run.system_id)).profile or {}


def _origins(run: RunRow) -> dict[str, str]:
    named = {"systemId": ("sys", run.system_id), "taskRunId": ("trun", run.task_run_id)}
    return {name: ids.to_wire(prefix, found) for name, (prefix, found) in named.items() if found}


async def _targets(scope: Scope, device_id: UUID | None) -> list[DeviceRow]:
    """The machines that the run may use; none once its host carries it no more."""
    try:
        return await groups.list_targets(scope, device_id)
    except DeviceNotFoundError:
        return []


async def bare_context(
    scope: Scope, actor: Actor, run: RunRow, *, live: LiveRun, history: History | None = None
) -> RunContext:
    """As much as it takes to end the run, or to lead one on a machine's own runtime."""
    steps = await repository.list_steps(scope, [run.id])
    remote = None
    if run.runtime == "pi":
        replies = sum(step.kind == "model" for step in steps)
        remote = Remote(run.sync_mode, has_begun=run.told_seq > 0, told=run.told_seq, replies=replies)  # pyright: ignore[reportArgumentType]
    return RunContext(
        actor=actor,
        run_id=run.id,
        epoch=run.epoch,
        conversation_id=run.conversation_id,
        device_id=run.device_id,
        config=providers.DEMO if remote is None else _OF_MACHINE,
        system="",
        history=history or History(None, [], ""),
        earlier={},
        steps=steps,
        live=live,
        remote=remote,
    )
