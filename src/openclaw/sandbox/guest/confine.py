"""The last trusted steps before the code runs: namespaces, files, limits, privileges, filters."""

import contextlib
import fcntl
import os
import resource
import socket
import struct
from typing import Any

from openclaw.sandbox.guest import kernel, landlock, seccomp

PROXY_PORT = 3128
MOST_CODE = 16  # folders of code that one call may have

_SIOCSIFFLAGS, _UP_AND_RUNNING = 0x8914, 0x49
# What a limit on address space would break is not bounded by it: interpreters map more than they use.
_SPARE_ADDRESSES = 64 << 20

SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime")
_SEALED = kernel.NO_SUID | kernel.NO_DEVICES
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")


def code_places(count: int) -> list[str]:
    """Where a jail of namespaces shows the folders of code."""
    return [f"/code/{index}" for index in range(count)]


def enter_namespaces(order: dict[str, Any], trees: list[int], user: int, group: int) -> None:
    """Called by the first process of new namespaces, return as their second; when that ends, all others do.

    ``trees`` are the call's folders of code, which nobody else in the jail sees.

    The code is never process 1: that one is spared by the kernel's limit on processor time. Process 1 keeps the call's
    pipes open, so that their end is the end of all, whatever the code closes.
    """
    kernel.die_with_parent()
    kernel.write_file("/proc/self/setgroups", "deny")
    kernel.write_file("/proc/self/uid_map", f"{user} {user} 1")
    kernel.write_file("/proc/self/gid_map", f"{group} {group} 1")
    if second := os.fork():
        while True:
            ended, status = os.wait()
            if ended == second:
                code = os.waitstatus_to_exitcode(status)
                os._exit(code if code >= 0 else 128 - code)
    kernel.die_with_parent()
    with contextlib.suppress(OSError):
        kernel.write_file("/proc/self/oom_score_adj", "1000")  # rather than the zygote
    _mount_private(order["limits"])
    for tree, place in zip(trees, order["code"], strict=True):
        kernel.attach_tree(tree, place)
        os.close(tree)


def _mount_private(limits: dict[str, int]) -> None:
    kernel.mount("none", "/", None, kernel.RECURSIVE | kernel.PRIVATE)
    mount_own_files(limits)
    try:
        kernel.mount("proc", "/proc", "proc", _SEALED | kernel.NO_EXEC, "subset=pid")
    except OSError:  # a container runtime has masked the outer one: then none
        options = "size=4k,mode=555"
        kernel.mount("tmpfs", "/proc", "tmpfs", _SEALED | kernel.NO_EXEC | kernel.READ_ONLY, options)


def mount_own_files(limits: dict[str, int], *, counts_files: bool = True) -> None:
    """File systems of the call's own, as large as it may use. ``counts_files``: whether the kernel limits these too."""

    def own(place: str, size: int, count: str, flags: int) -> None:
        options = f"size={size},mode=1777" + (f",nr_inodes={count}" if counts_files else "")
        kernel.mount("tmpfs", place, "tmpfs", flags, options)

    own("/tmp", limits["scratch_bytes"], "16k", _SEALED)  # noqa: S108
    own("/output", limits["files_bytes"] + (1 << 20), "4k", _SEALED | kernel.NO_EXEC)
    own("/dev/shm", 8 << 20, "1k", _SEALED | kernel.NO_EXEC)  # noqa: S108


def limit_resources(limits: dict[str, int], *, others: int = 0, has_queues: bool = True) -> None:
    """What the kernel counts by process. The verdicts come from outside; these make their grounds rare and clean.

    ``others``: processes of the same user that the kernel will count too. ``has_queues``: whether it knows messages'.
    """

    def put(what: int, soft: int, hard: int | None = None) -> None:
        _, ceiling = resource.getrlimit(what)
        hard = soft if hard is None else hard
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(what, (soft, hard))

    put(resource.RLIMIT_AS, limits["memory_bytes"] + _SPARE_ADDRESSES)
    put(resource.RLIMIT_CPU, limits["cpu_seconds"], limits["cpu_seconds"] + 1)
    put(resource.RLIMIT_NPROC, limits["processes"] + others)
    put(resource.RLIMIT_FSIZE, limits["scratch_bytes"])
    put(resource.RLIMIT_NOFILE, limits["open_files"])
    put(resource.RLIMIT_CORE, 0)
    put(resource.RLIMIT_MEMLOCK, 64 << 10)
    if has_queues:
        put(resource.RLIMIT_MSGQUEUE, 0)
    put(resource.RLIMIT_STACK, 16 << 20)


def listen_for_proxy(channel: socket.socket) -> None:
    """Open this network namespace's one way out and hand its listening end to the supervisor."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _UP_AND_RUNNING))
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.bind(("127.0.0.1", PROXY_PORT))
        listener.listen(64)
        kernel.send_descriptors(channel, b"proxy", [listener.fileno()])


def lock_down(order: dict[str, Any], channel: socket.socket) -> None:
    """Drop what is left and filter. ``channel`` is told: the proxy's listener, the outputs' folder, the refusals."""
    alone = order["alone"]
    network = order["network"]
    if network:
        listen_for_proxy(channel)
    if alone:
        folder = os.open("/output", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        kernel.send_descriptors(channel, b"output", [folder])
        os.close(folder)
    limit_resources(order["limits"], others=order["others"])
    kernel.drop_capabilities()
    kernel.forbid_new_privileges()
    kernel.hide_memory()
    abi = landlock.version()
    if abi:
        own = (order["work"],) if order["work"] else ("/tmp", "/output", "/dev/shm")  # noqa: S108
        readable = [*SYSTEM, *order["readable"], *order["code"], *(("/proc", "/etc") if alone else ())]
        landlock.restrict(readable, [*own, *_DEVICES], ports=(PROXY_PORT,) if network else ())
    listener = seccomp.install(
        seccomp.Filter(
            network=network,
            unix=alone,
            charged=order["charged"],
            alone=alone,
            signals=alone or abi >= landlock.SCOPES_SINCE,
        )
    )
    kernel.send_descriptors(channel, b"refusals", [listener])
    os.close(listener)
