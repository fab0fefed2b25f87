"""Kernel calls that Python does not offer, by ctypes. Linux only; loads anywhere."""

import array
import ctypes
import errno
import os
import signal
import socket
import struct
from collections.abc import Iterable
from typing import Any

MACHINE = os.uname().machine if hasattr(os, "uname") else ""

NEW_MOUNT, NEW_UTS, NEW_IPC = 0x20000, 0x4000000, 0x8000000
NEW_USER, NEW_PID, NEW_NETWORK = 0x10000000, 0x20000000, 0x40000000

READ_ONLY, NO_SUID, NO_DEVICES, NO_EXEC = 1, 2, 4, 8
REMOUNT, BIND, RECURSIVE, PRIVATE, SHARED = 32, 0x1000, 0x4000, 1 << 18, 1 << 20

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_CAPBSET_DROP = 1, 4, 24
_PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS, _PR_CAP_AMBIENT = 36, 38, 47
_CAPABILITY_VERSION_3 = 0x20080522

_OPEN_TREE, _MOVE_MOUNT, _OPENAT2, _MOUNT_SETATTR = 428, 429, 437, 442
_AT_HERE, _AT_EMPTY_PATH, _AT_RECURSIVE = -100, 0x1000, 0x8000
_CLONE_TREE, _FROM_EMPTY_PATH = 1, 4
# BENEATH | NO_MAGICLINKS | NO_SYMLINKS | NO_XDEV
_RESOLVE_STRICTLY = 0x08 | 0x02 | 0x04 | 0x01

libc: Any = ctypes.CDLL(None, use_errno=True) if MACHINE else None


def check(result: int, what: str) -> int:
    """``result``, or OSError of the call that ``what`` names if it is negative."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(what: str, number: int, *arguments: object) -> int:
    """One raw system call; OSError if it fails."""
    return check(libc.syscall(ctypes.c_long(number), *arguments), what)


def unshare(flags: int) -> None:
    """Leave the namespaces of ``flags`` for new ones."""
    check(libc.unshare(flags), "unshare")


def fork_into_namespaces() -> int:
    """As ``os.fork``, but the child is the first process of namespaces of its own, of every kind that a call gets.

    Only for a process of one thread, and for a child that forks before it does anything of note: Python is not told.
    """
    flags = NEW_USER | NEW_PID | NEW_MOUNT | NEW_IPC | NEW_UTS | NEW_NETWORK | signal.SIGCHLD
    number = 220 if MACHINE == "aarch64" else 56
    return syscall("clone", number, ctypes.c_ulong(flags), None, None, None, ctypes.c_ulong(0))


def mount(source: str, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    """mount(2)."""
    result = libc.mount(
        os.fsencode(source),
        os.fsencode(target),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        options.encode() if options else None,
    )
    check(result, f"mount {kind or source} {target}")


def copy_tree(path: str) -> int:
    """A mount of the folder ``path`` and all below it, attached nowhere: read-only, without devices and set-uid.

    Needs the right to mount. Who gets the descriptor can attach it in a mount namespace where it has that right.
    """
    flags = _CLONE_TREE | os.O_CLOEXEC | _AT_RECURSIVE
    tree = syscall(f"open_tree {path}", _OPEN_TREE, _AT_HERE, os.fsencode(path), ctypes.c_uint(flags))
    try:
        attributes = ctypes.create_string_buffer(
            struct.pack("QQQQ", READ_ONLY | NO_SUID | NO_DEVICES, 0, 0, 0)
        )
        sealed = ctypes.c_uint(_AT_EMPTY_PATH | _AT_RECURSIVE)
        syscall("mount_setattr", _MOUNT_SETATTR, tree, b"", sealed, attributes, ctypes.c_size_t(32))
    except OSError:
        os.close(tree)
        raise
    return tree


def attach_tree(tree: int, place: str) -> None:
    """Show at ``place`` what ``copy_tree`` gave."""
    flags = ctypes.c_uint(_FROM_EMPTY_PATH)
    syscall(f"move_mount {place}", _MOVE_MOUNT, tree, b"", _AT_HERE, os.fsencode(place), flags)


def die_with_parent() -> None:
    """SIGKILL for this process when the one that made it is gone."""
    libc.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0)


def adopt_orphans() -> None:
    """Be the parent of every descendant whose own parent dies."""
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def forbid_new_privileges() -> None:
    """No set-uid program gains anything from here on."""
    check(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")


def hide_memory(*, hidden: bool = True) -> None:
    """Not dumpable: no ptrace and no /proc/PID access by others of the same user."""
    libc.prctl(_PR_SET_DUMPABLE, int(not hidden), 0, 0, 0)


def drop_capabilities() -> None:
    """None left: bounding, ambient, inheritable, permitted and effective."""
    for capability in range(64):
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) < 0 and ctypes.get_errno() == errno.EINVAL:
            break
    libc.prctl(_PR_CAP_AMBIENT, 4, 0, 0, 0)
    header = ctypes.create_string_buffer(struct.pack("Ii", _CAPABILITY_VERSION_3, 0), 8)
    check(libc.capset(header, ctypes.create_string_buffer(24)), "capset")


def open_beneath(folder: int, path: str, flags: int) -> int:
    """A descriptor for ``path`` below the descriptor ``folder``; no link, ``..`` or other file system on the way.

    :raises OSError: the kernel refuses the way (ELOOP, EXDEV) or the file.
    """
    how = ctypes.create_string_buffer(struct.pack("QQQ", flags | os.O_CLOEXEC, 0, _RESOLVE_STRICTLY), 24)
    return syscall("openat2", _OPENAT2, folder, os.fsencode(path), how, ctypes.c_size_t(24))


def send_descriptors(channel: socket.socket, data: bytes, descriptors: Iterable[int]) -> None:
    """One message with open files."""
    rights = array.array("i", descriptors)
    channel.sendmsg([data], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)] if rights else [])


def receive_descriptors(
    channel: socket.socket, *, count: int = 32, size: int = 65536
) -> tuple[bytes, list[int]]:
    """One message and the open files in it; empty when the other side is gone."""
    data, ancillary, _, _ = channel.recvmsg(size, socket.CMSG_SPACE(count * 4), socket.MSG_CMSG_CLOEXEC)
    found = array.array("i")
    for level, kind, body in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            found.frombytes(body[: len(body) - len(body) % 4])
    return data, list(found)


def write_file(path: str, text: str) -> None:
    """Into a file that is there already (of /proc, of a control group)."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
