"""Wait for the end of a call, told by the bus and, when messages may be missing, by its row."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Generator
from datetime import timedelta
from typing import Any
from uuid import UUID

from openclaw.domains.devices.events import call_topic
from openclaw.domains.devices.service.calls import CallEnd
from openclaw.infra.bus import EventBus

OnProgress = Callable[[dict[str, Any]], None]


class CallWatch:
    """What the bus has said about one call since the watch began."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.has_arrived = False
        self._awaits_arrival = False
        self._on_progress = on_progress
        self._end: CallEnd | None = None
        self._changed = asyncio.Event()

    async def wait(
        self,
        find_end: Callable[[], Awaitable[CallEnd | None]],
        *,
        timeout: timedelta,
        is_fresh: bool,
        awaits_arrival: bool = False,
    ) -> CallEnd | None:
        """The end of the call; None after ``timeout``. ``find_end`` reads the row.

        ``is_fresh``: the call was sent after the watch began, so its row need not be read before something is said.
        ``awaits_arrival``: ``find_end`` is also called once the machine has the call, of which nobody else need know.
        """
        self._awaits_arrival = awaits_arrival
        if awaits_arrival and self.has_arrived:
            self._changed.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout.total_seconds()):
                if is_fresh:
                    await self._changed.wait()
                while True:
                    self._changed.clear()
                    end = self._end or await find_end()
                    if end is not None:
                        return end
                    await self._changed.wait()
        return None

    def on_gap(self) -> None:
        """Messages may be missing: read the row."""
        self._changed.set()

    def on_message(self, _topic: str, body: dict[str, Any]) -> None:
        """A message on the call's topic."""
        match body["kind"]:
            case "progress":
                if self._on_progress is not None:
                    self._on_progress(body)
                return
            case "sent":
                self.has_arrived = True
                if not self._awaits_arrival:
                    return
            case "ended" if "result" in body:
                self._end = CallEnd(body["result"], body["error"])
            case _:
                pass
        self._changed.set()


@contextlib.contextmanager
def watching(bus: EventBus, call_id: UUID, on_progress: OnProgress | None = None) -> Generator[CallWatch]:
    """A watch on a call. Begin it before the call is sent."""
    watch = CallWatch(on_progress)
    topic = call_topic(call_id)
    end_gap = bus.on_gap(watch.on_gap)
    bus.subscribe(topic, watch.on_message)
    try:
        yield watch
    finally:
        bus.unsubscribe(topic, watch.on_message)
        end_gap()
