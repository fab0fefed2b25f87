"""What a call of untrusted code takes and gives; also the wire form between client and supervisor."""

from enum import StrEnum
from typing import Any

import msgspec

from openclaw.sandbox.errors import CodeFailedError, LimitExceededError

_MIB = 1 << 20


class Tier(StrEnum):
    """How a call is kept apart, strongest first."""

    HARDENED = "hardened"  # a kernel of its own in user space
    NAMESPACES = "namespaces"  # a jail: namespaces, Landlock, filtered system calls
    LANDLOCK = "landlock"  # Landlock and filtered system calls where namespaces are refused
    NONE = "none"  # nothing runs

    def covers(self, wanted: "Tier") -> bool:
        """Whether this is at least as strong as ``wanted``."""
        order = list(Tier)
        return order.index(self) <= order.index(wanted)


class Limits(msgspec.Struct, frozen=True):
    """What one call may use; bytes, seconds, counts."""

    memory_bytes: int = 512 * _MIB
    cpu_seconds: int = 30
    wall_seconds: float = 60.0
    processes: int = 32  # numerical libraries start a thread for each processor
    open_files: int = 128
    scratch_bytes: int = 64 * _MIB  # in /tmp, and of any one file
    files_bytes: int = 16 * _MIB  # in /output, which is given back
    files: int = 100
    output_bytes: int = _MIB  # what the function returns, as JSON
    log_bytes: int = 256 << 10  # standard output and error
    host_calls: int = 1000


class NetworkGrant(msgspec.Struct, frozen=True):
    """Hosts that a call may reach, each ``name``, ``*.name``, ``name:port`` or ``*``, and how much it may carry."""

    hosts: tuple[str, ...]
    ports: tuple[int, ...] = (443, 80)  # for entries that name none
    connections: int = 16
    total_bytes: int = 32 * _MIB


class Grants(msgspec.Struct, frozen=True):
    """What a call may do beyond computing: nothing, unless it stands here."""

    network: NetworkGrant | None = None
    host_calls: frozenset[str] = frozenset()


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """Run ``entry`` (``module:function`` or ``script.js:function``, called with inputs and host) from ``code``.

    ``code`` are absolute paths of folders, seen read-only: the first is the code's own, others what it imports.
    """

    code: tuple[str, ...]
    entry: str
    inputs: Any = None  # anything that JSON has
    limits: Limits = Limits()
    grants: Grants = Grants()


class Usage(msgspec.Struct, frozen=True):
    """What a call used. Seconds; bytes at the peak, 0 where the machine does not tell."""

    wall_seconds: float
    cpu_seconds: float
    memory_bytes: int = 0
    network_bytes: int = 0


class Connection(msgspec.Struct, frozen=True):
    """One try to reach a host; ``decision`` is ``allow`` or why not."""

    host: str
    port: int
    decision: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a call ended. ``output`` (JSON), ``error`` (it raised) or ``stopped_by`` (a limit) says it."""

    tier: Tier
    usage: Usage
    output: Any = None
    error: str | None = None
    message: str = ""
    stopped_by: str | None = None
    logs: str = ""
    files: dict[str, bytes] = msgspec.field(default_factory=dict)
    refused_files: dict[str, str] = msgspec.field(default_factory=dict)
    refused: tuple[str, ...] = ()  # system calls that harmless code makes too; others raise SecurityViolation
    connections: tuple[Connection, ...] = ()

    def check(self) -> Any:
        """The output.

        :raises CodeFailedError: the code raised, or ended without an answer.
        :raises LimitExceededError: it was stopped.
        """
        if self.stopped_by is not None:
            raise LimitExceededError(limit=self.stopped_by)
        if self.error is not None:
            raise CodeFailedError(error=self.error, message=self.message)
        return self.output
