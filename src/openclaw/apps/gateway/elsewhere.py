"""Which of a user's clients are at other gateways, as these say themselves over the bus."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from openclaw.apps.gateway.registry import ConnectionHub, Member
from openclaw.infra.bus import EventBus
from openclaw.kit.clock import Clock
from openclaw.kit.ids import new_id
from openclaw.protocol.gateway.handshake import PresenceEntry

TOPIC = "presence"
_SILENT = timedelta(seconds=70)


class Elsewhere:
    """Kept for users who have a client here; nothing of it is in rows, since it ends with the processes.

    A gateway tells who of a user is with it whenever that changes, and when another one's first client of that user
    asks. One that says nothing any more (``tell_alive``) is gone, and with it its clients.
    """

    def __init__(self, bus: EventBus, hub: ConnectionHub, clock: Clock) -> None:
        self._bus = bus
        self._hub = hub
        self._clock = clock
        self._gateway = new_id().hex
        self._heard_at: dict[str, datetime] = {}
        self._entries: dict[Member, dict[str, list[PresenceEntry]]] = {}

    def start(self) -> None:
        """Listen, and tell the others from now on."""
        self._bus.subscribe(TOPIC, self._on_message)
        self._hub.share_presence(self.entries, self._tell)

    def stop(self) -> None:
        """Listen no more."""
        self._bus.unsubscribe(TOPIC, self._on_message)

    def entries(self, member: Member) -> list[PresenceEntry]:
        """Who of the user's clients is at other gateways."""
        return [entry for entries in self._entries.get(member, {}).values() for entry in entries]

    def tell_alive(self) -> None:
        """Say that this gateway is there, and let go of those that do not say so any more."""
        self._bus.publish_live(TOPIC, {"gateway": self._gateway})
        silent = self._clock.now() - _SILENT
        for gateway in [gateway for gateway, at in self._heard_at.items() if at < silent]:
            del self._heard_at[gateway]
            for member in [member for member, found in self._entries.items() if gateway in found]:
                self._put(member, gateway, [])

    def _tell(self, member: Member, *, answers: bool = False) -> None:
        here = self._hub.presence_here(*member)
        is_known = member in self._entries
        if here:
            self._entries.setdefault(member, {})
        else:
            self._entries.pop(member, None)
        body = {
            "gateway": self._gateway,
            "user": member[0].hex,
            "workspace": member[1].hex,
            "presence": msgspec.to_builtins(here),
            "asks": bool(here) and not is_known and not answers,
        }
        self._bus.publish_live(TOPIC, body)

    def _on_message(self, _topic: str, body: dict[str, Any]) -> None:
        gateway = body["gateway"]
        if gateway == self._gateway:
            return
        self._heard_at[gateway] = self._clock.now()
        if "user" not in body:
            return
        member = UUID(hex=body["user"]), UUID(hex=body["workspace"])
        if member not in self._entries:  # nobody here wants to know
            return
        self._put(member, gateway, msgspec.convert(body["presence"], list[PresenceEntry]))
        if body["asks"]:
            self._tell(member, answers=True)

    def _put(self, member: Member, gateway: str, entries: list[PresenceEntry]) -> None:
        known = self._entries[member]
        if entries == known.get(gateway, []):
            return
        if entries:
            known[gateway] = entries
        else:
            del known[gateway]
        self._hub.presence_changed(member)
