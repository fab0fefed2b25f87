"""Events that set automations off and end no run."""

from typing import Any
from uuid import UUID

from openclaw.domains.automations.service.registry import EventSource, Happened
from openclaw.domains.channels.events import MESSAGE_RECEIVED
from openclaw.domains.devices.events import DEVICE_ONLINE
from openclaw.infra.scope import Scope
from openclaw.kit import ids


async def _came_online(_scope: Scope, body: dict[str, Any]) -> Happened:
    data = {"deviceId": ids.to_wire("dev", UUID(hex=body["deviceId"])), "name": body["name"]}
    return Happened(data)


async def _message_received(_scope: Scope, body: dict[str, Any]) -> Happened:
    data = {
        "channelId": ids.to_wire("chan", UUID(hex=body["channelId"])),
        "kind": body["kind"],
        "name": body["name"],
        "text": body["text"],
        "conversationId": ids.to_wire("conv", UUID(hex=body["conversationId"])),
    }
    return Happened(data)


DEVICE_CAME_ONLINE = EventSource(fact=DEVICE_ONLINE, read=_came_online, is_wanted_only=True)
CHANNEL_MESSAGE = EventSource(fact=MESSAGE_RECEIVED, read=_message_received)
