"""Keeps this machine connected for as long as it is linked."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, InvalidURI

from openclaw.apps.bridge.addresses import check_address, is_loopback
from openclaw.apps.bridge.backoff import SHORTEST, BackOff
from openclaw.apps.bridge.calls import Calls
from openclaw.apps.bridge.config import language
from openclaw.apps.bridge.device_key import DeviceKey
from openclaw.apps.bridge.errors import (
    BadAddressError,
    ControlPlaneRefusedError,
    ControlPlaneUnreachableError,
    InsecureServerError,
    NotLinkedError,
    PolicyFileError,
    SessionRevokedError,
)
from openclaw.apps.bridge.gateway.companion import Companion
from openclaw.apps.bridge.gateway.connection import (
    Connection,
    DeviceRevokedError,
    GatewayLostError,
    GatewayRefusedError,
    cancelled_call,
)
from openclaw.apps.bridge.gateway.frames import Incoming, decode_call_request, malformed_call_id
from openclaw.apps.bridge.gateway.handshake import connect_params
from openclaw.apps.bridge.journal import Outcome
from openclaw.apps.bridge.machine import machine_name, platform_name, version
from openclaw.apps.bridge.policy import PolicyStore
from openclaw.apps.bridge.session import Session, SessionKeeper
from openclaw.apps.bridge.tools.output import StreamName
from openclaw.kit.clock import Clock
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.runs import RUN_ARGUMENTS
from openclaw.protocol.tools import ARGUMENTS, PERSON_ARGUMENTS, POLICY_CHECK, UNDO_ARGUMENTS
from openclaw.protocol.vault import VAULT_ARGUMENTS

_log = logging.getLogger(__name__)

OPEN_SECONDS = 15.0
MAX_FRAME_BYTES = 25 * 1_048_576
_TROUBLE = (
    GatewayLostError,
    GatewayRefusedError,
    ControlPlaneRefusedError,
    ControlPlaneUnreachableError,
    InsecureServerError,
    BadAddressError,
    NotLinkedError,
    InvalidHandshake,
    InvalidURI,
    OSError,
    TimeoutError,
)


class Switch:
    """The outlet of calls: the present connection, or nowhere while offline."""

    def __init__(self) -> None:
        self.connection: Connection | None = None

    def send_result(self, call_id: str, outcome: Outcome) -> None:
        """Send it now, or not: the journal keeps it for the next hello."""
        if self.connection is not None:
            self.connection.send_result(call_id, outcome)

    def send_progress(self, call_id: str, seq: int, stream: StreamName, text: str) -> None:
        """Send it now, or never."""
        if self.connection is not None:
            self.connection.send_progress(call_id, seq, stream, text)

    def send_run_event(self, call_id: str, seq: int | None, event: bytes) -> None:
        """Send it now; one with a number is in the journal for the next hello."""
        if self.connection is not None:
            self.connection.send_run_event(call_id, seq, event)


class GatewayLink:
    """Connects, reconnects, rotates the tokens, and hands events to the calls."""

    def __init__(
        self,
        *,
        key: DeviceKey,
        sessions: SessionKeeper,
        policies: PolicyStore,
        calls: Calls,
        switch: Switch,
        clock: Clock,
        allow_insecure: bool,
        has_runtime: Callable[[], bool],
        companion: Companion | None = None,
        back_off: Callable[[], BackOff] = BackOff,
    ) -> None:
        self._key = key
        self._sessions = sessions
        self._policies = policies
        self._calls = calls
        self._switch = switch
        self._clock = clock
        self._allow_insecure = allow_insecure
        self._has_runtime = has_runtime
        self._companion = companion
        self._back_off = back_off
        self._changed = asyncio.Event()
        sessions.on_change(self._changed.set)

    @property
    def is_online(self) -> bool:
        """Whether the gateway knows this machine to be there."""
        return self._switch.connection is not None

    async def run(self) -> None:
        """Stay connected while linked, for ever; cancel to stop."""
        while True:
            self._changed.clear()
            if self._sessions.session is None:
                await self._changed.wait()
                continue
            work = [
                spawn(self._stay_connected(), name="gateway link"),
                spawn(self._keep_fresh(), name="token rotation"),
            ]
            change = spawn(self._changed.wait(), name="link change")
            try:
                done, _ = await asyncio.wait([*work, change], return_when=asyncio.FIRST_COMPLETED)
            finally:
                await cancel_and_wait(*work, change)
            if self._changed.is_set():
                continue  # linked or unlinked by the person
            # Only the tasks' regular end means revocation; a defect of ours must not cost the link.
            if any(task in done and task.exception() is None for task in work):
                self._revoked()
            else:
                await self._clock.sleep(SHORTEST)

    def _revoked(self) -> None:
        self._calls.kill_all()
        _log.warning("the server has revoked this machine; running commands were ended")
        self._sessions.wipe()

    async def _stay_connected(self) -> None:
        """Returns only when the machine was revoked."""
        waits = self._back_off()
        while True:
            try:
                await self._connect_once(waits)
            except (DeviceRevokedError, SessionRevokedError):
                return
            except _TROUBLE as error:
                _log.warning("offline: %s", str(error) or type(error).__name__)
                try:
                    await self._renew_if_refused(error)
                except SessionRevokedError:
                    return
            wait = waits.next()
            await self._clock.sleep(wait)

    async def _connect_once(self, waits: BackOff) -> None:
        async with AsyncExitStack() as until_closed:
            # Until the hello no rotation may start, or the token would be an old one when it arrives.
            async with self._sessions.in_use() as session:
                connection = await self._greeted(session, until_closed)
            waits.reset()
            _log.info("online")
            self._switch.connection = connection
            try:
                connection.send_event("node.host.described", self._machine())
                self._calls.resend(session.device_id)
                resending = spawn(self._resend_refused(connection, session), name="results sent again")
                until_closed.push_async_callback(cancel_and_wait, resending)
                if self._companion is not None:
                    attending = spawn(self._companion.attend(connection), name="leases")
                    until_closed.push_async_callback(cancel_and_wait, attending)
                await connection.serve(lambda frame: self._handle(connection, session, frame, waits))
            except DeviceRevokedError:
                self._calls.kill_all()  # before the socket is closed in good order: every moment counts
                raise
            finally:
                self._switch.connection = None

    async def _greeted(self, session: Session, until_closed: AsyncExitStack) -> Connection:
        url = check_address(
            session.tokens.gateway_url, schemes=("ws", "wss"), allow_insecure=self._allow_insecure
        )
        socket = await until_closed.enter_async_context(
            connect(
                url,
                open_timeout=OPEN_SECONDS,
                close_timeout=2,
                ping_interval=None,  # the gateway's ticks tell whether it is there
                compression=None,
                max_size=MAX_FRAME_BYTES,
                proxy=None if is_loopback(url) else True,
                user_agent_header=f"openclaw-bridge/{version()}",
            )
        )
        connection = Connection(socket, node_id=self._key.node_id)
        commands = self._commands()
        await connection.shake_hands(
            lambda challenge: connect_params(
                session, self._key, challenge, commands=commands, locale=language()
            )
        )
        return connection

    def _handle(self, connection: Connection, session: Session, frame: Incoming, waits: BackOff) -> None:
        if frame.type == "res":
            if self._companion is not None and self._companion.settles(frame):
                return
            if (call_id := connection.confirmed(frame)) is not None:
                self._calls.acknowledge(call_id)
            elif (told := connection.confirmed_event(frame)) is not None:
                self._calls.acknowledge_event(*told)
        elif frame.event == "node.invoke.request":
            self._take_call(frame.payload, device_id=session.device_id)
        elif frame.event == "node.invoke.prepare":
            request = decode_call_request(frame.payload)
            if request is not None and request.node_id == self._key.node_id:
                self._calls.prepare(request)
        elif frame.event == "node.invoke.cancel" and (call_id := cancelled_call(frame.payload)) is not None:
            if self._companion is not None:
                self._companion.forget(call_id)
            self._calls.cancel(call_id)
        elif frame.event == "shutdown":
            waits.sent_away()

    def _take_call(self, payload: msgspec.Raw, *, device_id: str) -> None:
        request = decode_call_request(payload)
        if request is None:
            _log.warning("the gateway sent a call of another form")
            if (call_id := malformed_call_id(payload, node_id=self._key.node_id)) is not None:
                self._calls.refuse(call_id)  # else the server would wait for its time-out
        elif request.node_id != self._key.node_id:
            _log.warning("the gateway sent a call that is not for this machine")
        elif self._companion is not None:
            self._companion.admit(request.id, partial(self._calls.accept, request, device_id=device_id))
        else:
            self._calls.accept(request, device_id=device_id)

    async def _resend_refused(self, connection: Connection, session: Session) -> None:
        """For ever: what the gateway could not take just now is sent again a little later."""
        waits = self._back_off()
        while True:
            await connection.refused_for_now.wait()
            connection.refused_for_now.clear()
            await self._clock.sleep(waits.next())
            self._calls.resend(session.device_id)

    async def _renew_if_refused(self, error: Exception) -> None:
        """After a refused token, get a new one; that also tells whether the session still exists."""
        if not isinstance(error, GatewayRefusedError) or not error.is_about_credentials:
            return
        with suppress(ControlPlaneUnreachableError, ControlPlaneRefusedError, NotLinkedError):
            await self._sessions.rotate()

    async def _keep_fresh(self) -> None:
        """Rotate at half life, for ever; returns only when the session was revoked."""
        waits = self._back_off()
        while True:
            session = self._sessions.require()
            if not self._sessions.needs_rotation():
                wait = session.tokens.half_life_at - self._clock.now()
                await self._clock.sleep(max(wait, timedelta()))
                continue
            try:
                await self._sessions.rotate(after=session.tokens)
                waits.reset()
            except (SessionRevokedError, NotLinkedError):
                return
            except (ControlPlaneUnreachableError, ControlPlaneRefusedError) as error:
                _log.warning("the session could not be renewed: %s", error)
                await self._clock.sleep(waits.next())

    def _commands(self) -> list[str]:
        try:
            policy = self._policies.current()
        except PolicyFileError as error:
            _log.error("%s", error)
            return sorted([*ARGUMENTS, *PERSON_ARGUMENTS])  # each call is refused with the reason
        undo = UNDO_ARGUMENTS if policy.allows_tool("fs.write") else ()
        runtime = RUN_ARGUMENTS if policy.allows_runtime and self._has_runtime() else ()
        vault = VAULT_ARGUMENTS if policy.allows_vault else ()
        tools = (tool for tool in ARGUMENTS if policy.allows_tool(tool))
        return sorted([*tools, *undo, *runtime, *vault, POLICY_CHECK])

    def _machine(self) -> dict[str, Any]:
        return {"home": str(self._policies.home), "hostname": machine_name(), "platform": platform_name()}
