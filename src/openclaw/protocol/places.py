"""Paths as text: what a word names, whether it lies inside a folder, and which places deserve more care.

Nothing is looked up on disk, so links are not followed: the machine itself checks real paths before it acts.
"""

import posixpath
from fnmatch import fnmatchcase

_SYSTEM_ROOTS = frozenset(
    "bin boot dev etc lib lib32 lib64 opt proc root run sbin srv sys usr var "
    "System Library Applications private cores Volumes Windows "
    "ProgramData".split()
) | {"Program Files", "Program Files (x86)"}
_PEOPLE_ROOTS = frozenset({"home", "Users"})
_HARMLESS_DEVICES = frozenset(
    {
        "/dev/null",
        "/dev/stdout",
        "/dev/stderr",
        "/dev/stdin",
        "/dev/tty",
        "/dev/zero",
        "/dev/random",
        "/dev/urandom",
    }
)
_DISKS = (
    "sd",
    "hd",
    "vd",
    "xvd",
    "nvme",
    "mmcblk",
    "disk",
    "rdisk",
    "md",
    "dm-",
    "loop",
    "mapper",
    "mem",
    "kmem",
)
_START_UP_FILES = frozenset(
    ".bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zshenv .zprofile .zlogin "
    ".zlogout .kshrc .cshrc .tcshrc .login .inputrc .xinitrc .xprofile .xsession .xsessionrc .pam_environment "
    ".gitconfig .npmrc .pypirc .netrc .pythonrc .vimrc .exrc .wgetrc .curlrc authorized_keys authorized_keys2 "
    "crontab sudoers rc.local config.fish sitecustomize.py usercustomize.py .envrc".split()
)
# Any of these folders on the way: what is written there is run later by somebody else.
_START_UP_FOLDERS = (
    (".git",), (".config", "git"), (".ssh",), (".gnupg",), ("cron.d",), ("cron.daily",),
    ("cron.hourly",), ("cron.weekly",), ("cron.monthly",), ("spool", "cron"), ("autostart",), ("systemd",),
    ("LaunchAgents",), ("LaunchDaemons",), ("Programs", "Startup"), ("init.d",), ("profile.d",), ("sudoers.d",),
    (".config", "fish"), (".openclaw",), (".config", "openclaw"), (".husky",),
)  # fmt: skip
_SECRET_NAMES = frozenset(
    ".ssh .gnupg .aws .azure .kube .docker .netrc .pgpass .npmrc .pypirc .git-credentials .env .vault-token "
    "id_rsa id_dsa id_ecdsa id_ed25519 shadow gshadow sudoers keychains keyrings .password-store "
    "credentials credentials.json logins.json key4.db cookies cookies.sqlite .mozilla google-chrome chromium".split()
)
_SECRET_ENDINGS = (".pem", ".key", ".p12", ".pfx", ".kdbx", ".ppk", ".jks", ".keystore")


def normalise(path: str, *, cwd: str, home: str) -> str:
    """``path`` as an absolute path without ``.``, ``..``, doubled slashes; ``~`` and ``$HOME`` are ``home``."""
    path = _slashes(path, home)
    for alias in ("${HOME}", "$HOME", "~"):
        if path == alias or path.startswith(alias + "/"):
            path = _slashes(home, home).rstrip("/") + path[len(alias) :] or "/"
            break
    if not (path.startswith("/") or _drive(path)):
        path = f"{_slashes(cwd, home).rstrip('/')}/{path}"
    clean = posixpath.normpath(path)
    return "/" + clean.lstrip("/") if clean.startswith("/") else clean


def is_within(path: str, folder: str) -> bool:
    """Whether normalised ``path`` is ``folder`` or lies below it, part by part."""
    parts, ground = path.rstrip("/").split("/"), folder.rstrip("/").split("/")
    return parts[: len(ground)] == ground


def parent(path: str) -> str:
    """The folder that holds normalised ``path``."""
    return posixpath.dirname(path) or path


def is_foundation(path: str, home: str) -> bool:
    """The root, a system root, a home folder or what holds one: never to be removed as a whole.

    A pattern that takes everything inside (``/*``, ``~/.*``) counts as the folder itself.
    """
    while (last := path.rsplit("/", 1)[-1]) and not last.strip("*?.[]!"):
        path = path[: -len(last)].rstrip("/") or "/"
    parts = [part for part in path.split("/") if part]
    if parts and _drive(parts[0]):
        parts = parts[1:]
    if not parts or (home and is_within(normalise(home, cwd="/", home=home), path)):
        return True
    if len(parts) == 1:
        return parts[0] in _SYSTEM_ROOTS | _PEOPLE_ROOTS
    return len(parts) == 2 and (
        parts[0] in _PEOPLE_ROOTS or (parts[0], parts[1]) in (("usr", "bin"), ("usr", "lib"))
    )


def holds_home(path: str, home: str) -> bool:
    """Whether ``path``, perhaps with a pattern at its end, is or holds the home folder of ``home`` or of anybody."""
    while (last := path.rsplit("/", 1)[-1]) and not last.strip("*?.[]!"):
        path = path[: -len(last)].rstrip("/") or "/"
    parts = [part for part in path.split("/") if part]
    if parts and _drive(parts[0]):
        parts = parts[1:]
    if not parts or (home and is_within(normalise(home, cwd="/", home=home), path)):
        return True
    return parts[0] in _PEOPLE_ROOTS | {"root"} and len(parts) <= (2 if parts[0] != "root" else 1)


def is_system(path: str) -> bool:
    """Whether ``path`` lies in a root that belongs to the system (temporary folders do not)."""
    parts = [part for part in path.split("/") if part]
    if parts and _drive(parts[0]):
        parts = parts[1:]
    if parts[:2] in (
        ["var", "tmp"],
        ["var", "folders"],
        ["private", "tmp"],
        ["private", "var"],
        ["run", "user"],
    ):
        return False
    return bool(parts) and parts[0] in _SYSTEM_ROOTS - {"srv", "opt", "Volumes", "root"}


def is_disk(path: str) -> bool:
    """A raw disk or the memory, as a device file."""
    return path.startswith("/dev/") and path[5:].startswith(_DISKS)


def is_switch(path: str) -> bool:
    """A file of the kernel by which the machine is stopped."""
    return path in ("/proc/sysrq-trigger", "/dev/watchdog", "/dev/watchdog0")


def is_harmless_device(path: str) -> bool:
    """``/dev/null`` and the standard streams."""
    return path in _HARMLESS_DEVICES or path.startswith("/dev/fd/")


def is_start_up(path: str) -> bool:
    """Whether what is written at ``path`` is run or trusted later without anybody asking."""
    parts = path.split("/")
    folded = [part.casefold() for part in parts]
    if folded[-1] in _START_UP_FILES:
        return True
    for folders in _START_UP_FOLDERS:
        wanted = [name.casefold() for name in folders]
        if any(folded[i : i + len(wanted)] == wanted for i in range(len(folded))):
            return True
    return False


def is_secret(path: str) -> bool:
    """Whether ``path`` (which may hold a pattern) can name keys, passwords or a browser's profile."""
    if path.startswith("/proc/") and path.rsplit("/", 1)[-1] in ("environ", "mem", "kcore"):
        return True
    for part in path.casefold().split("/"):
        if part in _SECRET_NAMES or part.endswith(_SECRET_ENDINGS):
            return True
        if (
            any(c in part for c in "*?[")
            and part.strip("*")
            and any(fnmatchcase(n, part) for n in _SECRET_NAMES)
        ):
            return True
    return False


def has_drive(path: str) -> bool:
    """Whether ``path`` starts with the letter of a drive, as on Windows."""
    return _drive(path)


def _drive(path: str) -> bool:
    return len(path) >= 2 and path[1] == ":" and path[0].isalpha() and path[0].isascii()


def _slashes(path: str, home: str) -> str:
    """Backslashes separate only on a machine whose home folder has a drive."""
    if _drive(home) or _drive(path):
        path = path.replace("\\", "/")
        return path[0].upper() + path[1:] if _drive(path) else path
    return path
