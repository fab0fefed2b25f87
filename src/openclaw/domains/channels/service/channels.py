"""Channels made, changed, paused, paired and removed by their user."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from pydantic import ValidationError

from openclaw.domains.audit import service as audit
from openclaw.domains.channels import repository
from openclaw.domains.channels.errors import (
    ChannelNotFoundError,
    ChannelNotReadyError,
    TooManyChannelsError,
)
from openclaw.domains.channels.events import CHANGED, CHECK_KIND, POLL_TOPIC
from openclaw.domains.channels.models import ChannelRow
from openclaw.domains.channels.policy.codes import new_pairing_code, plain
from openclaw.domains.channels.policy.words import say
from openclaw.domains.channels.schemas import (
    Channel,
    ChannelFailure,
    ChannelKind,
    ChannelKinds,
    CreateChannel,
    NewChannel,
    PairingCode,
    SaveChannel,
)
from openclaw.domains.channels.service.registry import HOOK_SECRET, Channels, Link, Provider
from openclaw.domains.channels.service.sending import queue_message
from openclaw.domains.workspaces import service as workspaces
from openclaw.domains.workspaces.policy import check_role
from openclaw.durable.jobs import JobSpec
from openclaw.infra.bus import publish
from openclaw.infra.feed import tell
from openclaw.infra.keys import lock_key
from openclaw.infra.scope import Role, Scope
from openclaw.infra.secrets import KeyRing
from openclaw.infra.signatures import new_secret
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError, OpenClawError, RateLimitedError
from openclaw.kit.pagination import Page, cursor_of, position_of

MOST = 50
_SIGNED_BY_US = frozenset({"webhook", "mail"})
_CODE_GOOD = timedelta(minutes=10)
_WRITTEN_EVERY = timedelta(minutes=1)
_COLUMN = "channels.secrets"
_TRIES = 3


async def access_channel(scope: Scope, channel_id: UUID, *, lock: bool = False) -> ChannelRow:
    """A channel of the user. Raises ChannelNotFoundError."""
    row = await repository.find(scope, channel_id, lock=lock)
    if row is None:
        raise ChannelNotFoundError
    return row


async def create(scope: Scope, channels: Channels, data: CreateChannel, *, key: str | None) -> NewChannel:
    """A new channel; the same idempotency key again is the same one, without its secret.

    Raises NotAllowedError, InvalidInputError, TooManyChannelsError.
    """
    check_role(scope.who, Role.MEMBER)
    if key is not None:
        await lock_key(scope, "channel", key)
        if (known := await repository.find_by_key(scope, key)) is not None:
            return NewChannel.model_validate(view(scope, channels, known).model_dump())
    if await repository.count(scope) >= MOST:
        raise TooManyChannelsError(limit=MOST)
    now = scope.now()
    row = ChannelRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        user_id=scope.user_id,
        kind=data.kind,
        name=data.name,
        state="draft",
        is_paused=False,
        tells=data.tells,
        settings={},
        poll_offset=0,
        idempotency_key=key,
        created_at=now,
        updated_at=now,
    )
    secret = new_secret() if data.kind in _SIGNED_BY_US else None
    if secret is not None:
        _seal(row, channels.keys, {HOOK_SECRET: secret})
    await repository.add(scope, row)
    await _audit(
        scope, "channels.created", row
    )  # before a job is queued: in one order, so nobody waits in a circle
    if data.settings is not None:
        await _put_settings(scope, channels, row, data.settings)
    await tell_changed(scope, row)
    return NewChannel(**view(scope, channels, row).model_dump(), hook_secret=secret)


async def replace(scope: Scope, channels: Channels, channel_id: UUID, data: SaveChannel) -> Channel:
    """Change it; with settings it is checked again. Raises ChannelNotFoundError, InvalidInputError, NotAllowedError."""
    check_role(scope.who, Role.MEMBER)
    row = await access_channel(scope, channel_id, lock=True)
    row.name, row.tells, row.updated_at = data.name, data.tells, scope.now()
    await _audit(scope, "channels.changed", row)
    if data.settings is not None:
        await _put_settings(scope, channels, row, data.settings)
    elif row.state == "checking":  # the check that goes on is of what was before
        await _begin_check(scope, channels, row)
    await tell_changed(scope, row)
    return view(scope, channels, row)


async def check_again(scope: Scope, channels: Channels, channel_id: UUID) -> Channel:
    """Ask the provider once more. Raises ChannelNotFoundError, ChannelNotReadyError, NotAllowedError."""
    check_role(scope.who, Role.MEMBER)
    row = await access_channel(scope, channel_id, lock=True)
    if row.state == "draft":
        raise ChannelNotReadyError(state=row.state)
    row.updated_at = scope.now()
    await _begin_check(scope, channels, row)
    await tell_changed(scope, row)
    return view(scope, channels, row)


async def new_code(scope: Scope, channels: Channels, channel_id: UUID) -> PairingCode:
    """A new code to pair by; whoever was bound before is so no longer. An address of mail is written to.

    Raises ChannelNotFoundError, ChannelNotReadyError (not checked yet, or nothing comes in by it), NotAllowedError,
    RateLimitedError.
    """
    check_role(scope.who, Role.MEMBER)
    row = await access_channel(scope, channel_id, lock=True)
    if row.state not in ("pairing", "connected") or not channels.providers[row.kind].hears:
        raise ChannelNotReadyError(state=row.state)
    code = new_pairing_code()
    expires_at = scope.now() + _CODE_GOOD
    row.code_mac, row.code_until = code_mac(channels.keys, row, code), expires_at
    row.state = "pairing"
    row.sender_id = row.sender_name = row.chat_id = None
    await repository.leave_chats(scope, row.id)
    await _audit(scope, "channels.pairing_begun", row)
    if row.kind == "mail":
        await _write_first(scope, channels, row)
    await tell_changed(scope, row)
    return PairingCode(code=code, expires_at=expires_at)


async def set_paused(scope: Scope, channels: Channels, channel_id: UUID, *, paused: bool) -> Channel:
    """Take nothing in and tell nothing by it, or again. Raises ChannelNotFoundError, NotAllowedError."""
    check_role(scope.who, Role.MEMBER)
    row = await access_channel(scope, channel_id, lock=True)
    if row.is_paused != paused:
        row.is_paused = paused
        await _audit(scope, "channels.paused" if paused else "channels.resumed", row)
        await tell_changed(scope, row)
    return view(scope, channels, row)


async def send_test(scope: Scope, channels: Channels, channel_id: UUID) -> None:
    """Send the bound person a line. Raises ChannelNotFoundError, ChannelNotReadyError, NotAllowedError."""
    check_role(scope.who, Role.MEMBER)
    row = await access_channel(scope, channel_id)
    if row.state != "connected" or row.chat_id is None or row.is_paused:
        raise ChannelNotReadyError(state="paused" if row.is_paused else row.state)
    text = say("test", scope.who.language)
    await queue_message(scope, channels, row, chat_id=row.chat_id, text=text, key=f"test:{ids.new_id().hex}")


async def delete(scope: Scope, channel_id: UUID) -> None:
    """Forget a channel with its secrets; its conversations stay. Raises ChannelNotFoundError, NotAllowedError."""
    check_role(scope.who, Role.MEMBER)
    row = await access_channel(scope, channel_id, lock=True)
    await forget(scope, row)


async def forget(scope: Scope, row: ChannelRow) -> None:
    """Delete a channel of the scope's user."""
    await _audit(scope, "channels.deleted", row)
    await tell_changed(scope, row)
    await repository.remove(scope, row.id)


async def list_page(scope: Scope, channels: Channels, *, cursor: str | None, limit: int) -> Page[Channel]:
    """A page of the user's channels, the newest first. Raises InvalidInputError."""
    rows = await repository.list_page(scope, before=position_of(cursor), limit=limit + 1)
    shown = rows[:limit]
    following = cursor_of(shown[-1].created_at, shown[-1].id) if len(rows) > limit else None
    return Page([view(scope, channels, row) for row in shown], following)


async def get(scope: Scope, channels: Channels, channel_id: UUID) -> Channel:
    """A channel of the user. Raises ChannelNotFoundError."""
    return view(scope, channels, await access_channel(scope, channel_id))


def kinds(channels: Channels) -> ChannelKinds:
    """What kinds there are, and what each wants to know."""
    return ChannelKinds(
        items=[
            ChannelKind(
                kind=kind,  # pyright: ignore[reportArgumentType]
                form=provider.form.model_json_schema(),
                secrets=sorted(provider.secrets),
                hears=provider.hears,
            )
            for kind, provider in channels.providers.items()
        ]
    )


def view(scope: Scope, channels: Channels, row: ChannelRow) -> Channel:
    """A channel as its user sees it."""
    provider = channels.providers[row.kind]
    error = OpenClawError.from_wire(row.error) if row.error else None
    is_delivered = provider.hears and not provider.is_polled
    return Channel(
        id=row.id,
        kind=row.kind,  # pyright: ignore[reportArgumentType]
        name=row.name,
        state=row.state,  # pyright: ignore[reportArgumentType]
        paused=row.is_paused,
        hears=provider.hears,
        tells=row.tells,  # pyright: ignore[reportArgumentType]
        settings=row.settings,
        secrets=sorted(set(secrets_of(row, channels.keys)) & provider.secrets),
        account=row.account,
        sender=row.sender_name,
        error=ChannelFailure(code=error.code, title=error.words(scope.who.language)) if error else None,
        hook_path=f"/hooks/channels/{ids.to_wire('chan', row.id)}" if is_delivered else None,
        code_expires_at=row.code_until,
        received_at=row.received_at,
        sent_at=row.sent_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def link_of(row: ChannelRow, keys: KeyRing) -> Link:
    """A channel for its provider's code."""
    return Link(row.id, row.settings, secrets_of(row, keys))


def secrets_of(row: ChannelRow, keys: KeyRing) -> dict[str, str]:
    """A channel's secrets in the open."""
    if row.sealed_secrets is None:
        return {}
    plain_text = keys.decrypt(row.sealed_secrets, workspace_id=row.workspace_id, column=f"{_COLUMN}:{row.id}")
    return orjson.loads(plain_text)


def code_mac(keys: KeyRing, row: ChannelRow, code: str) -> str:
    """What is kept of a pairing code: it pairs this channel only."""
    return keys.mac("channel-pairing", f"{row.id.hex}:{plain(code)}")


async def tell_changed(scope: Scope, row: ChannelRow) -> None:
    """Tell the user's pages, and whoever polls, that a channel is another one now."""
    body = {"event": CHANGED, "payload": {"channelId": ids.to_wire("chan", row.id), "state": row.state}}
    await tell(scope, row.user_id, row.workspace_id, body)
    await publish(scope, POLL_TOPIC, {})


async def _put_settings(scope: Scope, channels: Channels, row: ChannelRow, given: dict[str, Any]) -> None:
    provider = channels.providers[row.kind]
    before = secrets_of(row, channels.keys)
    known = {name: before[name] for name in provider.secrets if name in before}
    checked = _checked(provider, known | given)
    sealed = {name: str(checked.pop(name)) for name in provider.secrets if checked.get(name) is not None}
    row.settings = {name: value for name, value in checked.items() if name not in provider.secrets}
    if HOOK_SECRET in before:
        sealed[HOOK_SECRET] = before[HOOK_SECRET]
    _seal(row, channels.keys, sealed)
    await _begin_check(scope, channels, row)


async def _write_first(scope: Scope, channels: Channels, row: ChannelRow) -> None:
    """Ask for the code by mail, so that only who reads what is sent to an address can have it connected."""
    key = "pairing:"
    if await repository.was_told(scope, row.id, key, since=scope.now() - _WRITTEN_EVERY):
        raise RateLimitedError(retry_after_seconds=int(_WRITTEN_EVERY.total_seconds()))
    user, _ = await workspaces.get_acting(scope)
    text = say("pairing_mail", user.language, name=user.username)
    chat_id = row.settings["address"].lower()[:200]
    await queue_message(scope, channels, row, chat_id=chat_id, text=text, key=f"{key}{ids.new_id().hex}")


async def _begin_check(scope: Scope, channels: Channels, row: ChannelRow) -> None:
    row.state, row.error = "checking", None
    payload = {"channelId": row.id.hex, "at": row.updated_at.isoformat()}
    spec = JobSpec(payload=payload, title=row.name, tries=_TRIES, retry_after=timedelta(seconds=3))
    await channels.queue.submit(scope, CHECK_KIND, spec)


def _checked(provider: Provider, given: dict[str, Any]) -> dict[str, Any]:
    try:
        return provider.form.model_validate(given).model_dump(by_alias=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(["settings", *(str(part) for part in first["loc"])])
        raise InvalidInputError(field=place[:200], reason=str(first["msg"])[:300]) from None


def _seal(row: ChannelRow, keys: KeyRing, secrets: dict[str, str]) -> None:
    plain_text = orjson.dumps(secrets).decode()
    row.sealed_secrets = keys.encrypt(plain_text, workspace_id=row.workspace_id, column=f"{_COLUMN}:{row.id}")


async def _audit(scope: Scope, event: str, row: ChannelRow) -> None:
    await audit.append(
        scope, event, subject=ids.to_wire("chan", row.id), detail={"name": row.name, "kind": row.kind}
    )
