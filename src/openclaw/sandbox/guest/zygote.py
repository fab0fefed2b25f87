"""A warm interpreter in its jail: each call is a fork of it in namespaces of its own. Tenants' data never enters it."""

import gc
import importlib
import json
import os
import socket
import struct
import sys
from typing import Any, NoReturn

from openclaw.sandbox.guest import confine, entry, host, kernel, seccomp

CONTROL = 3
# The standard library, and what every plugin is called through.
PRELOADED = (
    "asyncio base64 collections concurrent.futures contextlib csv dataclasses datetime decimal email.message enum "
    "functools hashlib hmac html http.client inspect io itertools json math pathlib random re secrets shutil socket "
    "ssl statistics string tempfile textwrap traceback typing urllib.parse urllib.request uuid zipfile zlib "
    "openclaw.sdk.runtime"
).split()


def main() -> NoReturn:
    """Serve calls that arrive on the control socket until it closes."""
    for name in PRELOADED:
        importlib.import_module(name)
    for network in (False, True):
        for charged in (False, True):
            seccomp.build_program(seccomp.Filter(network=network, charged=charged))
    control = socket.socket(fileno=CONTROL)
    user, group = os.getuid(), os.getgid()
    control.send(b"ready")
    gc.collect()
    gc.freeze()  # shared with every child: no collection writes to these pages
    while True:
        message, descriptors = kernel.receive_descriptors(control)
        if not message:
            os._exit(0)
        order = json.loads(message)
        child = kernel.fork_into_namespaces()
        if child == 0:
            _call(order, descriptors, (user, group))
        for descriptor in descriptors:
            os.close(descriptor)
        _, status = os.waitpid(child, 0)
        control.send(struct.pack("i", os.waitstatus_to_exitcode(status)))


def _call(order: dict[str, Any], descriptors: list[int], ids: tuple[int, int]) -> NoReturn:
    job, result, output, channel, questions, *trees = descriptors
    try:
        confine.enter_namespaces(order, trees, *ids)
        os.close(CONTROL)
        told = socket.socket(fileno=channel)
        os.setsid()
        task = json.loads(entry.read_all(job))
        entry.quiet_input(output)
        os.chdir("/tmp")  # noqa: S108 - this call's own
        confine.lock_down(order, told)
        told.close()
    except BaseException as error:  # noqa: BLE001 - told to the supervisor, which knows that nothing ran yet
        entry.write_reply(result, {"error": type(error).__name__, "message": str(error)})
        os._exit(1)
    try:
        entry.run(task, order["code"], host.Host(questions), result)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(0)
