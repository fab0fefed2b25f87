"""Events that set automations off and end no run."""

from typing import Any
from uuid import UUID

from openclaw.domains.automations.service.registry import EventSource, Happened
from openclaw.domains.devices.events import DEVICE_ONLINE
from openclaw.infra.scope import Scope
from openclaw.kit import ids


async def _came_online(_scope: Scope, body: dict[str, Any]) -> Happened:
    data = {"deviceId": ids.to_wire("dev", UUID(hex=body["deviceId"])), "name": body["name"]}
    return Happened(data)


DEVICE_CAME_ONLINE = EventSource(fact=DEVICE_ONLINE, read=_came_online, is_wanted_only=True)
