"""The parts that every server role is made of, opened and closed in order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from openclaw.domains.agents import manifest as agents
from openclaw.domains.artifacts import manifest as artifacts
from openclaw.domains.audit import manifest as audit
from openclaw.domains.automations import manifest as automations
from openclaw.domains.channels import manifest as channels
from openclaw.domains.conversations import manifest as conversations
from openclaw.domains.devices import manifest as devices
from openclaw.domains.identity import manifest as identity
from openclaw.domains.notifications import manifest as notifications
from openclaw.domains.plugins import manifest as plugins
from openclaw.domains.tasks import manifest as tasks
from openclaw.domains.workflows import manifest as workflows
from openclaw.durable.claims import Limits
from openclaw.durable.engine import DurableEngine
from openclaw.durable.jobs import forget_ended
from openclaw.durable.queue import JobKind, JobQueue
from openclaw.durable.schedules import Scheduler
from openclaw.infra.blobs import BlobStore, open_blobs
from openclaw.infra.bus import EventBus, Transport
from openclaw.infra.config import Config
from openclaw.infra.db import Database
from openclaw.infra.feed import forget_old
from openclaw.infra.housekeeping import keep_house
from openclaw.infra.mail import MailServer
from openclaw.infra.notify import PostgresTransport
from openclaw.infra.outbox import OutboxRelay, Subscriber
from openclaw.infra.scope import Scope
from openclaw.infra.secrets import KeyRing, load_key_ring
from openclaw.infra.web.context import Platform
from openclaw.infra.web_push import PushSender
from openclaw.kit.clock import Clock, SystemClock
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = structlog.get_logger(__name__)
_START_SECONDS = 3
CHORES = (
    forget_old,
    forget_ended,
    *identity.CHORES,
    *notifications.CHORES,
    *devices.CHORES,
    *artifacts.CHORES,
    *conversations.CHORES,
    *plugins.CHORES,
    *channels.CHORES,
)


@dataclass(frozen=True)
class Process:
    """An open server process: what its role mounts on."""

    platform: Platform
    engine: DurableEngine


def _nothing() -> None:
    """What is done once a process is loaded, by default."""


@contextlib.asynccontextmanager
async def open_process(
    config: Config, url: str, *, clock: Clock | None = None, on_loaded: Callable[[], None] = _nothing
) -> AsyncIterator[Process]:
    """Connect to the database at ``url`` and run what every role runs: the bus, the outbox, durable work.

    Durable work joins in the background, so that the role can answer before; ``on_loaded`` is called when it has.
    """
    clock = clock or SystemClock()
    keys = load_key_ring(config.home, config.secret_key.get_secret_value() if config.secret_key else None)
    database = Database(url, clock)
    bus = EventBus(_transport(config, url, database, keys, clock), clock)
    blobs = open_blobs(config.blob_url, config.home)
    limits = _limits(config)
    executor_id = config.executor_id or new_id().hex
    queue = JobQueue(database, bus, clock, name=executor_id, slots=config.job_slots, limits=limits)
    mail = MailServer(config)
    push = PushSender(keys, contact=_contact(config), may_be_private=not config.is_exposed)
    deliverer = notifications.Deliverer(database, bus, clock, mail=mail, push=push, origin=config.web_origin)
    folders = plugins.Folders(config.home / "plugins", keys, clock)
    plugin_runtime = plugins.PluginRuntime(
        database=database,
        bus=bus,
        code=plugins.PluginCode(folders, blobs, index=config.plugin_index),
        keys=keys,
        clock=clock,
        mail=mail,
        internal_hosts=config.plugin_internal_hosts,
    )
    run_job = agents.RunJob(
        database=database,
        bus=bus,
        blobs=blobs,
        keys=keys,
        clock=clock,
        config=config,
        transcript=conversations.ConversationTranscript(),
        plugins=plugin_runtime,
        queue=queue,
    )
    device_steps = workflows.DeviceCarrier(database, bus)
    models = workflows.ModelAsker(database, keys, clock)
    plugin_steps = workflows.PluginCarrier(
        plugin_runtime,
        database,
        blobs,
        devices=device_steps,
        models=models,
        keys=keys,
        internal_hosts=config.plugin_internal_hosts,
    )
    plugin_tools = workflows.PluginTools(database, bus, plugin_steps)

    workflow_job = workflows.WorkflowJob(
        database=database,
        bus=bus,
        blobs=blobs,
        keys=keys,
        clock=clock,
        carriers={
            "agent": workflows.AgentCarrier(database, models, devices=device_steps, plugins=plugin_tools),
            "device": device_steps,
            "http": workflows.HttpCarrier(may_be_private=not config.is_exposed),
            "plugin": plugin_steps,
            "subworkflow": workflows.SubworkflowCarrier(database, bus, queue),
        },
    )
    queue.register(workflows.RUN_KIND, JobKind(lambda job: workflow_job(job.payload), keeps_end=True))
    task_job = tasks.TaskJob(database=database, bus=bus, clock=clock, lead_agent=run_job, slots=devices.slots)
    queue.register(tasks.RUN_KIND, JobKind(lambda job: task_job(job.payload), keeps_end=True))
    bucket = artifacts.Bucket(config.publish_bucket) if config.publish_bucket else None
    queue.register(artifacts.PROCESS_KIND, JobKind(artifacts.Processor(database, blobs)))
    queue.register(artifacts.PUBLISH_KIND, JobKind(artifacts.Publisher(database, blobs, bucket)))
    doing = automations.Automations(
        actions={
            "call_webhook": automations.WebhookAction(clock, may_be_private=not config.is_exposed),
            "notify": automations.NotifyAction(),
            "publish": automations.PublishAction(queue, config),
            "run_task": automations.TaskAction(queue),
            "run_workflow": automations.WorkflowAction(queue, blobs),
        },
        events={
            "artifact.published": automations.PUBLISHED,
            "artifact.saved": automations.SAVED,
            "device.online": automations.DEVICE_CAME_ONLINE,
            "message.received": automations.CHANNEL_MESSAGE,
            "task.completed": automations.TASK_COMPLETED,
            "workflow.run_ended": automations.WORKFLOW_ENDED,
        },
        queue=queue,
        keys=keys,
        queued_at_most=limits.queued,
        notify=automations.tell_until_seen,
    )
    queue.register(automations.RUN_KIND, JobKind(automations.RunAutomation(database, doing)))
    engine = DurableEngine(
        database,
        clock,
        owner_url=url,
        executor_id=executor_id,
        handlers={agents.RUN_KIND: run_job},
        queue=queue,
    )

    async def carry(scope: Scope, payload: dict[str, str]) -> None:
        """Start an accepted run that nobody has started, or raise: its recorded fact is then carried again."""
        async with asyncio.timeout(_START_SECONDS):
            if not await engine.is_known(scope, payload["runId"]):
                await engine.start(agents.RUN_KIND, work_id=payload["runId"], payload=payload)

    async def begin(payload: dict[str, str]) -> None:
        try:
            async with asyncio.timeout(_START_SECONDS):
                await engine.start(agents.RUN_KIND, work_id=payload["runId"], payload=payload, is_new=True)
        except Exception as error:  # noqa: BLE001  (the run is accepted, whatever happens to its start)
            _log.warning("a run is not started yet", run_id=payload["runId"], error=repr(error))

    beginning: set[asyncio.Task[None]] = set()

    async def start(payload: dict[str, str]) -> None:
        """Begin a run that was just accepted. If that does not work, its recorded fact starts it a little later."""
        task = spawn(begin(payload), name="run start")
        beginning.add(task)
        task.add_done_callback(beginning.discard)

    talking = channels.Channels(
        providers=channels.providers(config, clock, mail=mail, keys=keys),
        queue=queue,
        keys=keys,
        origin=config.web_origin,
    )
    receiver = channels.Receiver(talking)
    queue.register(channels.CHECK_KIND, JobKind(channels.CheckChannel(database, talking)))
    queue.register(channels.SEND_KIND, JobKind(channels.SendMessage(database, clock, talking)))
    handler = channels.HandleUpdate(database, bus, clock, talking, start)
    queue.register(channels.HANDLE_KIND, JobKind(handler))
    poller = channels.Poller(database, bus, clock, talking, receiver, name=executor_id)

    platform = Platform(
        config=config,
        database=database,
        bus=bus,
        blobs=blobs,
        keys=keys,
        clock=clock,
        start_run=start,
        mail=mail,
        push=push,
        run_starts=workflows.RunStarts(database, blobs, queue),
        queue=queue,
        plugins=plugin_runtime,
        automations=doing,
        hooks=automations.Hooks(database, clock, doing),
        channels=talking,
        channel_hooks=channels.ChannelHooks(database, clock, talking, receiver),
    )
    await bus.start()
    relay = OutboxRelay(database, bus, clock, _subscribers(carry, blobs, mail, bucket, doing, talking))
    scheduler = Scheduler(database, bus, clock)
    scheduler.register(automations.FIRE_KIND, automations.ScheduleFired(doing))
    scheduler.register(automations.WATCH_KIND, automations.WatchFired(doing))
    chores = (*CHORES, *workflows.chores(config.workflow_run_days), *automations.chores(doing))
    loops = [
        spawn(_join(engine, run_job, on_loaded), name="durable engine"),
        spawn(relay.run(), name="outbox relay"),
        spawn(devices.watch_leases(database, clock), name="watch over leases"),
        spawn(keep_house(database, clock, chores), name="housekeeping"),
    ]
    if config.job_slots:  # else the process does no work for others
        loops += [
            spawn(deliverer.run(), name="deliveries"),
            spawn(poller.run(), name="channel polling"),
            spawn(scheduler.run(), name="scheduler"),
        ]
    try:
        yield Process(platform, engine)
    finally:
        await cancel_and_wait(*loops, *beginning)
        await engine.stop()
        await plugin_runtime.close()
        await bus.stop()
        await run_job.close()
        await models.close()
        await database.close()


def _contact(config: Config) -> str:
    """Whom a push service may write to about what this installation sends."""
    if config.mail_from:
        return f"mailto:{config.mail_from}"
    return config.web_origin if config.is_tls else "mailto:openclaw@localhost"


def _limits(config: Config) -> Limits:
    return Limits(
        at_once=config.workspace_jobs_at_once,
        queued=config.workspace_jobs_queued,
        per_minute=config.workspace_jobs_per_minute,
    )


def _transport(config: Config, url: str, database: Database, keys: KeyRing, clock: Clock) -> Transport:
    if config.redis_url is None:
        return PostgresTransport(url, clock)
    from openclaw.infra.pubsub import PubSubTransport  # noqa: PLC0415  (a client that most processes never need)

    # A broker may serve several installations: each has a channel that the others cannot name.
    channel = f"openclaw:{keys.mac('bus-channel', 'v1')[:32]}"
    return PubSubTransport(config.redis_url.get_secret_value(), database, clock, channel=channel)


async def _join(engine: DurableEngine, run_job: agents.RunJob, on_loaded: Callable[[], None]) -> None:
    await engine.launch()
    await run_job.warm_up()
    on_loaded()


def _subscribers(
    carry: Callable[[Scope, dict[str, str]], Awaitable[None]],
    blobs: BlobStore,
    mail: MailServer,
    bucket: artifacts.Bucket | None,
    doing: automations.Automations,
    talking: channels.Channels,
) -> Mapping[str, Sequence[Subscriber]]:
    merged: dict[str, list[Subscriber]] = {}
    for slice_ in (
        audit.SUBSCRIBERS,
        notifications.subscribers(mail),
        devices.SUBSCRIBERS,
        artifacts.subscribers(blobs, bucket),
        agents.subscribers(carry, blobs),
        workflows.subscribers(blobs),
        tasks.SUBSCRIBERS,
        channels.subscribers(talking),
        automations.subscribers(doing),
    ):
        for event, subscribers in slice_.items():
            merged.setdefault(event, []).extend(subscribers)
    return merged
