"""The owner's local policy, ``policy.toml``: it judges every call here, whatever the server has decided.

It can only narrow. A file that cannot be read, or says something unknown, refuses everything.
"""

import fnmatch
import glob
import os
import re
import stat
import sys
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import msgspec

from openclaw.apps.bridge.errors import PolicyFileError
from openclaw.apps.bridge.policy_defaults import DENIED, POLICY_TEXT
from openclaw.apps.bridge.state import POLICY, StateFolder
from openclaw.protocol.grading import Grade
from openclaw.protocol.tools import ARGUMENTS, ToolName

MaxGrade = Literal["read", "modify", "high"]
Decision = Literal["allow", "deny"] | MaxGrade  # a grade: allowed up to there
_MAX_FILE_BYTES = 262_144


class PolicyFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The form of ``policy.toml``; every field may be left out."""

    folders: tuple[str, ...] = ("~",)
    denied: tuple[str, ...] = ()
    use_default_denied: bool = True
    max_grade: MaxGrade = "high"
    tools: dict[ToolName | Literal["pi", "vault"], Decision] = {}


@dataclass(frozen=True)
class Policy:
    """What may be reached here. ``folders`` are real paths; ``denied`` are patterns (see ``denies``).

    ``max_grade`` binds every tool; ``tools`` may switch one off or bind it to a lower grade.
    """

    folders: tuple[str, ...]
    denied: tuple[str, ...]
    denied_folders: tuple[str, ...]
    max_grade: MaxGrade
    tools: Mapping[str, Decision]
    home: str

    def allows_tool(self, tool: str) -> bool:
        """Whether the owner lets ``tool`` be used at all."""
        return tool in ARGUMENTS and self.tools.get(tool) != "deny"

    @property
    def allows_runtime(self) -> bool:
        """Whether the owner lets the server prompt the Pi runtime, whose tool calls are judged one by one."""
        return self.tools.get("pi") != "deny"

    @property
    def allows_vault(self) -> bool:
        """Whether the owner lets the server have local-only systems kept here."""
        return self.tools.get("vault") != "deny"

    def max_grade_of(self, tool: str) -> Grade:
        """The riskiest grade that the owner accepts of ``tool``: the lower of the general one and its own."""
        general, own = Grade(self.max_grade), self.tools.get(tool, "allow")
        return general if own in ("allow", "deny") else min(general, Grade(own))

    def covers(self, path: str) -> bool:
        """Whether the real path ``path`` is an allowed folder or inside one."""
        known = os.path.normcase(path)
        return any(_is_inside(known, os.path.normcase(folder)) for folder in self.folders)

    def denies(self, path: str) -> str | None:
        """The pattern that denies ``path`` (any path, real or as typed), or None.

        A pattern without ``/`` matches one component anywhere in the path; with ``/`` it matches that run of
        components. Letter case and the way accents are composed do not count: some file systems ignore them.
        """
        folded = _folded(path)
        for folder in self.denied_folders:
            if _is_inside(folded, _folded(folder), separator="/"):
                return folder
        components = [part for part in folded.split("/") if part]
        if not any(map(self._starts.match, components)):
            return None  # most paths, and a folder can hold very many
        for pattern, run in self._patterns:
            last = len(components) - len(run)
            if any(_run_matches(components[at : at + len(run)], run) for at in range(last + 1)):
                return pattern
        return None

    def refusal(self, path: str) -> str | None:
        """Why the real path ``path`` may not be touched, or None when it may."""
        if not self.covers(path):
            hint = "`openclaw bridge policy show` there lists them"
            return f"it is outside the folders that this machine's owner allows ({hint})"
        if (pattern := self.denies(path)) is not None:
            shown = pattern if pattern in self.denied else "the bridge's own files"
            return f"this machine's owner denies it ({shown})"
        return None

    @cached_property
    def _starts(self) -> re.Pattern[str]:
        """Matches a component with which some pattern could begin."""
        return re.compile("|".join(fnmatch.translate(run[0]) for _, run in self._patterns) or r"(?!)")

    @cached_property
    def _patterns(self) -> list[tuple[str, list[str]]]:
        return [(p, [part for part in _folded(p).split("/") if part]) for p in self.denied]


class PolicyStore:
    """The policy as the file says right now; read again whenever the file has changed."""

    def __init__(self, folder: StateFolder, *, home: Path) -> None:
        self._folder = folder
        self._path = folder.path / POLICY
        self.home = home
        self._stamp: tuple[int, int, int, int] | None = None
        self._policy: Policy | None = None

    @property
    def path(self) -> Path:
        """Where the owner edits the policy."""
        return self._path

    def ensure_file(self) -> None:
        """Write the commented defaults if there is no file yet."""
        if self._folder.read(POLICY) is None:
            self._folder.write(POLICY, POLICY_TEXT.encode())

    def current(self) -> Policy:
        """The policy in force; PolicyFileError, and so nothing at all, when the file cannot be used."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            raise PolicyFileError(
                reason=f"{POLICY} is missing (restart the bridge to get the defaults)"
            ) from None
        except OSError as error:
            raise PolicyFileError(reason=f"{POLICY}: {error.strerror}") from None
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino, status.st_mode)
        if self._policy is None or stamp != self._stamp:
            self._policy = None
            _check_owner(status)
            self._policy = self._parsed(_read_text(self._path, status.st_size))
            self._stamp = stamp
        return self._policy

    def _parsed(self, text: str) -> Policy:
        try:
            file = msgspec.convert(tomllib.loads(text), PolicyFile)
        except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
            raise PolicyFileError(reason=f"{POLICY}: {error}") from None
        folders = tuple(self._real(folder) for folder in file.folders)
        return Policy(
            folders=folders,
            denied=(*(DENIED if file.use_default_denied else ()), *self._expanded(file.denied)),
            denied_folders=(os.path.realpath(self._folder.path),),
            max_grade=file.max_grade,
            tools={**file.tools},
            home=str(self.home),
        )

    def _expanded(self, patterns: tuple[str, ...]) -> Iterator[str]:
        """The patterns with ``~`` as the home folder, under the name it is known by and under its real one."""
        for pattern in patterns:
            if not pattern.strip("/ "):
                raise PolicyFileError(reason=f"{POLICY}: an empty pattern in `denied`")
            if pattern == "~" or _slashed(pattern).startswith("~/"):
                homes = dict.fromkeys((str(self.home), os.path.realpath(self.home)))
                yield from (glob.escape(home) + pattern[1:] for home in homes)
            elif pattern.startswith("~") and "/" in _slashed(pattern):
                raise PolicyFileError(reason=f"{POLICY}: {pattern!r} in `denied`: only ~ itself is known")
            else:
                yield pattern

    def _real(self, folder: str) -> str:
        if folder == "~" or _slashed(folder).startswith("~/"):
            folder = str(self.home) + folder[1:]
        if "\0" in folder or not Path(folder).is_absolute():
            raise PolicyFileError(reason=f"{POLICY}: folder {folder!r} is neither absolute nor below ~")
        return os.path.realpath(folder)


def _read_text(path: Path, size: int) -> str:
    if size > _MAX_FILE_BYTES:
        raise PolicyFileError(reason=f"{POLICY} is over {_MAX_FILE_BYTES} bytes")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise PolicyFileError(reason=f"{POLICY} cannot be read ({type(error).__name__})") from None


def _check_owner(status: os.stat_result) -> None:
    if sys.platform == "win32":
        return
    if not stat.S_ISREG(status.st_mode):
        raise PolicyFileError(reason=f"{POLICY} is not a file")
    if status.st_uid not in {os.getuid(), 0} or stat.S_IMODE(status.st_mode) & 0o022:
        raise PolicyFileError(reason=f"other users can change {POLICY} (chmod 600 it)")


def _is_inside(path: str, folder: str, *, separator: str = os.sep) -> bool:
    return path == folder or path.startswith(folder.rstrip(separator) + separator)


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", _slashed(path).casefold())


def _slashed(path: str) -> str:
    return path.replace("\\", "/") if sys.platform == "win32" else path


def _run_matches(components: list[str], run: list[str]) -> bool:
    return all(fnmatch.fnmatchcase(part, want) for part, want in zip(components, run, strict=True))
