"""Names of files in a package: such that every system writes them where they belong, and apart."""

import re
from collections.abc import Iterable

from openclaw.protocol.packages.errors import PackageRefusedError

MAX_PATH = 200
MAX_PARTS = 12
_PART = re.compile(r"[A-Za-z0-9_.+@-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$|clock\$)", re.IGNORECASE)


def check_path(path: str) -> None:
    """Refuse a path that leads out, or that a file system may read differently.

    :raises PackageRefusedError: ``path_escape``, ``reserved_name``, ``bad_path``.
    """
    shown = ascii(path[:MAX_PATH])[1:-1]
    slashed = path.replace("\\", "/")
    parts = slashed.split("/")
    if slashed.startswith(("/", "~")) or ".." in parts or re.match(r"[A-Za-z]:", path):
        raise PackageRefusedError(reason="path_escape", path=shown)
    if any(_RESERVED.fullmatch(part.partition(".")[0].strip(" ")) for part in parts):
        raise PackageRefusedError(reason="reserved_name", path=shown)
    is_long = len(path) > MAX_PATH or len(parts) > MAX_PARTS
    if is_long or not all(_PART.fullmatch(part) and not part.endswith(".") for part in path.split("/")):
        raise PackageRefusedError(reason="bad_path", path=shown)


def check_paths(paths: Iterable[str]) -> None:
    """As ``check_path`` for each; and no two are one file, or file and folder, where case does not count.

    :raises PackageRefusedError: also ``name_collision``.
    """
    spelled: dict[str, str] = {}  # files and folders as the first path spelled them
    files: set[str] = set()
    for path in paths:
        check_path(path)
        parts = path.split("/")
        for count in range(1, len(parts) + 1):
            place = "/".join(parts[:count])
            folded = place.casefold()
            is_file = count == len(parts)
            is_taken = folded in files or (is_file and folded in spelled)
            if is_taken or spelled.setdefault(folded, place) != place:
                raise PackageRefusedError(reason="name_collision", path=path)
        files.add(path.casefold())
