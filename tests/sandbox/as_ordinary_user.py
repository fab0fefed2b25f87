"""Run a command as a user who is nobody here. In a mount namespace of its own, where that user may read the checkout
and the interpreter wherever they are (below ``/root``, say)."""

import json
import os
import sys
from pathlib import Path

from openclaw.sandbox.guest import kernel

USER = 64_321


def main() -> None:
    """The command, as JSON, and its home are the arguments; the working directory is the checkout."""
    command, home = json.loads(sys.argv[1]), sys.argv[2]
    kernel.unshare(kernel.NEW_MOUNT)
    kernel.mount("none", "/", None, kernel.RECURSIVE | kernel.PRIVATE)
    shown = [Path.cwd(), Path(sys.base_prefix).resolve(), Path(sys.prefix)]
    shown = [path for path in shown if not path.is_relative_to("/usr")]
    held = [os.open(path, os.O_PATH) for path in shown]
    closed = {Path("/", *path.parts[1:2]) for path in shown if not _is_open(path)}
    for folder in closed:
        kernel.mount("tmpfs", str(folder), "tmpfs", 0, "mode=755")
    for path, descriptor in zip(shown, held, strict=True):
        if any(path.is_relative_to(folder) for folder in closed):
            path.mkdir(parents=True, exist_ok=True)
            kernel.mount(f"/proc/self/fd/{descriptor}", str(path), None, kernel.BIND | kernel.RECURSIVE)
        os.close(descriptor)
    os.chdir(Path.cwd())
    os.chown(home, USER, USER)
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    environment = {
        "HOME": home,
        "TMPDIR": home,
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    os.execve(command[0], command, environment)


def _is_open(path: Path) -> bool:
    """Whether everybody may walk to it."""
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in (path, *path.parents))


if __name__ == "__main__":
    main()
