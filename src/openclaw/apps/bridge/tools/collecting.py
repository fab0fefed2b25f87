"""``fs.collect``: files handed over as a result, no more of them than the sync mode lets leave this machine."""

import asyncio
import hashlib
import os
import stat
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from openclaw.apps.bridge.errors import (
    ControlPlaneRefusedError,
    ControlPlaneUnreachableError,
    NotLinkedError,
    SessionRevokedError,
)
from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError
from openclaw.apps.bridge.tools.paths import Place, open_file, resolve
from openclaw.apps.bridge.tools.reading import MAX_FILE_BYTES, read_bytes
from openclaw.protocol.results import ResultFile, limited_files, may_send_bodies
from openclaw.protocol.tools import FsCollect

MAX_FILES = 500
MAX_BYTES = 100 * 1_048_576
_SKIPPED = frozenset({".git", "node_modules", "__pycache__", ".venv", ".DS_Store"})
HandOver = Callable[[str, bytes], Awaitable[None]]
"""Gives the server a body for a call."""


class Collected(msgspec.Struct, frozen=True):
    """The result of ``fs.collect``: what may be told of each file. Bodies have gone before, where they may."""

    mode: str
    files: list[ResultFile]


@dataclass(frozen=True)
class _Found:
    path: str
    place: Place


async def collect(
    policy: Policy, arguments: FsCollect, hand_over: Callable[[bytes], Awaitable[None]]
) -> Collected:
    """Hand over a file or a folder. Links are not followed, and what the owner closes is left out.

    ToolFailedError when there is nothing, too much, or the server does not take it.
    """
    found = await asyncio.to_thread(_find, policy, arguments.path)
    files: list[ResultFile] = []
    total = 0
    for each in found:
        if may_send_bodies(arguments.mode):
            body = await asyncio.to_thread(read_bytes, each.place)
            size, digest = len(body), hashlib.sha256(body).hexdigest()
            await _give(hand_over, body)
        else:
            size, digest = await asyncio.to_thread(_measure, each.place)
        total += size
        if total > MAX_BYTES:
            raise _too_much(arguments.path)
        files.append(ResultFile(path=each.path, bytes=size, digest=digest))
    return Collected(mode=arguments.mode, files=limited_files(files, arguments.mode))


async def _give(hand_over: Callable[[bytes], Awaitable[None]], body: bytes) -> None:
    try:
        await hand_over(body)
    except (
        ControlPlaneRefusedError,
        ControlPlaneUnreachableError,
        NotLinkedError,
        SessionRevokedError,
    ) as error:
        raise ToolFailedError(FailureCode.INTERNAL, f"The server did not take a file: {error}") from None


def _find(policy: Policy, text: str) -> list[_Found]:
    place = resolve(policy, text)
    if not os.path.isdir(place.real):
        with open_file(place):
            return [_Found(os.path.basename(place.real), place)]
    found: list[_Found] = []
    total = 0
    for folder, names, files in os.walk(place.real, followlinks=False):
        names[:] = sorted(
            n for n in names if n not in _SKIPPED and policy.refusal(os.path.join(folder, n)) is None
        )
        for name in sorted(files):
            full = os.path.join(folder, name)
            if name in _SKIPPED or policy.refusal(full) is not None or policy.denies(full):
                continue
            try:
                status = os.lstat(full)
            except OSError:
                continue  # gone since the folder was read
            if not stat.S_ISREG(status.st_mode):
                continue
            total += status.st_size
            shown = os.path.relpath(full, place.real).replace(os.sep, "/")
            found.append(_Found(shown, Place(real=full, shown=full)))
            if len(found) > MAX_FILES or total > MAX_BYTES:
                raise _too_much(text)
    if not found:
        raise ToolFailedError(FailureCode.NOT_FOUND, f"{text} holds no files that can be kept.")
    return found


def _measure(place: Place) -> tuple[int, str]:
    with open_file(place) as descriptor:
        hashed = hashlib.sha256()
        size = 0
        while piece := os.read(descriptor, 1_048_576):
            size += len(piece)
            hashed.update(piece)
            if size > MAX_FILE_BYTES:
                raise _too_much(place.shown)
        return size, hashed.hexdigest()


def _too_much(text: str) -> ToolFailedError:
    return ToolFailedError(
        FailureCode.TOO_LARGE,
        f"{text} is more than {MAX_FILES} files, {MAX_FILE_BYTES} bytes in one or {MAX_BYTES} bytes in all.",
    )
