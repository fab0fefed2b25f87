"""The event loop of the server roles."""

import asyncio
import contextlib
import gc
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
    _allow_many_sockets()
    with contextlib.suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(work)


def loaded() -> None:
    """The process has loaded all that it needs: the garbage collector leaves that alone from now on.

    Else it goes through all of it, for a tenth of a second and more, whenever enough connections have come.
    """
    gc.freeze()


def _allow_many_sockets() -> None:
    """A gateway holds thousands of sockets; many systems give a process a thousand unless it asks for more."""
    try:
        import resource  # noqa: PLC0415  (not to be had on Windows)
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # some systems name a limit that they do not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
