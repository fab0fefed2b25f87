"""Calls to the host: how code asks for what it was granted and cannot do itself."""

import json
import socket
import struct
import threading
from typing import Any

_LENGTH = struct.Struct("<I")


class HostCallError(Exception):
    """The host refused a call, or could not do it; ``code`` says which."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def receive(source: socket.socket, count: int) -> bytes:
    """So many bytes.

    :raises HostCallError: the other side is gone before.
    """
    parts = bytearray()
    while len(parts) < count:
        part = source.recv(min(65536, count - len(parts)))
        if not part:
            raise HostCallError("gone", "the host is gone")
        parts += part
    return bytes(parts)


class Host:
    """The other side of a call, one question at a time."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._lock = threading.Lock()

    def call(self, name: str, /, **parameters: Any) -> Any:
        """Ask for ``name``; what it answers is JSON.

        :raises HostCallError: ``name`` was not granted, or failed.
        """
        question = json.dumps({"name": name, "parameters": parameters}).encode()
        with self._lock:
            self._socket.sendall(_LENGTH.pack(len(question)) + question)
            (length,) = _LENGTH.unpack(receive(self._socket, _LENGTH.size))
            answer = json.loads(receive(self._socket, length))
        if "error" in answer:
            raise HostCallError(answer["error"], answer.get("message", answer["error"]))
        return answer["value"]
