"""Run the code: the only module here that meets it."""

import asyncio
import importlib
import inspect
import json
import os
import sys
from typing import Any

from openclaw.sandbox.guest import javascript
from openclaw.sandbox.guest.host import Host

_MESSAGE = 2000


def read_all(descriptor: int) -> bytes:
    """Everything up to the end of the pipe."""
    parts: list[bytes] = []
    while part := os.read(descriptor, 1 << 16):
        parts.append(part)
    os.close(descriptor)
    return b"".join(parts)


def quiet_input(output: int) -> None:
    """Standard input is empty; standard output and error go to the supervisor."""
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(null)
    os.close(output)


def run(job: dict[str, Any], code: list[str], host: Host, result: int) -> None:
    """Call the entry of ``job`` (found in ``code``) with its inputs and ``host``; its answer goes to ``result``."""
    reply: dict[str, Any]
    try:
        sys.path[:0] = code
        module, _, function = job["entry"].partition(":")
        if module.endswith(javascript.SUFFIX):
            output = javascript.call(code[0], module, function, job["inputs"], host)
        else:
            output = getattr(importlib.import_module(module), function)(job["inputs"], host)
        if inspect.iscoroutine(output):
            output = asyncio.run(output)
        reply = {"output": output}
    except BaseException as error:  # noqa: BLE001 - whatever it raises is its answer
        reply = {"error": type(error).__name__, "message": str(error)[:_MESSAGE]}
    write_reply(result, reply)


def write_reply(result: int, reply: dict[str, Any]) -> None:
    """As JSON, or why that cannot be."""
    try:
        encoded = json.dumps(reply, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        encoded = json.dumps({"error": "NotJson", "message": str(error)[:_MESSAGE]}).encode()
    write_all(result, encoded)


def write_all(descriptor: int, data: bytes) -> None:
    """Everything, however much a pipe takes at once."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
