"""What this machine calls itself."""

import socket
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version

_PLATFORMS = {"linux": "linux", "darwin": "macos", "win32": "windows"}
MAX_NAME_LETTERS = 80


def platform_name() -> str:
    """``linux``, ``macos``, ``windows``, or what Python calls it."""
    return _PLATFORMS.get(sys.platform, sys.platform)


@cache
def version() -> str:
    """The installed version of OpenClaw."""
    try:
        return installed_version("openclaw")
    except PackageNotFoundError:
        return "0"


def machine_name() -> str:
    """The host name without its domain."""
    return socket.gethostname().split(".")[0][:MAX_NAME_LETTERS] or "machine"
