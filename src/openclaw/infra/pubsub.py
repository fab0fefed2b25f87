"""Messages between processes by the publish/subscribe of Redis or Valkey.

A fact waits in a row of its transaction until the broker has it, so that a process which dies between the two loses
nothing: whoever sweeps next publishes it. Facts of one process arrive in their order; two processes may overtake one
another, and a fact may come twice. The events of users are numbered, everything else is a reason to read rows.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import orjson
import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from sqlalchemy import text

from openclaw.infra.bus import Listener, Message
from openclaw.infra.db import Database, Fact
from openclaw.kit.clock import Clock
from openclaw.kit.errors import UnavailableError
from openclaw.kit.ids import new_id
from openclaw.kit.tasks import cancel_and_wait, spawn

_log = structlog.get_logger(__name__)
_PROBE_SECONDS = 15.0
_ANSWER_SECONDS = 5.0
_LAST_SECONDS = 2
_SWEEP = timedelta(seconds=2)
_FORGET = text("DELETE FROM bus_facts WHERE id = ANY(:ids)")
# Old enough that the process which wrote it is not just about to publish it.
_LEFT = text(
    "DELETE FROM bus_facts WHERE id IN (SELECT id FROM bus_facts WHERE created_at < now() - interval '2 seconds'"
    " ORDER BY created_at LIMIT 500 FOR UPDATE SKIP LOCKED) RETURNING created_at, id, topic, body"
)


class PubSubTransport:
    """Two connections: one listens, one publishes. ``channel`` is this installation's alone."""

    largest = 256 * 1024

    def __init__(self, url: str, database: Database, clock: Clock, *, channel: str) -> None:
        self._database = database
        self._clock = clock
        self._channel = channel
        self._origin = new_id().hex
        # Without the client's own retries: it would connect anew without a word, and what was missed stays missed.
        self._client: Redis = Redis.from_url(
            url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=5, socket_timeout=_ANSWER_SECONDS
        )
        self._connected = asyncio.Event()
        self._facts: asyncio.Queue[Sequence[Fact]] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        database.hand_facts_to(self._facts.put_nowait)

    @property
    def is_connected(self) -> bool:
        """True while messages of other processes arrive."""
        return self._connected.is_set()

    async def start(self, deliver: Listener, tell_gap: Callable[[], None]) -> None:
        """Connect and listen; returns when the first connection stands."""
        self._deliver, self._tell_gap = deliver, tell_gap
        self._tasks = [
            spawn(self._stay_connected(), name="bus connection"),
            spawn(self._publish_facts(), name="bus facts"),
            spawn(self._sweep_for_ever(), name="bus sweep"),
        ]
        await self._connected.wait()

    async def stop(self) -> None:
        """Publish what is committed, stop listening and close the connections."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_SECONDS):
                await self._facts.join()
        await cancel_and_wait(*self._tasks)
        await self._client.aclose()

    async def send_live(self, batch: Sequence[Message]) -> None:
        """One message for a batch."""
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            await self._client.publish(self._channel, orjson.dumps({"o": self._origin, "l": batch}))

    async def _publish_facts(self) -> None:
        """Publish what was committed, all that waits at once. What cannot be sent is left to the sweep."""
        while True:
            taken = [await self._facts.get()]
            while not self._facts.empty():
                taken.append(self._facts.get_nowait())
            facts = [fact for committed in taken for fact in committed]
            try:
                await self._send([(fact.topic, fact.body) for fact in facts])
                async with self._database.system() as scope:
                    await scope.session.execute(_FORGET, {"ids": [fact.id for fact in facts]})
            except (RedisError, OSError, TimeoutError, UnavailableError) as error:
                _log.warning("facts wait for the message broker", error=str(error), count=len(facts))
            finally:
                for _ in taken:
                    self._facts.task_done()

    async def _sweep_for_ever(self) -> None:
        while True:
            try:
                while await self._sweep():
                    pass
            except (RedisError, OSError, TimeoutError, UnavailableError) as error:
                _log.warning("facts wait for the message broker", error=str(error))
            await self._clock.sleep(_SWEEP)

    async def _sweep(self) -> int:
        """Publish what a process that died, or had no broker, has left; answers how many."""
        async with self._database.system() as scope:
            left = sorted(await scope.session.execute(_LEFT), key=lambda row: row.created_at)
            await self._send([(row.topic, row.body) for row in left])  # before the commit that forgets them
        return len(left)

    async def _send(self, facts: Sequence[Message]) -> None:
        async with self._client.pipeline(transaction=False) as pipeline:
            for topic, body in facts:
                pipeline.publish(self._channel, orjson.dumps({"l": [(topic, body)]}))
            if facts:
                await pipeline.execute()

    async def _stay_connected(self) -> None:
        wait = 0.1
        while True:
            try:
                async with self._client.pubsub() as subscription:
                    await subscription.subscribe(self._channel)
                    await subscription.get_message(timeout=_ANSWER_SECONDS)
                    wait = 0.1
                    self._connected.set()
                    self._tell_gap()
                    await self._listen(subscription)
            except (RedisError, OSError, TimeoutError) as error:
                _log.warning("the event bus is not connected", error=str(error))
            finally:
                self._connected.clear()
            await self._clock.sleep(timedelta(seconds=wait))
            wait = min(wait * 2, 5.0)

    async def _listen(self, subscription: Any) -> None:
        """Hand on what arrives until the connection is gone, also when nobody said so: a silent network is asked."""
        is_asked = False
        while True:
            message = await subscription.get_message(timeout=_ANSWER_SECONDS if is_asked else _PROBE_SECONDS)
            if message is None:
                if is_asked:
                    return
                is_asked = True
                await subscription.ping()
                continue
            is_asked = False
            if message["type"] != "message":
                continue
            said = orjson.loads(message["data"])
            if said.get("o") != self._origin:
                for topic, body in said["l"]:
                    self._deliver(topic, body)
