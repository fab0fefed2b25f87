"""Which system calls the code may make: a deny-list in plain BPF, each refusal told to the supervisor.

Known calls that are not named pass; numbers that this list does not know are ENOSYS, so that a newer kernel opens
nothing. (Lists of allowed calls with a kill cost peers random failures, and their users answer by allowing all.)
"""

import ctypes
import errno
import functools
import struct
from typing import NamedTuple

from openclaw.sandbox.guest import kernel

# Each line: x86-64, AArch64 (0 where a machine has no such call), by the kernel's tables.
CALLS: dict[str, tuple[int, int]] = {
    "socket": (41, 198),
    "clone": (56, 220),
    "ioctl": (16, 29),
    "personality": (135, 92),
    "ptrace": (101, 117),
    "syslog": (103, 116),
    "mknod": (133, 0),
    "uselib": (134, 0),
    "vhangup": (153, 58),
    "modify_ldt": (154, 0),
    "pivot_root": (155, 41),
    "adjtimex": (159, 171),
    "chroot": (161, 51),
    "acct": (163, 89),
    "settimeofday": (164, 170),
    "mount": (165, 40),
    "umount2": (166, 39),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "iopl": (172, 0),
    "ioperm": (173, 0),
    "init_module": (175, 105),
    "delete_module": (176, 106),
    "quotactl": (179, 60),
    "nfsservctl": (180, 42),
    "lookup_dcookie": (212, 18),
    "clock_settime": (227, 112),
    "kexec_load": (246, 104),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "mknodat": (259, 33),
    "unshare": (272, 97),
    "vmsplice": (278, 75),
    "move_pages": (279, 239),
    "perf_event_open": (298, 241),
    "fanotify_init": (300, 262),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "clock_adjtime": (305, 266),
    "setns": (308, 268),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "finit_module": (313, 273),
    "kexec_file_load": (320, 294),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "mount_setattr": (442, 442),
    "quotactl_fd": (443, 443),
    "process_mrelease": (448, 448),
}
# Answered as if the kernel were older: programs then take another way by themselves.
ABSENT = {
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "clone3": (435, 435),
    "memfd_secret": (447, 447),
}
# Memory that no process's size shows: refused where no control group charges for it.
UNCHARGED = {"memfd_create": (319, 279), "shmget": (29, 194)}
# What reaches others outside of the jail when the process and IPC namespaces are those of the machine.
SHARED = {
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    "migrate_pages": (256, 238),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
}
# The same for these, but for the caller itself (first argument 0).
SHARED_BUT_SELF = {"prlimit64": (302, 261), "sched_setaffinity": (203, 122)}
# Without Landlock's scopes (before Linux 6.12) nothing else keeps signals within the call.
SIGNALS = {
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "pidfd_send_signal": (424, 424),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}

# Where nothing charges for memory: what a socket holds for a reader who never comes is in nobody's size.
_SETSOCKOPT = (54, 208)
_BUFFERS = (7, 8, 32, 33)  # SO_SNDBUF, SO_RCVBUF and those of the privileged

_LAST_KNOWN = 461
_NAMESPACES = 0x7E020000  # CLONE_NEW*
_UNIX, _INET, _INET6 = 1, 2, 10
_SOL_SOCKET = 1
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C

_KILL, _ALLOW, _ERRNO, _NOTIFY = 0x80000000, 0x7FFF0000, 0x00050000, 0x7FC00000
_ENOSYS = _ERRNO | errno.ENOSYS
_COLUMN, _ARCHITECTURE, _SECCOMP = (
    (1, 0xC00000B7, 277) if kernel.MACHINE == "aarch64" else (0, 0xC000003E, 317)
)
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06


class Filter(NamedTuple):
    """What differs between places: may it connect, has it sockets of its own, is memory charged, is it alone.

    Where refusals cannot be told (``is_told``), what harmless libraries try fails, and the rest is the process's end.
    """

    network: bool = False
    unix: bool = True
    charged: bool = True
    alone: bool = True
    signals: bool = True
    is_told: bool = True

    @property
    def harmful(self) -> int:
        """The answer to what nothing harmless does."""
        return _NOTIFY if self.is_told else _KILL

    @property
    def harmless(self) -> int:
        """The answer to what libraries try as well."""
        return _NOTIFY if self.is_told else _ERRNO | errno.EPERM


class _Program:
    """BPF instructions; each check ends with the number of the call loaded again."""

    def __init__(self) -> None:
        self.code: list[bytes] = []

    def put(self, code: int, value: int, yes: int = 0, no: int = 0) -> None:
        self.code.append(struct.pack("HBBI", code, yes, no, value & 0xFFFFFFFF))

    def number(self) -> None:
        self.put(_LOAD, 0)

    def argument(self, index: int) -> None:
        self.put(_LOAD, 16 + 8 * index)

    def answer(self, value: int) -> None:
        self.put(_RETURN, value)

    def refuse(self, call: int, answer: int) -> None:
        if call:
            self.put(_EQUAL, call, 0, 1)
            self.answer(answer)

    def allow_only(self, call: int, values: tuple[int, ...], refusal: int) -> None:
        """``call`` passes when its first argument is one of ``values``."""
        self.put(_EQUAL, call, 0, 2 + 2 * len(values))
        self.argument(0)
        for value in values:
            self.put(_EQUAL, value, 0, 1)
            self.answer(_ALLOW)
        self.answer(refusal)


def _numbers(calls: dict[str, tuple[int, int]]) -> list[int]:
    return [pair[_COLUMN] for pair in calls.values()]


def _refuse_by_place(program: _Program, place: Filter) -> None:
    """What is only harmful where the machine is shared or nothing charges for memory."""
    for number in () if place.charged else _numbers(UNCHARGED):
        program.refuse(number, _ENOSYS)
    if not place.charged:
        _leave_buffers(program)
    for number in () if place.alone else _numbers(SHARED):
        program.refuse(number, _ERRNO | errno.EPERM)
    for number in () if place.alone else _numbers(SHARED_BUT_SELF):
        program.allow_only(number, (0,), place.harmless)
    for number in () if place.signals else _numbers(SIGNALS):
        program.refuse(number, place.harmless)


def _leave_buffers(program: _Program) -> None:
    """Sockets' buffers stay as large as they are; whoever asks for others goes on as if they were."""
    program.put(_EQUAL, _SETSOCKOPT[_COLUMN], 0, 5 + 2 * len(_BUFFERS))
    program.argument(1)
    program.put(_EQUAL, _SOL_SOCKET, 1, 0)
    program.answer(_ALLOW)
    program.argument(2)
    for option in _BUFFERS:
        program.put(_EQUAL, option, 0, 1)
        program.answer(_ERRNO)
    program.answer(_ALLOW)


@functools.cache
def build_program(place: Filter) -> bytes:
    """The filter as the kernel takes it."""
    program = _Program()

    program.put(_LOAD, 4)
    program.put(_EQUAL, _ARCHITECTURE, 1, 0)
    program.answer(_KILL)
    program.number()
    if kernel.MACHINE == "x86_64":
        program.put(_AT_LEAST, 0x40000000, 0, 1)  # x32
        program.answer(_ENOSYS)
    program.put(_AT_LEAST, _LAST_KNOWN + 1, 0, 1)
    program.answer(_ENOSYS)
    for number in _numbers(ABSENT):
        program.refuse(number, _ENOSYS)

    program.put(_EQUAL, CALLS["clone"][_COLUMN], 0, 4)
    program.argument(0)
    program.put(_ANY_BIT, _NAMESPACES, 0, 1)
    program.answer(place.harmful)
    program.answer(_ALLOW)
    families = ((_UNIX,) if place.unix else ()) + ((_INET, _INET6) if place.network else ())
    program.allow_only(CALLS["socket"][_COLUMN], families, place.harmless)
    program.allow_only(CALLS["personality"][_COLUMN], (0xFFFFFFFF,), place.harmful)
    program.put(_EQUAL, CALLS["ioctl"][_COLUMN], 0, 5)
    program.argument(1)
    program.put(_EQUAL, _TIOCSTI, 1, 0)
    program.put(_EQUAL, _TIOCLINUX, 0, 1)
    program.answer(place.harmful)
    program.answer(_ALLOW)

    _refuse_by_place(program, place)
    handled = {"clone", "socket", "ioctl", "personality"}
    for name, pair in CALLS.items():
        if name not in handled:
            program.refuse(pair[_COLUMN], place.harmful)
    program.answer(_ALLOW)
    return b"".join(program.code)


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def install(place: Filter) -> int:
    """Filter this process for good. The descriptor on which its refusals arrive; they wait for their answers.

    0 where the place tells none.

    :raises OSError: the kernel has no filters, or somebody listens already. No new privileges must be set before.
    """
    code = build_program(place)
    buffer = ctypes.create_string_buffer(code, len(code))
    program = _FilterProgram(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    set_filter, new_listener = 1, 8 if place.is_told else 0
    return kernel.syscall("seccomp", _SECCOMP, set_filter, new_listener, ctypes.byref(program))


@functools.cache
def call_names() -> dict[int, str]:
    """Names of the calls that are refused, by this machine's numbers."""
    tables = (CALLS, ABSENT, UNCHARGED, SHARED, SHARED_BUT_SELF, SIGNALS)
    return {pair[_COLUMN]: name for table in tables for name, pair in table.items() if pair[_COLUMN]}
