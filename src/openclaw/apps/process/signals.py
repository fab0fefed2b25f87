"""Wait for the operating system to say stop."""

import asyncio
import signal
import sys

import structlog

_log = structlog.get_logger(__name__)


async def stopped() -> None:
    """Say in the log that everything of this process is open, and return at the first SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":
        signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(stop.set))
    else:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
    _log.info("ready")
    await stop.wait()
    _log.info("stopping")
