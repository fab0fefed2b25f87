"""The requests of one connection: may it, how many at once, in which order, and what comes of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

import structlog

from openclaw.apps.gateway.at_once import AtOnce
from openclaw.apps.gateway.connection import Connection
from openclaw.apps.gateway.dispatch import Handler, TwoAnswers
from openclaw.apps.gateway.idempotency import IdempotencyCache
from openclaw.apps.gateway.limits import KIBI, Buckets, GatewayLimits
from openclaw.kit.clock import Clock
from openclaw.kit.errors import InternalError, OpenClawError, RateLimitedError, TooLargeError
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.gateway.errors import (
    ConnectFirstError,
    MissingScopeError,
    TooManyInFlightError,
    UnknownMethodError,
    WrongRoleError,
)
from openclaw.protocol.gateway.frames import (
    POLICY_VIOLATION,
    ProtocolViolation,
    Request,
    encode_response,
)
from openclaw.protocol.gateway.methods import CONNECT, METHODS, Method
from openclaw.protocol.gateway.not_offered import NOT_OFFERED
from openclaw.protocol.gateway.params import Params
from openclaw.protocol.gateway.scopes import Role

_log = structlog.get_logger(__name__)
_request_id: ContextVar[str] = ContextVar("gateway_request_id")

BYTES_PER_TOKEN = 64 * KIBI


def current_request_id() -> str:
    """The id of the request being handled, for scopes and logs; a new one outside of a request."""
    return _request_id.get("") or new_id().hex


class RequestRunner:
    """Handles the requests of one connection.

    An operator that asks too much is told so; a node, whose output must not be lost, is read more slowly instead.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        handlers: Mapping[str, Handler],
        idempotency: IdempotencyCache,
        buckets: Buckets,
        clock: Clock,
        limits: GatewayLimits,
        on_refused: Callable[[str], Awaitable[None]],
    ) -> None:
        self._connection = connection
        self._handlers = handlers
        self._idempotency = idempotency
        self._clock = clock
        self._limits = limits
        self._buckets = buckets
        self._is_node = connection.identity.role is Role.NODE
        self._most_in_flight = limits.node_in_flight if self._is_node else limits.in_flight
        self._in_flight: dict[str, asyncio.Task[None]] = {}
        self._lanes: dict[str, asyncio.Task[None]] = {}
        self._on_refused = on_refused
        self._refused_in_a_row = 0
        self._held_back_in_a_row = 0
        self._wrong_role_calls = 0

    async def accept(self, request: Request, *, size: int) -> ProtocolViolation | None:
        """Take up ``request`` (``size`` characters on the wire); what ends the connection is returned."""
        if request.method == CONNECT:
            return ProtocolViolation(ConnectFirstError.code, str(ConnectFirstError()), request.id)
        if request.id in self._in_flight:
            return ProtocolViolation(
                "gateway.frame_repeated_id", "request id is in use by an unanswered request", request.id
            )
        try:
            await self._check_rate(1 + size / BYTES_PER_TOKEN)
            method, handler, params = self._prepare(request)
            await self._check_in_flight()
            lane = method.lane(params) if method.lane is not None else None
            before = self._lanes.get(lane) if lane is not None else None
            if before is None and self._answer_at_once(request, handler, params):
                return None
        except OpenClawError as error:
            self._connection.refuse(request.id, error)
            await self._note_refusal(error)
            return None
        task = spawn(self._run(request, method, handler, params, before), name=f"gateway {method.name}")
        self._in_flight[request.id] = task
        if lane is not None:
            self._lanes[lane] = task
        task.add_done_callback(lambda _: self._forget(request.id, lane, task))
        return None

    def cancel(self) -> None:
        """Give up every request; none is answered any more."""
        for task in list(self._in_flight.values()):
            task.cancel()

    async def finish(self) -> None:
        """Wait for the end of every request, after the client has gone.

        What a node reported is still taken in; what an operator asked for has nobody to be told to. (A call with an
        idempotency key goes on by itself: who repeats it gets its answer.)
        """
        tasks = list(self._in_flight.values())
        if self._is_node and not self._connection.is_closing:
            await asyncio.gather(*tasks, return_exceptions=True)
        else:
            await cancel_and_wait(*tasks)

    async def _check_rate(self, cost: float) -> None:
        actor = self._connection.actor
        client = (actor.user_id, actor.workspace_id, actor.device_id)
        wait = self._buckets.of(client).wait_for(cost)
        if self._is_node:
            await self._note_held_back(is_now=bool(wait))
        while wait and self._is_node:
            await self._clock.sleep(wait)
            wait = self._buckets.of(client).wait_for(cost)
        if not wait:
            self._refused_in_a_row = 0
            return
        raise RateLimitedError(retry_after_seconds=max(1, round(wait / timedelta(seconds=1))))

    async def _check_in_flight(self) -> None:
        while len(self._in_flight) >= self._most_in_flight:
            if not self._is_node:
                raise TooManyInFlightError(limit=self._most_in_flight)
            await asyncio.wait(self._in_flight.values(), return_when=asyncio.FIRST_COMPLETED)

    def _prepare(self, request: Request) -> tuple[Method, Handler, Params]:
        identity = self._connection.identity
        method = METHODS.get(request.method)
        handler = self._handlers.get(request.method)
        if method is None or handler is None:
            if self._is_node:  # a node is told nothing of what others may call
                raise WrongRoleError(role=identity.role.value)
            self._check_offered(request.method)
            raise UnknownMethodError(method=request.method)
        method.check_allowed(identity.role, identity.scopes)
        return method, handler, method.decode(request.params)

    def _check_offered(self, name: str) -> None:
        refusal = NOT_OFFERED.get(name)
        if refusal is None:
            return
        if not self._connection.can(refusal.scope):
            raise MissingScopeError(scope=refusal.scope)
        raise refusal.error(method=name)

    def _answer_at_once(self, request: Request, handler: Handler, params: Params) -> bool:
        """Answer without a task of its own, if the handler can and the client takes what it is given."""
        if not isinstance(handler, AtOnce) or not self._connection.has_room:
            return False
        payload = handler.at_once(self._connection, params)
        if payload is None:
            return False
        frame = encode_response(request.id, payload)
        if len(frame) > self._limits.max_payload:
            return False  # told as it always is
        self._connection.send_answer(frame)
        return True

    async def _note_held_back(self, *, is_now: bool) -> None:
        """A machine that has kept sending faster than it may for this long floods; it gets no more than its rate."""
        self._held_back_in_a_row = self._held_back_in_a_row + 1 if is_now else 0
        if self._held_back_in_a_row and self._held_back_in_a_row % self._limits.refused_in_a_row == 0:
            await self._on_refused("flooding")

    async def _note_refusal(self, error: OpenClawError) -> None:
        """Close on a client that does not take no for an answer."""
        if self._is_node:
            await self._on_refused("wrong_role" if isinstance(error, WrongRoleError) else "bad_request")
        if isinstance(error, WrongRoleError):
            self._wrong_role_calls += 1
            if self._wrong_role_calls >= self._limits.wrong_role_calls:
                self._connection.close(POLICY_VIOLATION, "repeated unauthorized calls")
        elif isinstance(error, RateLimitedError):
            self._refused_in_a_row += 1
            if self._refused_in_a_row >= self._limits.refused_in_a_row:
                self._connection.close(POLICY_VIOLATION, "too many requests")

    async def _run(
        self,
        request: Request,
        method: Method,
        handler: Handler,
        params: Params,
        before: asyncio.Task[None] | None,
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        request_id = new_id().hex
        _request_id.set(request_id)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        connection = self._connection
        try:
            if method.is_idempotent:
                payload: Any = await self._answer_once(request, method, handler, params)
            else:
                payload = await handler(connection, params)
            if isinstance(payload, TwoAnswers):
                await connection.room_for_answer()
                connection.send_answer(encode_response(request.id, payload.first))
                payload = await payload.final()
            frame = encode_response(request.id, payload)
            if len(frame) > self._limits.max_payload:
                raise TooLargeError(field=f"the answer to {method.name}", limit=self._limits.max_payload)
        except OpenClawError as error:
            connection.refuse(request.id, error)
        except Exception:  # noqa: BLE001  (one defect must not end the process, nor this client's connection)
            _log.exception("a gateway method failed", method=method.name, connection_id=connection.id)
            connection.refuse(request.id, InternalError(request_id=request_id))
        else:
            await connection.room_for_answer()
            connection.send_answer(frame)

    async def _answer_once(self, request: Request, method: Method, handler: Handler, params: Any) -> Any:
        actor = self._connection.actor
        return await self._idempotency.answer(
            (actor.user_id, actor.workspace_id),
            method=method.name,
            key=params.idempotency_key,
            params=request.params,
            work=lambda: handler(self._connection, params),
            is_remembered=method.is_remembered,
        )

    def _forget(self, request_id: str, lane: str | None, task: asyncio.Task[None]) -> None:
        self._in_flight.pop(request_id, None)
        if lane is not None and self._lanes.get(lane) is task:
            del self._lanes[lane]
