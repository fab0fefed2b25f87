"""``system.info``: what the model needs to know to write commands that fit this machine."""

import getpass
import os
import platform
import shutil
import socket
import sys
from contextlib import suppress
from pathlib import Path

import msgspec


class Disk(msgspec.Struct, frozen=True, rename="camel"):
    """The file system that holds ``path``, in bytes."""

    path: str
    total_bytes: int
    free_bytes: int


class SystemDescription(msgspec.Struct, frozen=True, rename="camel"):
    """The result of ``system.info``; ``memory_bytes`` is None where the system does not say."""

    hostname: str
    system: str
    release: str
    machine: str
    python: str
    cpu_count: int
    memory_bytes: int | None
    disks: list[Disk]
    user: str
    home: str
    shell: str
    cwd: str


def describe_system(*, home: str) -> SystemDescription:
    """This machine, now. ``cwd`` is where commands run unless told otherwise: the home folder."""
    return SystemDescription(
        hostname=socket.gethostname(),
        system=platform.system(),
        release=platform.release(),
        machine=platform.machine(),
        python=platform.python_version(),
        cpu_count=os.cpu_count() or 1,
        memory_bytes=_memory_bytes(),
        disks=_disks(home),
        user=_user(),
        home=home,
        shell=_shell(),
        cwd=home,
    )


def _disks(home: str) -> list[Disk]:
    disks: dict[int, Disk] = {}
    for path in (Path(home), Path(Path(home).anchor)):
        with suppress(OSError):
            usage = shutil.disk_usage(path)
            disks.setdefault(path.stat().st_dev, Disk(str(path), usage.total, usage.free))
    return list(disks.values())


def _memory_bytes() -> int | None:
    with suppress(AttributeError, ValueError, OSError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return None


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _shell() -> str:
    """What runs a command string here (see ``exec``)."""
    return "cmd.exe" if sys.platform == "win32" else "/bin/sh"
