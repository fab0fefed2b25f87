"""A warm interpreter under a kernel of its own: serves one call, then the sandbox is thrown away.

Three files lead out: a socket (the order and the job first, host calls after), the report, the log. This process stays
root of its small world and outlives the code, which is a child without rights: its report is read with care even so.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import stat
import struct
import sys
import threading
from typing import Any, NoReturn

from openclaw.sandbox.guest import confine, entry, host, kernel, seccomp
from openclaw.sandbox.guest.zygote import PRELOADED

_LENGTH = struct.Struct("<I")
_USER = 1000
_FILTER = seccomp.Filter(is_told=False)
_DEPTH = 4


def main() -> NoReturn:
    """Serve the one call that arrives."""
    for name in PRELOADED:
        importlib.import_module(name)
    seccomp.build_program(_FILTER)
    gc.collect()
    gc.freeze()
    lines = socket.socket(fileno=0)
    lines.sendall(b"ready")
    order: dict[str, Any] = json.loads(_receive(lines))
    task = json.loads(_receive(lines))
    limits = order["limits"]
    os.makedirs("/dev/shm", exist_ok=True)  # noqa: S108
    confine.mount_own_files(limits, counts_files=False)
    result, reply = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(result)
        _call(order, task, lines, reply)
    os.close(reply)
    report = _report(child, result, limits)
    entry.write_all(1, report)
    signal.pause()  # the supervisor ends the sandbox when it has it all
    os._exit(0)


def _receive(lines: socket.socket) -> bytes:
    (length,) = _LENGTH.unpack(host.receive(lines, _LENGTH.size))
    return host.receive(lines, length)


def _call(order: dict[str, Any], task: dict[str, Any], lines: socket.socket, reply: int) -> NoReturn:
    try:
        os.setsid()
        questions = os.dup(lines.detach())
        entry.quiet_input(os.dup(2))
        os.chdir("/tmp")  # noqa: S108 - this call's own
        # This kernel guesses who used a processor by a clock; the count that holds is the outer one's.
        guess = {"cpu_seconds": 20 * order["limits"]["cpu_seconds"]}
        confine.limit_resources(order["limits"] | guess, has_queues=False)
        os.setgroups([])
        os.setresgid(_USER, _USER, _USER)
        os.setresuid(_USER, _USER, _USER)
        kernel.drop_capabilities()
        kernel.forbid_new_privileges()
        seccomp.install(_FILTER)
    except BaseException as error:  # noqa: BLE001 - the supervisor hears it
        entry.write_reply(reply, {"error": type(error).__name__, "message": str(error)})
        os._exit(1)
    try:
        entry.run(task, order["code"], host.Host(questions), reply)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)


def _report(child: int, result: int, limits: dict[str, int]) -> bytes:
    """How it ended, its answer and its files: a head of JSON, its length before it, then the bytes."""
    answer = bytearray()
    is_over = threading.Event()

    def read() -> None:
        while part := os.read(result, 1 << 16):
            answer.extend(part)
            if len(answer) > limits["output_bytes"]:
                is_over.set()
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
                return

    reading = threading.Thread(target=read)
    reading.start()
    ended, status = os.wait()
    while ended != child:  # we are the parent of every orphan too
        ended, status = os.wait()
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    reading.join()
    code = os.waitstatus_to_exitcode(status)
    files, refused = _collect("/output", limits)
    head = {
        "exit_code": code if code >= 0 else 128 - code,
        "stopped_by": "output" if is_over.is_set() else None,
        "answer_bytes": len(answer),
        "files": [[name, len(body)] for name, body in files.items()],
        "refused": refused,
    }
    encoded = json.dumps(head).encode()
    return b"".join((_LENGTH.pack(len(encoded)), encoded, answer, *files.values()))


def _collect(root: str, limits: dict[str, int]) -> tuple[dict[str, bytes], dict[str, str]]:
    """Regular files below ``root``; nobody is left who could change them."""
    files: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    rest = [("", 0)]
    room = limits["files_bytes"]
    while rest and len(refused) < 50:
        inside, depth = rest.pop()
        for name in sorted(os.listdir(os.path.join(root, inside)))[: limits["files"] * 10]:
            path = f"{inside}/{name}" if inside else name
            full = os.path.join(root, path)
            status = os.lstat(full)
            why = None
            if stat.S_ISLNK(status.st_mode):
                why = "ELOOP"
            elif stat.S_ISDIR(status.st_mode):
                why = "too deep" if depth >= _DEPTH else None
                if why is None:
                    rest.append((path, depth + 1))
            elif not stat.S_ISREG(status.st_mode):
                why = "not a regular file"
            elif status.st_nlink != 1:
                why = "has other names"
            elif len(files) >= limits["files"]:
                why = "too many files"
            elif status.st_size > room:
                why = "too large"
            else:
                with open(full, "rb") as file:
                    files[path] = file.read(room)
                room -= len(files[path])
            if why is not None:
                refused[path] = why
    return files, refused
