"""Channels as they travel."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from openclaw.infra.wire import ChannelId, Items, Wire, WireInput

Kind = Literal["telegram", "feishu", "feishu_push", "qq", "webhook", "mail"]
State = Literal["draft", "checking", "pairing", "connected", "failed"]
Tells = Literal["nothing", "questions", "everything"]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class CreateChannel(WireInput):
    """A new channel. Without ``settings`` it is a draft: some providers ask for its address before they give theirs."""

    kind: Kind
    name: Name
    tells: Tells = "nothing"
    settings: dict[str, Any] | None = None


class SaveChannel(WireInput):
    """Another name, other wishes, and with ``settings`` a new check. Secrets that are left out stay as they are."""

    name: Name
    tells: Tells
    settings: dict[str, Any] | None = None


class ChannelFailure(Wire):
    """Why a channel does not work."""

    code: str
    title: str


class Channel(Wire):
    """A channel. ``settings`` is without secrets, of which ``secrets`` are the names of those that are set.

    ``tells``: what of the notifications goes there too. ``sender`` is the bound person's name there. ``hookPath``:
    where its provider delivers to. ``hears``: whether anything comes in.
    """

    id: ChannelId
    kind: Kind
    name: str
    state: State
    paused: bool
    hears: bool
    tells: Tells
    settings: dict[str, Any]
    secrets: list[str]
    account: dict[str, str] | None
    sender: str | None
    error: ChannelFailure | None
    hook_path: str | None
    code_expires_at: datetime | None
    received_at: datetime | None
    sent_at: datetime | None
    created_at: datetime
    updated_at: datetime


class NewChannel(Channel):
    """A channel just made. ``hookSecret`` signs deliveries to it, where we are who says so; shown this once."""

    hook_secret: str | None = None


class ChannelList(Items):
    """Channels, the newest first."""

    items: list[Channel]


class PairingCode(Wire):
    """What the person sends from the channel to be bound, once; shown this once."""

    code: str
    expires_at: datetime


class ChannelKind(Wire):
    """A kind of channel: the JSON Schema of its settings, and which of them are secret."""

    kind: Kind
    form: dict[str, Any]
    secrets: list[str]
    hears: bool


class ChannelKinds(Wire):
    """The kinds that there are."""

    items: list[ChannelKind]
