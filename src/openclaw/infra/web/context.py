"""What a request carries: its id, language, client, and the actor behind its credential."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from openclaw.infra.blobs import BlobStore
from openclaw.infra.bus import EventBus
from openclaw.infra.config import Config
from openclaw.infra.db import Database
from openclaw.infra.mail import MailServer
from openclaw.infra.scope import Actor, Scope
from openclaw.infra.secrets import KeyRing
from openclaw.infra.web_push import PushSender
from openclaw.kit.clock import Clock
from openclaw.kit.ids import new_id


@dataclass(frozen=True)
class Platform:
    """The parts that a process built once, for the routes that need more than a scope."""

    config: Config
    database: Database
    bus: EventBus
    blobs: BlobStore
    keys: KeyRing
    clock: Clock
    start_run: Callable[[dict[str, str]], Awaitable[None]]
    mail: MailServer
    push: PushSender
    plugins: Any  # runs plugins; the slice of that name knows its type
    run_starts: Any  # accepts runs of workflows; the slice of that name knows its type
    queue: Any  # the process's `durable.queue.JobQueue`, which is above what is here
    automations: Any  # what automations can do; the slice of that name knows its type
    hooks: Any  # takes deliveries of webhooks; that slice's too
    channels: Any  # what channels can do, and what takes their deliveries; the slice of that name knows the types
    channel_hooks: Any


Authenticator = Callable[[Request], Awaitable[Actor]]


def platform_of(request: Request) -> Platform:
    """The process's parts."""
    platform: Platform = request.app.state.platform
    return platform


def request_id_of(request: Request) -> str:
    """The id that finds this request in the logs; made at the edge."""
    found: str | None = getattr(request.state, "request_id", None)
    return found or new_id().hex


def language_of(request: Request) -> str:
    """``zh`` when the browser prefers Chinese, else ``en``."""
    return "zh" if request.headers.get("accept-language", "").lower().startswith("zh") else "en"


def address_of(request: Request) -> str | None:
    """The peer's address as the server saw it (a trusted proxy's header is resolved before us)."""
    return request.client.host if request.client else None


async def _actor(request: Request) -> Actor:
    authenticate: Authenticator = request.app.state.authenticate
    actor = await authenticate(request)
    request.state.actor = actor
    return actor


async def _scope(request: Request, actor: Annotated[Actor, Depends(_actor)]) -> AsyncIterator[Scope]:
    async with platform_of(request).database.transaction(actor, request_id=request_id_of(request)) as scope:
        yield scope


# scope="function": the transaction commits before the answer leaves, so what we acknowledge is kept.
CurrentActor = Annotated[Actor, Depends(_actor)]
CurrentScope = Annotated[Scope, Depends(_scope, scope="function")]
CurrentPlatform = Annotated[Platform, Depends(platform_of)]
