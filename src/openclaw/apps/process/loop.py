"""The event loop of the server roles."""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run ``work`` to its end, on uvloop where there is one (it halves the loop's own cost); Ctrl+C ends it quietly."""
    try:
        import uvloop  # noqa: PLC0415  (not to be had on Windows)
    except ImportError:
        new_loop = None
    else:
        new_loop = uvloop.new_event_loop
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(work)
