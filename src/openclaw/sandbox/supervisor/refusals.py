"""Refused system calls, as the kernel tells them: exact, and nothing that the code could forge or hide."""

import contextlib
import errno
import fcntl
import os
import select
import struct
from collections.abc import Mapping

from openclaw.sandbox.guest import seccomp

_NOTIFICATION, _RESPONSE = 80, 24


def _request(number: int, size: int) -> int:
    return (3 << 30) | (size << 16) | (0x21 << 8) | number


_RECEIVE, _SEND = _request(0, _NOTIFICATION), _request(1, _RESPONSE)
_FAMILIES = {
    0: "AF_UNSPEC", 1: "AF_UNIX", 2: "AF_INET", 10: "AF_INET6", 16: "AF_NETLINK", 17: "AF_PACKET", 38: "AF_ALG",
    40: "AF_VSOCK",
}  # fmt: skip
# What harmless libraries try as well: they get PermissionError and go on.
_HARMLESS = {f"socket({name})" for name in ("AF_UNIX", "AF_INET", "AF_INET6", "AF_NETLINK")} | {
    "prlimit64", "sched_setaffinity", *seccomp.SIGNALS,
}  # fmt: skip

MOST = 1000  # a call that is refused more often than this only wants to keep us busy


def violations(refused: Mapping[str, int]) -> tuple[str, ...]:
    """Those of the refused calls, by how often, that nothing harmless makes, or not so often."""
    found = tuple(name for name in refused if name not in _HARMLESS)
    return found or (tuple(refused) if sum(refused.values()) > MOST else ())


def answer_next(listener: int) -> str | None:
    """Refuse the next call that waits on ``listener``; its name, None when nobody can wait there any more.

    Empty when it was withdrawn.
    """
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    events = poll.poll(0)
    if not events:
        return ""
    if not events[0][1] & select.POLLIN:
        return None
    buffer = bytearray(_NOTIFICATION)
    try:
        fcntl.ioctl(listener, _RECEIVE, buffer)
    except OSError as error:
        return "" if error.errno in {errno.ENOENT, errno.EINTR} else None
    (identity,) = struct.unpack_from("=Q", buffer)
    (number,) = struct.unpack_from("=i", buffer, 16)
    (first,) = struct.unpack_from("=Q", buffer, 32)
    with contextlib.suppress(OSError):
        fcntl.ioctl(listener, _SEND, struct.pack("=QqiI", identity, 0, -errno.EPERM, 0))
    name = seccomp.call_names().get(number, str(number))
    return f"socket({_FAMILIES.get(first, first)})" if name == "socket" else name


def close(listener: int | None) -> None:
    """Calls that still wait get ENOSYS."""
    if listener is not None:
        with contextlib.suppress(OSError):
            os.close(listener)
