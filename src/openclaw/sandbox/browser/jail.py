"""The browser's jail: bubblewrap around Chromium, which keeps its own sandbox within."""

import os
import shlex
import shutil
from pathlib import Path

from openclaw.sandbox.supervisor.jail import SYSTEM_FOLDERS

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_TOOLS = ("bwrap", "prlimit", "setpriv")
_SETTINGS = ("/etc/fonts", "/etc/alternatives", "/etc/ssl/certs", "/etc/chromium", "/etc/chromium.d")
_BROWSER = "/browser"
_NOBODY = "65534"
_DATA_BYTES = 1 << 31


def find_browser() -> str | None:
    """A Chromium of the system; None when there is none."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


def write_launcher(folder: Path, browser: str) -> Path:
    """A program in ``folder`` that starts ``browser`` in a jail, with the arguments and open pipes of its caller.

    It has no network but its own loopback, no files but the system's, and no rights; it ends with who started it.

    :raises OSError: the message says what is missing on this machine.
    """
    missing = [name for name in _TOOLS if shutil.which(name) is None]
    if not Path(browser).exists():
        missing.append("Chromium (playwright install chromium, or the system's)")
    if missing:
        raise OSError(f"pages are opened by a browser in a jail, which needs {' and '.join(missing)}")
    launcher = folder / "browser"
    launcher.write_text(f'#!/bin/sh\nexec {shlex.join(_command(Path(browser).resolve()))} "$@"\n')
    launcher.chmod(0o700)
    return launcher


def _command(browser: Path) -> list[str]:
    is_root = os.getuid() == 0
    command = [
        "bwrap",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
        "--unshare-cgroup-try",
    ]
    command += ["--die-with-parent", "--new-session", "--clearenv", "--hostname", "browser"]
    command += ["--setenv", "PATH", "/usr/bin:/bin", "--setenv", "HOME", "/tmp"]  # noqa: S108
    command += ["--ro-bind", "/usr", "/usr", "--perms", "0755", "--dir", "/etc"]
    for name in SYSTEM_FOLDERS:
        place = Path("/", name)
        if place.is_symlink():
            command += ["--symlink", f"usr/{name}", f"/{name}"]
        elif place.is_dir():
            command += ["--ro-bind", f"/{name}", f"/{name}"]
    for place in _SETTINGS:
        command += ["--ro-bind-try", place, place]
    program = str(browser)
    if not browser.is_relative_to("/usr"):
        command += ["--ro-bind", str(browser.parent), _BROWSER]
        program = f"{_BROWSER}/{browser.name}"
    command += ["--proc", "/proc", "--dev", "/dev"]
    for place in ("/tmp", "/dev/shm"):  # noqa: S108
        command += ["--perms", "1777", "--size", str(1 << 29), "--tmpfs", place]
    if (
        is_root
    ):  # only root can become nobody; whoever else starts it has the rights of a user, and fewer within
        command += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
    command += ["--", "prlimit", f"--data={_DATA_BYTES}", "--core=0", "--"]
    if is_root:
        command += ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups", "--no-new-privs"]
        command += ["--bounding-set=-all", "--inh-caps=-all", "--"]
    return [*command, program]
