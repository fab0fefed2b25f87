"""The library of models: a second to load, so it is loaded when it is first needed, and away from the event loop."""

import asyncio
import importlib
import threading

_LOADING = threading.Lock()
_is_loaded = False


async def load_library() -> None:
    """Have it loaded. Before anything of it is used: while one thread loads it, it is half there to the others."""
    if not _is_loaded:
        await asyncio.to_thread(_load)


def _load() -> None:
    global _is_loaded  # noqa: PLW0603  (modules are the process's, and so is this)
    with _LOADING:
        for name in ("pydantic_ai", "pydantic_ai.direct", "pydantic_ai.messages", "pydantic_ai.tools"):
            importlib.import_module(name)
        _is_loaded = True
