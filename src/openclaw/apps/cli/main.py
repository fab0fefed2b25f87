"""``openclaw``: hands over to a role, or runs a client command; every failure is one sentence and an exit code."""

import io
import os
import sys
from collections.abc import Sequence

from openclaw.apps.cli.errors import INTERRUPTED, exit_code
from openclaw.apps.cli.roles import is_role, run_role
from openclaw.kit.errors import OpenClawError


def main() -> None:
    """The entry point of the installed command."""
    if sys.platform == "win32":  # a pipe would get the code page, which lacks what we say
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(encoding="utf-8")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command; its exit code."""
    try:
        if is_role(arguments):
            run_role(arguments[0], arguments[1:])
            return 0
        from openclaw.apps.cli.program import run_client

        return run_client(list(arguments))
    except OpenClawError as error:
        from openclaw.apps.cli.output import tell_failure

        tell_failure(error, as_json="--json" in arguments)
        return exit_code(error)
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        return INTERRUPTED
    except BrokenPipeError:  # `openclaw … | head`: whoever read has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
