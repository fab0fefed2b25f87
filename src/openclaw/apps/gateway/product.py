"""The product behind the gateway: who a token stands for, what methods do, and what the bus says to whom."""

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from openclaw.apps.gateway.at_once import Remembering
from openclaw.apps.gateway.bearers import Bearers
from openclaw.apps.gateway.connection import Connection, Identity, Remote
from openclaw.apps.gateway.direct_calls import DirectCalls, wire_request
from openclaw.apps.gateway.dispatch import Handler
from openclaw.apps.gateway.elsewhere import Elsewhere
from openclaw.apps.gateway.following import Following
from openclaw.apps.gateway.methods.agent import agent_methods
from openclaw.apps.gateway.methods.approvals import approval_methods
from openclaw.apps.gateway.methods.chat import chat_methods
from openclaw.apps.gateway.methods.machine import machine_methods
from openclaw.apps.gateway.methods.machine_services import machine_service_methods
from openclaw.apps.gateway.methods.nodes import node_methods
from openclaw.apps.gateway.methods.overview import health_of, overview_methods
from openclaw.apps.gateway.methods.pairing import pairing_methods
from openclaw.apps.gateway.methods.session_lookup import session_lookup_methods
from openclaw.apps.gateway.methods.session_work import session_work_methods
from openclaw.apps.gateway.methods.sessions import session_methods
from openclaw.apps.gateway.methods.surroundings import surrounding_methods
from openclaw.apps.gateway.misconduct import Misconduct
from openclaw.apps.gateway.node_hosts import NodeHosts
from openclaw.apps.gateway.reading import Page
from openclaw.apps.gateway.recent import RecentReads
from openclaw.apps.gateway.registry import SERVICE_RESTART, ConnectionHub
from openclaw.apps.gateway.send_queue import OutgoingEvent
from openclaw.domains.agents.service import approvals
from openclaw.domains.devices.errors import BadProofError
from openclaw.domains.devices.events import LIMITS_CHANGED_TOPIC, call_topic, device_topic
from openclaw.domains.devices.policy import clean_commands
from openclaw.domains.devices.service import calls, gateway_tokens, heartbeats, registry, sessions
from openclaw.domains.identity.events import SESSION_ENDED_TOPIC
from openclaw.domains.workspaces.events import MEMBERSHIP_CHANGED_TOPIC
from openclaw.infra import feed
from openclaw.infra.feed import Position, UserEventRow
from openclaw.infra.health import check_health
from openclaw.infra.metrics import GATEWAY_CONNECTIONS
from openclaw.infra.scope import Scope
from openclaw.infra.web.context import Platform
from openclaw.kit import ids
from openclaw.kit.errors import OpenClawError
from openclaw.protocol.gateway.errors import DeviceProofError
from openclaw.protocol.gateway.events import CURSOR
from openclaw.protocol.gateway.frames import POLICY_VIOLATION
from openclaw.protocol.gateway.handshake import ConnectParams
from openclaw.protocol.gateway.scopes import Role

_RENEW = timedelta(seconds=25)
_CANCELLED_KEPT = 4096
_RENEWED_AT_ONCE = 500
_REMEMBERED = ("health", "status", "node.list", "agents.list", "models.list")


class Product:
    """Implements `dispatch.Dispatcher` on the domain services."""

    def __init__(self, platform: Platform, hub: ConnectionHub) -> None:
        self._platform = platform
        self._hub = hub
        self._bearers = Bearers(platform)
        self._node_hosts = NodeHosts(platform)
        self._recent = RecentReads(platform.clock)
        self._direct = DirectCalls(platform, hub)
        self._cancelled: OrderedDict[str, None] = OrderedDict()
        self._elsewhere = Elsewhere(platform.bus, hub, platform.clock)
        self._misconduct = Misconduct(platform)
        self._following = Following(platform, hub)
        nodes = node_methods(platform, hub, self._recent, self._direct)
        self._handlers: dict[str, Handler] = {
            **overview_methods(platform, hub),
            **chat_methods(platform),
            **agent_methods(platform),
            **surrounding_methods(platform),
            **session_methods(platform),
            **session_lookup_methods(platform),
            **session_work_methods(platform),
            **nodes,
            **machine_service_methods(platform, nodes["node.invoke"]),
            **machine_methods(platform, self._node_hosts, self._direct, self.on_refused),
            **pairing_methods(platform),
            **approval_methods(platform),
        }
        for name in _REMEMBERED:
            self._handlers[name] = Remembering(name, self._handlers[name], self._recent)

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Handlers by method name."""
        return self._handlers

    async def authenticate(self, connect: ConnectParams, nonce: str, remote: Remote) -> Identity:
        """Whom the bearer of ``connect`` stands for; see `Bearers.authenticate`."""
        return await self._bearers.authenticate(connect, remote)

    async def position(self, identity: Identity, connect: ConnectParams) -> Position | None:
        """Where a page begins to read its events."""
        if identity.role is not Role.OPERATOR or CURSOR not in connect.caps:
            return None
        async with self._platform.database.transaction(identity.actor) as scope:
            return await feed.find_position(scope, connect.cursor or "")

    async def load_events(self, connection: Connection, after: int) -> Page:
        """A page of the feed of the connection's user."""
        async with self._platform.database.transaction(connection.actor) as scope:
            rows = await feed.list_events(scope, after=after)
        return Page([(row.seq, _outgoing(connection, row)) for row in rows], len(rows) < feed.PAGE)

    async def on_connected(self, connection: Connection) -> None:
        """A page is told what it has missed; a machine is online from now on, and gets what waited for it."""
        GATEWAY_CONNECTIONS.labels(connection.identity.role.value).inc()
        device_id = connection.actor.device_id
        if connection.position is not None:
            await connection.feed.catch_up()
            actor = connection.actor
            self._platform.bus.publish_live(feed.echo_topic(actor.user_id, actor.workspace_id), {})
        if device_id is None:
            return
        client = connection.connect.client
        declared = connection.connect.commands
        if len(clean_commands(declared)) < len(set(declared)):
            await self.on_refused(connection, "odd_commands")
        if connection.identity.is_node_host:
            await self._node_hosts.on_connected(connection)
        # Listen first, then read what waits: a call made between the two arrives twice and runs once.
        self._platform.bus.subscribe(device_topic(device_id), self._to_device)
        if connection.identity.is_host:
            await self._keep_leases(device_id)
        async with self._platform.database.transaction(connection.actor) as scope:
            await registry.note_connected(
                scope,
                device_id,
                connection_id=connection.id,
                version=client.version,
                platform=client.platform,
                commands=list(declared),
            )
            if not connection.identity.is_host:
                await self._send_waiting(scope, device_id)
        if connection.identity.is_host:
            async with self._platform.database.system(is_quiet=True) as scope:  # whoever's run it carries
                await self._send_waiting(scope, device_id)
        if not connection.identity.is_node_host:
            self._direct.on_ready(connection)

    async def _send_waiting(self, scope: Scope, device_id: UUID) -> None:
        for call in await approvals.list_awaited_calls(scope, device_id):
            self._prepare(device_id, call)
        for call in await calls.list_open_calls(scope, device_id):
            self._invoke(device_id, call)
        # Read after the calls were sent (each statement sees what was committed before it): one that was
        # cancelled in between is cancelled for the machine too.
        for call_id in await calls.list_ended_unheard(scope, device_id):
            self._cancel(device_id, call_id.hex)

    async def _keep_leases(self, device_id: UUID) -> None:
        lease = timedelta(seconds=self._platform.config.host_lease_seconds)
        async with self._platform.database.system(is_quiet=True) as scope:
            await heartbeats.note_connected(scope, device_id, lease=lease)

    async def on_closed(self, connection: Connection) -> None:
        """A machine without a socket is offline."""
        GATEWAY_CONNECTIONS.labels(connection.identity.role.value).dec()
        device_id = connection.actor.device_id
        if device_id is None:
            return
        # Its newer socket may not have been noted yet: told as away in between, the machine would lose its calls.
        is_replaced = self._hub.node(device_id) is not None
        if not is_replaced:
            self._platform.bus.unsubscribe(device_topic(device_id), self._to_device)
        if connection.identity.is_node_host:
            await self._node_hosts.on_closed(connection)
        try:
            if not is_replaced:
                async with self._platform.database.transaction(connection.actor) as scope:
                    await registry.note_gone(scope, device_id, connection_id=connection.id)
        finally:
            self._direct.on_closed(connection)  # only now: its calls are told that the machine is away

    async def on_refused(self, connection: Connection, offence: str) -> None:
        """What a machine did is counted and kept for its owner."""
        device_id = connection.actor.device_id
        if device_id is not None:
            await self._misconduct.note(connection.actor, offence, subject=ids.to_wire("dev", device_id))

    async def on_connect_refused(self, connect: ConnectParams, remote: Remote, error: OpenClawError) -> None:
        """Whose credentials came with a proof that does not hold is told: somebody replays or has stolen them."""
        if not isinstance(error, DeviceProofError | BadProofError):
            return
        with suppress(OpenClawError):
            found = await self._bearers.owner_of(connect.bearer, remote)
            if found is not None:
                actor, subject = found
                await self._misconduct.note(
                    actor,
                    "bad_proof",
                    subject=subject,
                    action="devices.connect_refused",
                    reason=error.reason,
                    address=remote.address,
                )

    async def health(self) -> dict[str, Any]:
        """What every client may know."""
        return {"ok": True, "ts": int(self._platform.clock.now().timestamp() * 1000)}

    async def snapshot(self, connection: Connection) -> dict[str, Any] | None:
        """What a user may know of the gateway and their conversations."""
        return await health_of(self._platform, connection.actor)

    async def is_ready(self) -> bool:
        """Whether the database and the bus answer."""
        health = await check_health(
            self._platform.clock, required={"database": self._platform.database.ping}, optional={}
        )
        return health.status != "unhealthy" and self._platform.bus.is_connected

    def start(self) -> None:
        """Listen to the bus for what concerns connections here."""
        self._platform.bus.subscribe("*", self._on_message)
        self._end_gap = self._platform.bus.on_gap(self._on_gap)
        self._end_commits = self._platform.database.on_commit(self._recent.forget)
        self._elsewhere.start()

    async def stop(self) -> None:
        """Listen no more, and keep what is not kept yet."""
        await self._direct.close()
        await self._following.close()
        self._platform.bus.unsubscribe("*", self._on_message)
        self._end_gap()
        self._end_commits()
        self._elsewhere.stop()

    async def renew_presence(self) -> None:
        """For ever: machines whose socket stands stay online, and sockets whose session has lapsed are closed."""
        while True:
            await self._platform.clock.sleep(_RENEW)
            self._elsewhere.tell_alive()
            for connection in self._hub.lapsed():
                connection.close(POLICY_VIOLATION, "token expired")
            nodes = self._hub.nodes()
            for start in range(0, len(nodes), _RENEWED_AT_ONCE):
                await self._renew(nodes[start : start + _RENEWED_AT_ONCE])
            await self._misconduct.settle()

    async def _renew(self, nodes: list[Connection]) -> None:
        """One transaction for machines of many tenants: one each would keep a processor busy with thousands of them."""
        try:
            async with self._platform.database.system(is_quiet=True) as scope:
                await registry.note_all_alive(scope, {_device_of(node): node.id for node in nodes})
                live = await sessions.list_live(scope, _sessions_of(nodes, are_node_hosts=False))
                live |= await gateway_tokens.list_live(scope, _sessions_of(nodes, are_node_hosts=True))
                linked = await registry.list_linked(scope, [_device_of(node) for node in nodes])
        except OpenClawError:
            return  # the database is away: the next round tells
        for node in nodes:
            if node.actor.session_id not in live or _device_of(node) not in linked:
                # This socket only: the session may have been refreshed since, and is greeted anew.
                node.close(POLICY_VIOLATION, "session expired")

    def _on_gap(self) -> None:
        """Events, calls and revocations may be missing: who comes back is checked again and gets what is open."""
        self._recent.forget(None)
        self._hub.close_all(SERVICE_RESTART, "messages may have been missed")

    def _on_message(self, topic: str, body: dict[str, Any]) -> None:
        if topic.startswith("user:"):
            _, user, workspace = topic.split(":")
            user_id, workspace_id = UUID(hex=user), UUID(hex=workspace)
            self._recent.on_event(user_id, workspace_id, body["event"], body["payload"])
            self._hub.publish(
                body["event"],
                body["payload"],
                user_id=user_id,
                workspace_id=workspace_id,
                scope=body.get("scope"),
                seq=body.get("cursor"),
            )
            self._following.on_event(user_id, workspace_id, body["event"], body["payload"])
        elif topic == LIMITS_CHANGED_TOPIC:
            self._recent.forget(None)
        elif topic == SESSION_ENDED_TOPIC:
            for session in body["sessionIds"]:
                self._hub.close_session(UUID(hex=session))
        elif topic == MEMBERSHIP_CHANGED_TOPIC:
            self._hub.close_member(UUID(hex=body["userId"]), UUID(hex=body["workspaceId"]))

    def _to_device(self, topic: str, body: dict[str, Any]) -> None:
        device_id = UUID(hex=topic.partition(":")[2])
        match body["kind"]:
            case "invoke":
                # Messages of two processes may overtake one another.
                if body["call"]["id"] not in self._cancelled:
                    self._invoke(device_id, body["call"])
            case "prepare":
                self._prepare(device_id, body["call"])
            case "cancel":
                self._cancelled[body["callId"]] = None
                while len(self._cancelled) > _CANCELLED_KEPT:
                    self._cancelled.popitem(last=False)
                self._cancel(device_id, body["callId"])
            case "revoked":
                self._hub.close_device(device_id)

    def _invoke(self, device_id: UUID, call: dict[str, Any]) -> None:
        node = self._hub.node(device_id)
        if node is None:
            return
        node.note_asked(call["id"])
        if node.identity.is_node_host:
            self._node_hosts.send(node, call)
            return
        if self._hub.publish("node.invoke.request", wire_request(node, call), device_id=device_id):
            self._platform.bus.publish_live(call_topic(UUID(hex=call["id"])), {"kind": "sent"})

    def _prepare(self, device_id: UUID, call: dict[str, Any]) -> None:
        """A bridge looks at what the call rests on; a released node host does that by itself, when it runs it."""
        node = self._hub.node(device_id)
        if node is not None and not node.identity.is_node_host:
            payload = {
                "id": call["id"],
                "nodeId": node.identity.node_id,
                "command": call["command"],
                "paramsJSON": msgspec.json.encode(call["params"]).decode(),
            }
            self._hub.publish("node.invoke.prepare", payload, device_id=device_id)

    def _cancel(self, device_id: UUID, call_id: str) -> None:
        """Nothing happens at the machine when it does not run that."""
        node = self._hub.node(device_id)
        if node is None:
            return
        node.note_asked(call_id)  # it may speak of it until it has heard of the end
        if node.identity.is_node_host:
            self._node_hosts.cancel(node, UUID(hex=call_id))
        else:
            self._hub.publish("node.invoke.cancel", {"id": call_id}, device_id=device_id)


def _device_of(node: Connection) -> UUID:
    assert node.actor.device_id is not None, "a node is a machine"
    return node.actor.device_id


def _outgoing(connection: Connection, row: UserEventRow) -> OutgoingEvent | None:
    """A kept event as the connection is told it; None when it is not for this client."""
    event, payload = row.body["event"], row.body["payload"]
    if not connection.can_receive(event, payload, scope=row.body.get("scope")):
        return None
    if "sessionKey" in payload:
        payload = {**payload, "sessionKey": connection.name_of_session(payload["sessionKey"])}
    return OutgoingEvent(event, payload, cursor=feed.cursor_of(row.user_id, row.workspace_id, row.seq))


def _sessions_of(nodes: list[Connection], *, are_node_hosts: bool) -> list[UUID]:
    return [
        node.actor.session_id
        for node in nodes
        if node.actor.session_id is not None and node.identity.is_node_host is are_node_hosts
    ]
