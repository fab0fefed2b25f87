"""Who is connected. Events go out by owner: there is no way to tell something to everybody, but tick and shutdown."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias
from uuid import UUID

from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.send_queue import OutgoingEvent
from openclaw.infra.feed import cursor_of
from openclaw.kit.clock import Clock
from openclaw.protocol.gateway.events import EVENTS, RUN_NAMES, Payload, payload_for
from openclaw.protocol.gateway.frames import POLICY_VIOLATION
from openclaw.protocol.gateway.handshake import PresenceEntry, StateVersion
from openclaw.protocol.gateway.scopes import Role

REPLACED = 4002
SERVICE_RESTART = 1012
_ENDINGS_KEPT = 4096

Member: TypeAlias = tuple[UUID, UUID]
"""A user in a workspace."""


class ConnectionHub:
    """The connections of this process, by user, workspace and device."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._all: dict[str, Connection] = {}
        self._by_user: dict[UUID, set[Connection]] = {}
        self._by_workspace: dict[UUID, set[Connection]] = {}
        self._by_device: dict[UUID, set[Connection]] = {}
        self._presence_versions: dict[Member, int] = {}
        self._endings: OrderedDict[UUID | Member, int] = OrderedDict()
        self._ended = 0
        self._elsewhere: Callable[[Member], list[PresenceEntry]] = lambda _: []
        self._tell_elsewhere: Callable[[Member], None] = lambda _: None

    def share_presence(
        self, elsewhere: Callable[[Member], list[PresenceEntry]], tell: Callable[[Member], None]
    ) -> None:
        """There are other gateways: ``elsewhere`` knows who is at them, ``tell`` lets them know who is here."""
        self._elsewhere, self._tell_elsewhere = elsewhere, tell

    def __len__(self) -> int:
        return len(self._all)

    @property
    def mark(self) -> int:
        """A point in time, taken before a token is checked, to be given to ``add``."""
        return self._ended

    def add(self, connection: Connection, *, since: int) -> None:
        """Take up a connection whose token was checked after ``since``.

        It is closed at once if its session, device or membership was ended meanwhile. A node replaces the earlier
        connection of its device, which is most often one whose network is gone.
        """
        actor = connection.actor
        self._all[connection.id] = connection
        self._by_user.setdefault(actor.user_id, set()).add(connection)
        self._by_workspace.setdefault(actor.workspace_id, set()).add(connection)
        member = (actor.user_id, actor.workspace_id)
        self._presence_versions[member] = self._presence_versions.get(member, 0) + 1
        if actor.device_id is not None:
            earlier = self._by_device.setdefault(actor.device_id, set())
            replaced = [c for c in earlier if c.identity.role is Role.NODE is connection.identity.role]
            earlier.add(connection)
            self._close(replaced, REPLACED, "replaced by a newer connection of this device")
        for ended in (actor.device_id, actor.session_id, member):
            if ended is not None and self._endings.get(ended, 0) > since:
                what = "membership" if ended == member else "session"
                self._close([connection], POLICY_VIOLATION, f"{what} ended")

    def discard(self, connection: Connection) -> None:
        """Forget a connection; the second time does nothing."""
        if self._all.pop(connection.id, None) is None:
            return
        actor = connection.actor
        _remove(self._by_user, actor.user_id, connection)
        _remove(self._by_workspace, actor.workspace_id, connection)
        if actor.device_id is not None:
            _remove(self._by_device, actor.device_id, connection)
        if self.connections(user_id=actor.user_id, workspace_id=actor.workspace_id):
            self._presence_versions[actor.user_id, actor.workspace_id] += 1
        else:
            del self._presence_versions[actor.user_id, actor.workspace_id]

    def publish(
        self,
        event: str,
        payload: Payload,
        *,
        user_id: UUID | None = None,
        workspace_id: UUID | None = None,
        device_id: UUID | None = None,
        scope: str | None = None,
        state_version: dict[str, int] | None = None,
        seq: int | None = None,
    ) -> int:
        """Send ``event`` to the connections of its owner, and answer how many these are.

        The owner is all that is given together: ``user_id`` and ``workspace_id`` are that user's connections in that
        workspace. ValueError without an owner; KeyError for an event that is not in the protocol's table. ``scope``
        is needed besides what the event itself needs. ``seq``: the event's number in the user's feed.
        """
        if event not in EVENTS:
            raise KeyError(event)
        cursor = cursor_of(user_id, workspace_id, seq) if seq and user_id and workspace_id else None
        key = payload.get("sessionKey")
        # By what the receiver calls the conversation, and whether it reads fields of our own.
        encoded: dict[tuple[Any, bool], OutgoingEvent] = {}
        receivers = 0
        for connection in self.connections(user_id=user_id, workspace_id=workspace_id, device_id=device_id):
            if not connection.can_receive(event, payload, scope=scope):
                if seq is not None:
                    connection.feed.take(seq, None)
                continue
            receivers += 1
            name = connection.name_of_session(key) if isinstance(key, str) else key
            form = name, RUN_NAMES in connection.caps
            outgoing = encoded.get(form)
            if outgoing is None:
                told = payload_for(event, payload, connection.caps)
                told = told if name == key else {**told, "sessionKey": name}
                outgoing = encoded[form] = OutgoingEvent(
                    event, told, state_version=state_version, cursor=cursor
                )
            connection.feed.take(seq, outgoing)
        return receivers

    def connections(
        self, *, user_id: UUID | None = None, workspace_id: UUID | None = None, device_id: UUID | None = None
    ) -> list[Connection]:
        """The connections that all of the given stand for; ValueError when nothing is given."""
        sets = [
            index.get(key, set())
            for index, key in (
                (self._by_device, device_id),
                (self._by_user, user_id),
                (self._by_workspace, workspace_id),
            )
            if key is not None
        ]
        if not sets:
            raise ValueError("an owner is needed: user, workspace or device")
        smallest, *others = sorted(sets, key=len)
        return [c for c in smallest if all(c in other for other in others)]

    def node(self, device_id: UUID) -> Connection | None:
        """The connection over which ``device_id`` serves invocations; None while it is offline here."""
        nodes = (c for c in self._by_device.get(device_id, ()) if c.identity.role is Role.NODE)
        return next(nodes, None)

    def operators(self) -> list[list[Connection]]:
        """The pages and other clients that are connected here, by user and workspace."""
        found: dict[Member, list[Connection]] = {}
        for connection in self._all.values():
            if connection.identity.role is Role.OPERATOR:
                member = connection.actor.user_id, connection.actor.workspace_id
                found.setdefault(member, []).append(connection)
        return list(found.values())

    def nodes(self) -> list[Connection]:
        """The machines that are connected here."""
        return [c for c in self._all.values() if c.identity.role is Role.NODE]

    def lapsed(self) -> list[Connection]:
        """The connections whose token has lapsed."""
        now = self._clock.now()
        return [c for c in self._all.values() if c.identity.expires_at and c.identity.expires_at <= now]

    def presence(self, user_id: UUID, workspace_id: UUID) -> list[PresenceEntry]:
        """Who of the user's clients is connected in a workspace, at any gateway, oldest first."""
        everywhere = self.presence_here(user_id, workspace_id) + self._elsewhere((user_id, workspace_id))
        return sorted(everywhere, key=lambda entry: entry.ts)

    def presence_here(self, user_id: UUID, workspace_id: UUID) -> list[PresenceEntry]:
        """Who of them is connected to this gateway, oldest first."""
        mine = self.connections(user_id=user_id, workspace_id=workspace_id)
        return [_presence_entry(c) for c in sorted(mine, key=lambda c: (c.connected_at, c.id))]

    def own_presence(self, connection: Connection) -> list[PresenceEntry]:
        """The presence that a machine is greeted with: its own."""
        return [_presence_entry(connection)]

    def state_version(self, user_id: UUID, workspace_id: UUID) -> StateVersion:
        """The version of ``presence``; counted per user and workspace, so that it tells nothing of others."""
        return StateVersion(presence=self._presence_versions.get((user_id, workspace_id), 0), health=0)

    def presence_changed(self, member: Member) -> None:
        """Somebody came or left at another gateway."""
        if member in self._presence_versions:
            self._presence_versions[member] += 1
            self._send_presence(*member)

    def tell_presence(self, user_id: UUID, workspace_id: UUID) -> None:
        """Send the user's clients in a workspace the list of who is there, and tell the other gateways."""
        self._tell_elsewhere((user_id, workspace_id))
        self._send_presence(user_id, workspace_id)

    def _send_presence(self, user_id: UUID, workspace_id: UUID) -> None:
        version = self._presence_versions.get((user_id, workspace_id))
        if version is None:
            return
        mine = self.connections(user_id=user_id, workspace_id=workspace_id)
        if any(connection.identity.role is Role.OPERATOR for connection in mine):  # machines are not told
            self.publish(
                "presence",
                {"presence": self.presence(user_id, workspace_id)},
                user_id=user_id,
                workspace_id=workspace_id,
                state_version={"presence": version, "health": 0},
            )

    def close_device(
        self, device_id: UUID, code: int = POLICY_VIOLATION, reason: str = "device revoked"
    ) -> int:
        """Close what acts with the device's session, now and when it is just being greeted; answers how many."""
        return self._end(device_id, self._by_device.get(device_id, ()), code, reason)

    def close_session(
        self, session_id: UUID, code: int = POLICY_VIOLATION, reason: str = "session ended"
    ) -> int:
        """Close what was opened with a session, now and when it is just being greeted; answers how many."""
        mine = [c for c in self._all.values() if c.actor.session_id == session_id]
        return self._end(session_id, mine, code, reason)

    def close_member(
        self,
        user_id: UUID,
        workspace_id: UUID,
        code: int = POLICY_VIOLATION,
        reason: str = "membership ended",
    ) -> int:
        """Close what a user has open in a workspace, now and when it is just being greeted; answers how many."""
        mine = self.connections(user_id=user_id, workspace_id=workspace_id)
        return self._end((user_id, workspace_id), mine, code, reason)

    def close_all(self, code: int, reason: str) -> int:
        """Close everything; answers how many."""
        return self._close(list(self._all.values()), code, reason)

    def tick(self) -> None:
        """Tell every client that the connection lives."""
        self._tell_all("tick", {"ts": self._now_ms()})

    def shutdown(self, reason: str, restart_expected_ms: int | None = None) -> None:
        """Tell every client that the service goes down, and close."""
        payload: Payload = {"reason": reason}
        if restart_expected_ms is not None:
            payload["restartExpectedMs"] = restart_expected_ms
        self._tell_all("shutdown", payload)
        self.close_all(SERVICE_RESTART, reason)

    def _tell_all(self, event: str, payload: Payload) -> None:
        outgoing = OutgoingEvent(event, payload)
        for connection in list(self._all.values()):
            connection.send_event(outgoing)

    def _end(self, ended: UUID | Member, connections: Iterable[Connection], code: int, reason: str) -> int:
        self._ended += 1
        self._endings[ended] = self._ended
        self._endings.move_to_end(ended)
        while len(self._endings) > _ENDINGS_KEPT:
            self._endings.popitem(last=False)
        return self._close(connections, code, reason)

    def _close(self, connections: Iterable[Connection], code: int, reason: str) -> int:
        closed = list(connections)
        for connection in closed:
            self.discard(connection)
            connection.close(code, reason)
        return len(closed)

    def _now_ms(self) -> int:
        return int(self._clock.now().timestamp() * 1000)


def _remove(index: dict[UUID, set[Connection]], key: UUID, connection: Connection) -> None:
    connections = index.get(key)
    if connections is not None:
        connections.discard(connection)
        if not connections:
            del index[key]


def _presence_entry(connection: Connection) -> PresenceEntry:
    client = connection.connect.client
    name = client.display_name or client.id
    return PresenceEntry(
        mode=client.mode,
        reason="connect",
        text=f"{name} ({client.platform})",
        ts=int(connection.connected_at.timestamp() * 1000),
        host=name,
        version=client.version,
        platform=client.platform,
        device_family=client.device_family or None,
        device_id=connection.identity.node_id,
        instance_id=client.instance_id or None,
        roles=[connection.identity.role.value],
        scopes=list(connection.identity.scopes),
    )
