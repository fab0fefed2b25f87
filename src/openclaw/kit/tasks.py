"""Background tasks that are neither lost to the garbage collector nor silent when they fail."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_log = logging.getLogger(__name__)
_running: set[asyncio.Task[Any]] = set()


def spawn(work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
    """Run ``work`` in the background; a failure that nobody awaits is logged with ``name``."""
    task = asyncio.create_task(work, name=name)
    _running.add(task)
    task.add_done_callback(_finished)
    return task


async def to_its_end(work: Coroutine[Any, Any, T], *, name: str) -> T:
    """Do ``work``, to its end also when the caller is cancelled meanwhile, who then goes only after it.

    For short work that must not be torn apart, such as a transaction: a connection that is left in the middle is lost.
    """
    task = asyncio.create_task(work, name=name)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.gather(task, return_exceptions=True)  # whatever it is, nobody is left to hear of it
        raise


async def cancel_and_wait(*tasks: asyncio.Task[Any]) -> None:
    """Cancel each task and wait for its end; its result or error is dropped."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _finished(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.error("background task failed", extra={"task": task.get_name()}, exc_info=error)
