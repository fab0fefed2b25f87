"""Whether the process can serve: each part asked, optional ones never make it unhealthy."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from openclaw.kit.clock import Clock
from openclaw.kit.errors import OpenClawError

_DEADLINE_SECONDS = 3
Check = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Health:
    """The outcome of all checks."""

    status: Literal["healthy", "degraded", "unhealthy"]
    checks: dict[str, dict[str, Any]]
    timestamp: str


async def check_health(
    clock: Clock, *, required: Mapping[str, Check], optional: Mapping[str, Check]
) -> Health:
    """Run every check side by side, each for at most three seconds."""
    names = [*required, *optional]
    errors = await asyncio.gather(*(_outcome(check) for check in (*required.values(), *optional.values())))
    checks = {
        name: {"status": "healthy" if error is None else "unhealthy", "error": error}
        for name, error in zip(names, errors, strict=True)
    }
    failed = {name for name, error in zip(names, errors, strict=True) if error is not None}
    status: Literal["healthy", "degraded", "unhealthy"] = "healthy"
    if failed:
        status = "unhealthy" if failed & set(required) else "degraded"
    return Health(status, checks, clock.now().isoformat())


async def _outcome(check: Check) -> str | None:
    try:
        async with asyncio.timeout(_DEADLINE_SECONDS):
            await check()
    except OpenClawError as error:
        return str(error)
    except TimeoutError:
        return "no answer"
    return None
