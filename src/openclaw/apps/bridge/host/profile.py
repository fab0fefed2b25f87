"""What a host says of itself: what its owner typed, kept for the next start, and what can be seen of the machine."""

import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec

from openclaw.apps.bridge.calls import Calls
from openclaw.apps.bridge.errors import PolicyFileError, StateFolderError
from openclaw.apps.bridge.host.errors import HostOptionError
from openclaw.apps.bridge.policy import PolicyStore
from openclaw.apps.bridge.state import StateFolder

PROFILE = "host.json"
MAX_TASKS = 200
_LABEL = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_MIB = 1_048_576
_LEAST_SPACE = 256 * _MIB
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


class Profile(msgspec.Struct, frozen=True, rename="camel"):
    """What this host offers."""

    max_concurrent_tasks: int = 5
    long_running: bool = True
    browser_operator: bool = False
    labels: tuple[str, ...] = ()
    region: str | None = None
    provider: str | None = None


def read_profile(folder: StateFolder) -> Profile:
    """The kept profile, or the defaults; StateFolderError when the file is damaged."""
    stored = folder.read(PROFILE)
    if stored is None:
        return Profile()
    try:
        return msgspec.json.decode(stored, type=Profile)
    except msgspec.DecodeError:
        raise StateFolderError(reason=f"{PROFILE} is damaged; remove it") from None


def change_profile(folder: StateFolder, **typed: Any) -> Profile:
    """Keep what was typed (None: nothing), and give the whole. HostOptionError, StateFolderError."""
    given = {name: value for name, value in typed.items() if value is not None}
    if "labels" in given:
        given["labels"] = tuple(dict.fromkeys(given["labels"]))
    profile = msgspec.structs.replace(read_profile(folder), **given)
    for label in (*profile.labels, profile.region, profile.provider):
        if label is not None and not _LABEL.fullmatch(label):
            raise HostOptionError(option=label, reason="small letters, digits, dot, dash and underscore")
    if len(profile.labels) > 20:
        raise HostOptionError(option="--label", reason="20 at most")
    if given:
        folder.write(PROFILE, msgspec.json.encode(profile))
    return profile


def report_of(
    profile: Profile, *, node_id: str, calls: Calls, policies: PolicyStore, folder: Path
) -> dict[str, Any]:
    """The parameters of a heartbeat."""
    trouble = _trouble(policies, folder)
    return {
        "nodeId": node_id,
        "running": calls.count - calls.waiting,
        "queueDepth": calls.waiting,
        **msgspec.to_builtins(profile),
        "memoryMb": memory_mb(),
        **({"trouble": trouble} if trouble else {}),
    }


def memory_mb() -> int | None:
    """The memory of this machine or of its container, in MiB; None where that cannot be told."""
    if sys.platform == "win32":
        return None
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return None
    try:
        limit = _CGROUP_LIMIT.read_text(encoding="ascii").strip()
    except OSError:
        limit = "max"
    return (min(total, int(limit)) if limit.isdigit() else total) // _MIB


def _trouble(policies: PolicyStore, folder: Path) -> str | None:
    try:
        policies.current()
    except PolicyFileError as error:
        return str(error)[:200]
    if shutil.disk_usage(folder).free < _LEAST_SPACE:
        return "the disk is full"
    return None
