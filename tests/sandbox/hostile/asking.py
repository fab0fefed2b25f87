"""What hostile code does with the socket to the host."""

import array
import contextlib
import ctypes
import json
import select
import socket
import struct
from typing import Any

libc = ctypes.CDLL(None, use_errno=True)


def _wait(seconds: float) -> None:
    select.select([], [], [], seconds)


def ask_host(inputs: Any, host: Any) -> Any:
    """What was granted, and what was not."""
    found = [host.call("double", number=21)]
    for name in ("secrets", "__class__"):
        try:
            found.append(host.call(name))
        except Exception as error:
            found.append(str(error))
    return found


def ignore_host(inputs: Any, host: Any) -> Any:
    """Ask for much and read nothing of it."""
    body = json.dumps({"name": "much", "parameters": {}}).encode()
    host._socket.sendall(struct.pack("<I", len(body)) + body)
    libc.prctl(15, str(inputs).encode(), 0, 0, 0)
    _wait(20)


def deep_question(inputs: Any, host: Any) -> Any:
    """Host calls in forms that a careless reader trips over; the answers to each."""
    deep = "[" * 100_000 + "]" * 100_000
    found = []
    for body in (
        deep,
        '{"name": "double", "parameters": ' + deep + "}",
        '{"name": ' + deep + "}",
        "1",
        '""',
        "\xff",
    ):
        encoded = body.encode("latin1")
        host._socket.sendall(struct.pack("<I", len(encoded)) + encoded)
        (length,) = struct.unpack("<I", host._socket.recv(4, socket.MSG_WAITALL))
        found.append(json.loads(host._socket.recv(length, socket.MSG_WAITALL))["error"])
    return [*found, host.call("double", number=21)]


def abuse_host(inputs: Any, host: Any) -> Any:
    """The socket to the host: a length that lies, and open files in a message."""
    with contextlib.suppress(OSError):
        rights = array.array("i", [0, 1])
        host._socket.sendmsg([struct.pack("<I", 20)], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
    body = json.dumps({"name": "double"}).encode()[:20].ljust(20)
    with contextlib.suppress(OSError):
        host._socket.sendall(body)
    host._socket.sendall(struct.pack("<I", 0xFFFFFFF0) + b"x" * 100)
    _wait(20)
