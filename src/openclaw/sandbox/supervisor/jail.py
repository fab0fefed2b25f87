"""The jail: bubblewrap's command line, the interpreter in it, and how its sources come into its user's sight."""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from openclaw.sandbox.guest import confine, kernel

GUEST = Path(confine.__file__).resolve().parent
# What plugins import; found by its place, for nothing here knows what is in it.
SDK = GUEST.parents[1] / "sdk"
_PROXY = f"http://127.0.0.1:{confine.PROXY_PORT}"
_INSIDE = "/guest"
_SYSTEM_FILES = (
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/ssl/certs",
    "/etc/alternatives",
    "/etc/pki/tls/certs",
)
SYSTEM_FOLDERS = ("lib", "lib32", "lib64", "libx32", "bin", "sbin")
_DETACH = 2


@dataclass(frozen=True)
class Interpreter:
    """A Python to run code with: its program and the folder of its installation, both in the jail as outside."""

    program: str
    prefix: str

    @property
    def is_of_system(self) -> bool:
        """Whether ``/usr`` brings it."""
        return Path(self.prefix).is_relative_to("/usr")


def this_interpreter() -> Interpreter:
    """The one that runs the supervisor, outside of any virtual environment."""
    program = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    return Interpreter(str(program), str(Path(sys.base_prefix).resolve()))


def guest_command(python: Interpreter, module: str, root: str, *arguments: str) -> list[str]:
    """Start a module of the guest, found below ``root``: no site, no environment, nothing written beside it."""
    start = f"import sys; sys.path.insert(0, {root!r}); from openclaw.sandbox.guest import {module} as m; m.main()"
    return [python.program, "-I", "-S", "-B", "-c", start, *arguments]


class Sight:
    """Makes files visible to jails whose user may not walk the way to them (an installation below ``/root``).

    It does so in a mount namespace of the supervisor's own, where nobody else looks.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = 0
        self.is_private = False

    def become_private(self) -> None:
        """Take a mount namespace, with a user namespace where only that gives the right to one.

        Where neither is to be had, there are no jails of namespaces.
        """
        with contextlib.suppress(OSError):
            self._take_namespace()
            kernel.mount("none", "/", None, kernel.RECURSIVE | kernel.PRIVATE)
            kernel.mount("tmpfs", str(self.folder), "tmpfs", kernel.NO_SUID | kernel.NO_DEVICES, "mode=755")
            # What is mounted below it later also shows to sandboxes that bound a part of it when they started.
            kernel.mount("none", str(self.folder), None, kernel.SHARED)
            self.is_private = True

    def _take_namespace(self) -> None:
        try:
            kernel.unshare(kernel.NEW_MOUNT)
        except PermissionError:
            if not _may_own_users():
                raise
            enter_user_namespace()
            kernel.unshare(kernel.NEW_MOUNT)

    def close(self) -> None:
        """Undo it, if it was done, so that the folder can be removed."""
        kernel.libc.umount2(os.fsencode(self.folder), _DETACH)

    def trees(self, code: Sequence[str]) -> list[int]:
        """Mounts of the folders of ``code``, for a call to attach; whoever takes them closes them.

        :raises OSError: one is not there.
        """
        found: list[int] = []
        try:
            found.extend(map(kernel.copy_tree, code))
        except OSError:
            for tree in found:
                os.close(tree)
            raise
        return found

    @contextlib.contextmanager
    def of(self, paths: Sequence[str]) -> Iterator[list[str]]:
        """Where the jail's user finds ``paths``, until it has bound them."""
        if not self.is_private:
            yield list(paths)
            return
        seen: list[str] = []
        try:
            for path in paths:
                self._count += 1
                place = self.folder / str(self._count)
                place.mkdir(mode=0o755)
                kernel.mount(path, str(place), None, kernel.BIND | kernel.RECURSIVE)
                seen.append(str(place))
            yield seen
        finally:
            for place in seen:
                kernel.libc.umount2(os.fsencode(place), _DETACH)
                with contextlib.suppress(OSError):
                    Path(place).rmdir()


def enter_user_namespace() -> None:
    """Become the owner of the namespaces made from here on, being the same user, and seeing the same others, as before.

    :raises OSError: the kernel or its policy refuses.
    """
    user, group = os.getuid(), os.getgid()
    outer = map(str.split, Path("/proc/self/uid_map").read_text().splitlines())
    same = "".join(f"{first} {first} {count}\n" for first, _, count in outer)
    ready, unshared = os.pipe()
    parent = os.getpid()
    if (helper := os.fork()) == 0:  # only who stays outside may map more than itself
        os.close(unshared)
        os.read(ready, 1)
        for name in ("uid_map", "gid_map") if user == 0 else ():
            with contextlib.suppress(OSError):
                kernel.write_file(f"/proc/{parent}/{name}", same)
        os._exit(0)
    try:
        kernel.unshare(kernel.NEW_USER)
    finally:
        os.close(ready)
        os.close(unshared)
        os.waitpid(helper, 0)
    if user != 0:
        kernel.hide_memory(hidden=False)  # who hides may not write to these files of its own
        try:
            kernel.write_file("/proc/self/setgroups", "deny")
            kernel.write_file("/proc/self/uid_map", f"{user} {user} 1")
            kernel.write_file("/proc/self/gid_map", f"{group} {group} 1")
        finally:
            kernel.hide_memory()


def _may_own_users() -> bool:
    """Whether a user namespace gives the right to mount here, tried by a child: there is no way back out of one."""
    child = os.fork()
    if child == 0:
        try:
            enter_user_namespace()
            kernel.unshare(kernel.NEW_MOUNT)
            kernel.mount("none", "/", None, kernel.RECURSIVE | kernel.PRIVATE)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def copy_quickjs(runtime: Path) -> str:
    """A folder with the JavaScript engine and nothing else of what is installed.

    :raises FileNotFoundError: it is not installed; the message says how to get it.
    """
    folder = runtime / "quickjs"
    if not folder.exists():
        engine, package = find_spec("_quickjs"), find_spec("quickjs")
        if engine is None or engine.origin is None or package is None or package.origin is None:
            raise FileNotFoundError("JavaScript needs the package quickjs-ng, which openclaw[server] brings")
        (folder / "quickjs").mkdir(parents=True)
        shutil.copy(engine.origin, folder)
        shutil.copy(package.origin, folder / "quickjs")
        for file in folder.rglob("*"):
            file.chmod(0o755)
    return str(folder)


def jail_command(
    program: str, python: Interpreter, sources: Sequence[str], *, has_proc: bool, passwd: str
) -> list[str]:
    """bubblewrap around the zygote. ``sources``: the guest's code, the SDK, and the interpreter's folder."""
    guest, sdk, prefix = sources
    command = [program, "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    command += ["--cap-drop", "ALL", "--clearenv", "--hostname", "sandbox", "--ro-bind", "/usr", "/usr"]
    for name in SYSTEM_FOLDERS:
        place = Path("/", name)
        if place.is_symlink():
            command += ["--symlink", f"usr/{name}", f"/{name}"]
        elif place.is_dir():
            command += ["--ro-bind", f"/{name}", f"/{name}"]
    for file in _SYSTEM_FILES:
        command += ["--ro-bind-try", file, file]
    command += ["--ro-bind", passwd, "/etc/passwd"]
    # A container runtime that masks its /proc forbids a new one here; the child covers it before the code runs.
    command += ["--proc", "/proc"] if has_proc else ["--bind", "/proc", "/proc"]
    command += ["--dev", "/dev", "--size", str(1 << 20), "--tmpfs", "/tmp", "--dir", "/output"]  # noqa: S108
    command += ["--ro-bind", guest, f"{_INSIDE}/openclaw/sandbox/guest"]
    command += ["--ro-bind", sdk, f"{_INSIDE}/openclaw/sdk"]
    if not python.is_of_system:
        command += ["--ro-bind", prefix, python.prefix]
    for place in confine.code_places(
        confine.MOST_CODE
    ):  # each call attaches its own, where no other call sees it
        command += ["--dir", place]
    # The root is a file system in memory: left writable, one call could leave something for the next.
    command += ["--remount-ro", "/", "--remount-ro", "/dev"]
    for name, value in jail_environment().items():
        command += ["--setenv", name, value]
    return [*command, "--chdir", "/", "--", *guest_command(python, "zygote", _INSIDE)]


def jail_environment(*, proxy: bool = True) -> dict[str, str]:
    """What code in a jail sees of an environment; the way out is named also where it is closed."""
    values = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"}
    values |= {"HOME": "/tmp", "TMPDIR": "/tmp", "OUTPUT": "/output"}  # noqa: S108
    if not proxy:
        return values
    values["NODE_USE_ENV_PROXY"] = "1"
    names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return values | dict.fromkeys(names, _PROXY)
