"""``fs.search``: lines that contain a text or match a regular expression.

Bounded in files, bytes, matches and time. Links are never followed, binary and huge files are skipped, and so
are denied paths. A regular expression can take for ever and holds the interpreter meanwhile, so those run in a
process of their own (``python -m openclaw.apps.bridge.tools.search``) that can be killed.
"""

import fnmatch
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError, ToolFailure
from openclaw.apps.bridge.tools.paths import open_entry, open_file, open_folder, resolve
from openclaw.protocol.tools import MAX_OUTPUT_BYTES, FsSearch

MAX_SEARCHED_FILE_BYTES = 4 * 1_048_576
MAX_FILES = 50_000
MAX_SECONDS = 20.0
_MAX_LINE_LETTERS = 500
_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv", ".tox"})

Matches = Callable[[str], bool]


class Match(msgspec.Struct, frozen=True):
    """One line; ``line`` counts from 1, ``text`` is cut at 500 letters."""

    path: str
    line: int
    text: str


class Found(msgspec.Struct, frozen=True, rename="camel"):
    """The result of ``fs.search``; ``truncated`` when a bound was reached."""

    path: str
    matches: list[Match]
    truncated: bool
    files_searched: int


class SearchJob(msgspec.Struct, frozen=True):
    """What the search process is asked: the policy's parts and the arguments."""

    policy: dict[str, Any]
    arguments: FsSearch


class SearchReply(msgspec.Struct, frozen=True):
    """What it answers."""

    found: Found | None = None
    failure: ToolFailure | None = None


class _Budget:
    """What is left of the bounds; ``spent`` once one is used up."""

    def __init__(self, arguments: FsSearch, is_cancelled: Callable[[], bool]) -> None:
        self.matches: list[Match] = []
        self.files = 0
        self.spent = False
        self._limit = arguments.limit
        self._room = MAX_OUTPUT_BYTES
        self._is_cancelled = is_cancelled
        self._ends_at = time.monotonic() + MAX_SECONDS

    def take_file(self) -> bool:
        if self._is_cancelled():
            raise ToolFailedError(FailureCode.CANCELLED, "The search was cancelled.")
        self.files += 1
        self.spent = self.spent or self.files > MAX_FILES or time.monotonic() > self._ends_at
        return not self.spent

    def take_match(self, match: Match) -> bool:
        self._room -= len(match.text) + len(match.path)
        if len(self.matches) >= self._limit or self._room < 0:
            self.spent = True
            return False
        self.matches.append(match)
        return True


def search(policy: Policy, arguments: FsSearch, is_cancelled: Callable[[], bool]) -> Found:
    """Search below a folder, or one file; NOT_FOUND, INVALID_ARGUMENTS (bad expression) or CANCELLED."""
    place = resolve(policy, arguments.path)
    matches = _matcher(arguments)
    budget = _Budget(arguments, is_cancelled)
    if os.path.isfile(place.real):
        with open_file(place) as descriptor:
            budget.take_file()
            _search_file(descriptor, place.real, matches, budget)
    else:
        with open_folder(place) as folder:
            _search_tree(policy, place.real, folder, arguments.glob, matches, budget)
    return Found(
        path=place.real,
        matches=budget.matches,
        truncated=budget.spent,
        files_searched=min(budget.files, MAX_FILES),
    )


def job_of(policy: Policy, arguments: FsSearch) -> bytes:
    """The input of the search process."""
    parts = {
        "folders": policy.folders,
        "denied": policy.denied,
        "denied_folders": policy.denied_folders,
        "home": policy.home,
    }
    return msgspec.json.encode(SearchJob(policy=parts, arguments=arguments))


def answer(job: bytes) -> bytes:
    """The output of the search process for ``job``."""
    asked = msgspec.json.decode(job, type=SearchJob)
    lists = {key: tuple(value) for key, value in asked.policy.items() if key != "home"}
    policy = Policy(**lists, home=asked.policy["home"], max_grade="read", tools={})
    try:
        reply = SearchReply(found=search(policy, asked.arguments, lambda: False))
    except ToolFailedError as failed:
        reply = SearchReply(failure=failed.failure)
    return msgspec.json.encode(reply)


def _matcher(arguments: FsSearch) -> Matches:
    if not arguments.regex:
        query = arguments.query
        return lambda line: query in line
    try:
        expression = re.compile(arguments.query)
    except (re.error, RecursionError, OverflowError) as error:
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, f"Not a regular expression: {error}") from None
    return lambda line: expression.search(line) is not None


def _search_tree(
    policy: Policy, root: str, folder: int, pattern: str | None, matches: Matches, budget: _Budget
) -> None:
    for path, name, parent, parent_path in _files(policy, root, folder):
        if pattern is not None and not fnmatch.fnmatch(name, pattern):
            continue
        if not budget.take_file():
            return
        try:
            descriptor = open_entry(parent, name, parent=parent_path)
        except OSError:
            continue  # gone, closed to this account, or swapped for a link
        try:
            _search_file(descriptor, path, matches, budget)
        finally:
            os.close(descriptor)
        if budget.spent:
            return


def _files(policy: Policy, root: str, folder: int) -> Iterator[tuple[str, str, int, str]]:
    """Each allowed file below ``root``: its path, its name, and its open parent folder with its path."""
    walk: Iterator[tuple[str, list[str], list[str], int]]
    if folder >= 0:
        walk = os.fwalk(".", dir_fd=folder, follow_symlinks=False)
    else:
        walk = ((at, folders, names, -1) for at, folders, names in os.walk(root, followlinks=False))
    for at, folders, names, descriptor in walk:
        here = os.path.normpath(os.path.join(root, at))
        folders[:] = sorted(
            name
            for name in folders
            if name not in _SKIPPED_FOLDERS and policy.refusal(os.path.join(here, name)) is None
        )
        for name in sorted(names):
            path = os.path.join(here, name)
            if policy.refusal(path) is None:
                yield path, name, descriptor, here


def _search_file(descriptor: int, path: str, matches: Matches, budget: _Budget) -> None:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_SEARCHED_FILE_BYTES:
        return
    with os.fdopen(descriptor, "rb", closefd=False) as file:
        try:
            data = file.read(MAX_SEARCHED_FILE_BYTES)
        except OSError:
            return
    if b"\0" in data:
        return
    shown = path.encode("utf-8", "replace").decode()
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), start=1):
        if matches(line):
            match = Match(path=shown, line=number, text=line.rstrip("\r")[:_MAX_LINE_LETTERS])
            if not budget.take_match(match):
                return


if __name__ == "__main__":
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()))
