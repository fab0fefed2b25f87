"""What a process has for channels: the providers by kind, and what they have in common. One per process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from pydantic import BaseModel

from openclaw.durable.queue import JobQueue
from openclaw.infra.secrets import KeyRing

HOOK_SECRET = "hookSecret"  # noqa: S105  (the name of what signs deliveries where we are who says so)


@dataclass(frozen=True)
class Link:
    """A channel as its provider's code sees it, with its secrets in the open."""

    channel_id: UUID
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]


@dataclass(frozen=True)
class Account:
    """Who we are at the provider. ``key`` is that for the installation (None: it may be shared).

    ``sender``: who is bound from the start (id and name), where nobody writes from the channel. ``person``: the id of
    who alone can be bound, where the settings say that.
    """

    key: str | None
    shown: dict[str, str]
    sender: tuple[str, str] | None = None
    person: str | None = None


@dataclass(frozen=True)
class Incoming:
    """Something that somebody has sent. ``text`` is empty for what is no text.

    ``key``: the provider's id of it. ``is_private``: nobody else reads in that chat. ``button``: a pressed one, with
    the members ``data`` and ``callback``.
    """

    key: str
    sender_id: str
    sender_name: str
    chat_id: str
    is_private: bool
    text: str
    reply_to: str | None = None
    button: dict[str, Any] | None = None


@dataclass(frozen=True)
class Received:
    """What a delivery holds, and the JSON that its sender is answered. ``refuses_replays``: said instead of ignored."""

    items: Sequence[Incoming] = ()
    answer: Mapping[str, Any] = field(default_factory=dict[str, Any])
    refuses_replays: bool = False


@dataclass(frozen=True)
class Outgoing:
    """A piece of a message. ``key`` is the piece's own: the same one again is the same piece.

    ``buttons`` are ``{"label", "data"}``, ``callback`` a pressed one that is waiting to hear.
    """

    key: str
    chat_id: str
    text: str
    at: datetime
    number: int = 0
    buttons: Sequence[Mapping[str, str]] = ()
    reply_to: str | None = None
    callback: str | None = None


class Provider(Protocol):
    """One kind of channel. Raises ProviderRefusedError (for good) and ProviderFailedError (trying again may help)."""

    @property
    def form(self) -> type[BaseModel]:
        """Its settings, secrets among them."""
        ...

    @property
    def secrets(self) -> frozenset[str]:
        """Names of settings that are sealed and never shown."""
        ...

    @property
    def longest(self) -> int:
        """UTF-16 units that one message may have."""
        ...

    @property
    def hears(self) -> bool:
        """Whether anything comes in, so that somebody can be bound by a code."""
        ...

    @property
    def is_polled(self) -> bool:
        """Whether `poll` fetches what comes in; else it is delivered to `read`."""
        ...

    async def check(self, link: Link) -> Account:
        """Ask the provider whether the settings are good."""
        ...

    async def send(self, link: Link, piece: Outgoing) -> None:
        """Hand one piece over."""
        ...

    async def poll(self, link: Link, offset: int) -> tuple[Sequence[Incoming], int]:
        """What has come from ``offset`` on, perhaps after a while, and the next offset, which acknowledges it."""
        ...

    def read(self, link: Link, headers: Mapping[str, str], body: bytes, now: datetime) -> Received:
        """What a delivery holds. Raises WrongDeliveryError, InvalidInputError and as `infra.signatures`."""
        ...


@dataclass(frozen=True)
class Channels:
    """The process's providers by kind. ``origin``: where links to the console lead."""

    providers: Mapping[str, Provider]
    queue: JobQueue
    keys: KeyRing
    origin: str
