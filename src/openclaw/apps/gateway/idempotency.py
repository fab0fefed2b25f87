"""Answers remembered for a while, so that a repeated call is answered and not done again.

This spares the work and keeps the answer equal; what must hold over a restart is done by the services underneath,
which keep the key in their rows.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from openclaw.apps.gateway.limits import GatewayLimits
from openclaw.kit.clock import Clock
from openclaw.kit.tasks import cancel_and_wait, spawn
from openclaw.protocol.gateway.errors import IdempotencyConflictError
from openclaw.protocol.gateway.frames import encode_payload

Owner = tuple[UUID, UUID]
"""The user and the workspace."""
_Key = tuple[str, str]
_encoder = msgspec.json.Encoder(order="deterministic")


@dataclass(eq=False)
class _Call:
    fingerprint: bytes
    expires_at: datetime
    work: asyncio.Task[bytes | BaseException]
    is_remembered: bool
    size: int = 0


@dataclass(eq=False)
class _Book:
    calls: OrderedDict[_Key, _Call]
    size: int = 0


class IdempotencyCache:
    """Remembers answers per user, method and key."""

    def __init__(self, clock: Clock, limits: GatewayLimits) -> None:
        self._clock = clock
        self._limits = limits
        self._books: dict[Owner, _Book] = {}

    async def answer(
        self,
        owner: Owner,
        *,
        method: str,
        key: str,
        params: dict[str, Any],
        work: Callable[[], Awaitable[Any]],
        is_remembered: bool = True,
    ) -> msgspec.Raw:
        """The encoded answer of ``work``: done now, still being done, or done before.

        The work goes on when the caller is cancelled: who repeats the call meets it. A failure is told to all who
        wait for it and then forgotten, so that a retry tries again; so is an answer that is not ``is_remembered``.
        IdempotencyConflictError: the key came before with other parameters.
        """
        fingerprint = hashlib.blake2b(_encoder.encode(params), digest_size=16).digest()
        book = self._books.get(owner)
        if book is None:
            book = self._books[owner] = _Book(OrderedDict())
        call = book.calls.get((method, key))
        if call is None or (call.work.done() and call.expires_at <= self._clock.now()):
            expires_at = self._clock.now() + self._limits.remember_for
            task = spawn(_outcome(work), name=f"gateway {method}")
            call = _Call(fingerprint, expires_at, task, is_remembered)
            self._forget(book, (method, key))
            book.calls[method, key] = call
            call.work.add_done_callback(lambda _: self._settle(owner, (method, key), call))
        elif call.fingerprint != fingerprint:
            raise IdempotencyConflictError(key=key)
        outcome = await asyncio.shield(call.work)
        if isinstance(outcome, BaseException):
            raise outcome
        return msgspec.Raw(outcome)

    def prune(self) -> None:
        """Forget what has expired."""
        now = self._clock.now()
        for owner, book in list(self._books.items()):
            for key in [k for k, c in book.calls.items() if c.work.done() and c.expires_at <= now]:
                self._forget(book, key)
            if not book.calls:
                del self._books[owner]

    async def stop(self) -> None:
        """End what is still being done."""
        await cancel_and_wait(
            *(c.work for b in self._books.values() for c in b.calls.values() if not c.work.done())
        )

    def _settle(self, owner: Owner, key: _Key, call: _Call) -> None:
        book = self._books.get(owner)
        if book is None or book.calls.get(key) is not call:
            return
        outcome = None if call.work.cancelled() else call.work.result()
        if not isinstance(outcome, bytes) or not call.is_remembered:
            self._forget(book, key)
            return
        call.size = len(outcome)
        book.size += call.size
        while book.calls and (
            len(book.calls) > self._limits.remembered_answers or book.size > self._limits.remembered_bytes
        ):
            oldest = next((k for k, c in book.calls.items() if c.work.done()), None)
            if oldest is None:
                return
            self._forget(book, oldest)

    @staticmethod
    def _forget(book: _Book, key: _Key) -> None:
        call = book.calls.pop(key, None)
        if call is not None:
            book.size -= call.size


async def _outcome(work: Callable[[], Awaitable[Any]]) -> bytes | BaseException:
    """What ``work`` answers, encoded, or how it failed: as a value, for there may be many who wait for it."""
    try:
        return encode_payload(await work())
    except Exception as error:  # noqa: BLE001  (raised again in each waiter)
        return error
