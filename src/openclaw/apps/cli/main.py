"""The ``openclaw`` command."""

import importlib
import sys

_ROLES = {
    "up": "openclaw.apps.standalone.main",
    "server": "openclaw.apps.server.main",
    "gateway": "openclaw.apps.gateway.main",
    "worker": "openclaw.apps.worker.main",
}


def main() -> None:
    """Start a role, or run a command."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] in _ROLES:
        sys.argv = [f"openclaw {arguments[0]}", *arguments[1:]]
        importlib.import_module(_ROLES[arguments[0]]).main()
        return
    if arguments and arguments[0] == "bridge":
        sys.argv = ["openclaw bridge", *arguments[1:]]
        importlib.import_module("openclaw.apps.bridge.main").app(prog_name="openclaw bridge")
        return
    sys.exit("openclaw up | server | gateway | worker | bridge")
