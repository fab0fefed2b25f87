"""One call where namespaces are refused: Landlock, filters, limits, and a parent that outlives it all."""

import contextlib
import json
import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from openclaw.sandbox.guest import confine, entry, host, kernel

JOB, RESULT, OUTPUT, CHANNEL, QUESTIONS = 3, 4, 5, 6, 7


def main() -> NoReturn:
    """Run the call whose order is the first argument."""
    order: dict[str, Any] = json.loads(sys.argv[1])
    kernel.adopt_orphans()
    child = os.fork()
    if child:
        _outlive(child)
    kernel.die_with_parent()
    try:
        told = socket.socket(fileno=CHANNEL)
        task = json.loads(entry.read_all(JOB))
        entry.quiet_input(OUTPUT)
        os.chdir(order["work"])
        confine.lock_down(order, told)
        told.close()
    except BaseException as error:  # noqa: BLE001 - told to the supervisor, which knows that nothing ran yet
        entry.write_reply(RESULT, {"error": type(error).__name__, "message": str(error)})
        os._exit(1)
    try:
        entry.run(task, order["code"], host.Host(QUESTIONS), RESULT)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)


def _outlive(child: int) -> NoReturn:
    """Wait for the code, then kill whatever it has left behind; on SIGTERM, both at once."""

    def stop(*_: object) -> NoReturn:
        _sweep()
        os._exit(128 + signal.SIGKILL)

    signal.signal(signal.SIGTERM, stop)
    for descriptor in (JOB, CHANNEL, QUESTIONS):  # the other two end when all have: we are the last
        os.close(descriptor)
    status = 0
    while True:
        ended, status = os.wait()
        if ended == child:
            break
    _sweep()
    code = os.waitstatus_to_exitcode(status)
    os._exit(code if code >= 0 else 128 - code)


def _sweep() -> None:
    """Kill until nobody is left: a child that forks meanwhile is found in the next round."""
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    with contextlib.suppress(ChildProcessError):
        while True:
            for child in children.read_text().split():
                with contextlib.suppress(OSError):
                    os.kill(int(child), signal.SIGKILL)
            os.waitpid(-1, 0)
