"""Landlock: which files the code may touch, whatever its user may. (Documentation/userspace-api/landlock.rst)"""

import contextlib
import ctypes
import os
import struct
from collections.abc import Iterable

from openclaw.sandbox.guest import kernel

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_BENEATH, _PORT = 1, 2
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1, 2, 4, 8
_MAKE_CHARACTER, _MAKE_BLOCK = 1 << 6, 1 << 11
_REFER, _TRUNCATE, _IOCTL_DEVICE = 1 << 13, 1 << 14, 1 << 15
_FIRST_FILES = 0x1FFF
_BIND_TCP, _CONNECT_TCP = 1, 2
_ABSTRACT_SOCKETS, _SIGNALS = 1, 2

SCOPES_SINCE = 6


def version() -> int:
    """The ABI that this kernel has; 0 for none."""
    result = kernel.libc.syscall(ctypes.c_long(_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint(1))
    return max(0, result)


def restrict(readable: Iterable[str], writable: Iterable[str], *, ports: Iterable[int] = ()) -> int:
    """Nothing but these paths, these TCP ports to connect to, and processes of this domain, for good. The ABI used.

    :raises OSError: the kernel has no Landlock or refuses.
    """
    abi = version()
    files = _FIRST_FILES
    files |= _REFER if abi >= 2 else 0
    files |= _TRUNCATE if abi >= 3 else 0
    files |= _IOCTL_DEVICE if abi >= 5 else 0
    network = _BIND_TCP | _CONNECT_TCP if abi >= 4 else 0
    scopes = _ABSTRACT_SOCKETS | _SIGNALS if abi >= SCOPES_SINCE else 0
    size = 8 if abi < 4 else 16 if abi < SCOPES_SINCE else 24
    attributes = ctypes.create_string_buffer(struct.pack("QQQ", files, network, scopes), 24)
    ruleset = kernel.syscall("landlock", _CREATE, attributes, ctypes.c_size_t(size), ctypes.c_uint(0))
    try:
        for path in readable:
            _allow(ruleset, path, _EXECUTE | _READ_FILE | _READ_FOLDER)
        for path in writable:
            _allow(ruleset, path, files & ~(_MAKE_CHARACTER | _MAKE_BLOCK))
        for port in ports if abi >= 4 else ():
            rule = ctypes.create_string_buffer(struct.pack("=QQ", _CONNECT_TCP, port), 16)
            kernel.syscall("landlock", _ADD, ruleset, _PORT, rule, ctypes.c_uint(0))
        kernel.forbid_new_privileges()
        kernel.syscall("landlock", _RESTRICT, ruleset, ctypes.c_uint(0))
    finally:
        os.close(ruleset)
    return abi


def _allow(ruleset: int, path: str, access: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not os.path.isdir(path):
                access &= _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
            rule = ctypes.create_string_buffer(struct.pack("=Qi", access, descriptor), 12)
            kernel.syscall(f"landlock {path}", _ADD, ruleset, _BENEATH, rule, ctypes.c_uint(0))
        finally:
            os.close(descriptor)
