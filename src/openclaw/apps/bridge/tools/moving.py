"""``fs.move`` and ``fs.delete``: whole trees, links as links, and everything kept before it goes."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress

import msgspec

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import FailureCode, ToolFailedError
from openclaw.apps.bridge.tools.paths import Place, open_parent, resolve
from openclaw.apps.bridge.versions.folders import Folder, identity
from openclaw.apps.bridge.versions.recorder import Recorder
from openclaw.apps.bridge.versions.states import ABSENT, Change, Lost
from openclaw.protocol.tools import FsDelete, FsMove

MAX_KEPT_ENTRIES = 5000
_MAX_SCANNED = 200_000
_MAX_DEPTH = 200


class Moved(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The result of ``fs.move``; ``overwritten``: a file was there, and was kept."""

    path: str
    to: str
    overwritten: bool
    undoable: bool = True
    undo_note: str | None = None


class Deleted(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The result of ``fs.delete``: how many files and links, folders and bytes are gone."""

    path: str
    files: int
    folders: int
    bytes: int
    undoable: bool = True
    undo_note: str | None = None


def move(policy: Policy, arguments: FsMove, recorder: Recorder) -> Moved:
    """Move a file, a link or a folder; missing parent folders are made. CONFLICT when something is there.

    With ``overwrite`` a file that is there gives way, and is kept.
    """
    source, target = (resolve(policy, text, is_entry=True) for text in (arguments.path, arguments.to))
    _refuse_roots(policy, source)
    _refuse_roots(policy, target)
    if (target.real + os.sep).startswith(source.real + os.sep):
        raise ToolFailedError(FailureCode.INVALID_ARGUMENTS, "It cannot be moved to or into itself.")
    name, new_name = os.path.basename(source.real), os.path.basename(target.real)
    with open_parent(source) as folder:
        status = _present(folder, name, source)
        for path, _ in _below(folder, name, status):
            _refuse_denied(policy, path, target.real + path[len(source.real) :])
        with open_parent(target, create=True, on_make=recorder.folder_made) as other:
            there = seen = other.status(new_name)
            if there is not None and identity(there) == identity(status):
                if source.real.casefold() != target.real.casefold():
                    raise ToolFailedError(FailureCode.CONFLICT, f"{target.shown} is the same file")
                there = None  # another spelling of the same name, where letter case does not count
            _check_room(there, target, may_overwrite=arguments.overwrite)
            changes = [] if there is None else [recorder.look(other, new_name, after=ABSENT)]
            if recorder.lost is not None and changes:
                recorder.drop(*changes)
                raise ToolFailedError(
                    FailureCode.TOO_LARGE, f"{target.shown} would be overwritten. {recorder.lost.words}"
                )
            change = recorder.move(folder, name, target.real)
            written = recorder.write_down(*changes, change)
            try:
                if identity(other.status(new_name)) != identity(seen):
                    raise ToolFailedError(
                        FailureCode.CONFLICT, f"{target.shown} was changed by someone else meanwhile"
                    )
                _rename((folder, name), (other, new_name), target)
            except BaseException:
                recorder.forget(written)
                raise
    return Moved(
        path=source.real,
        to=target.real,
        overwritten=there is not None,
        undoable=recorder.lost is None,
        undo_note=recorder.lost and recorder.lost.words,
    )


def delete(policy: Policy, arguments: FsDelete, recorder: Recorder) -> Deleted:
    """Delete a file, a link or a folder with all that is in it.

    TOO_LARGE when not all of it can be kept, unless ``keep`` is False. What was changed by somebody else while it
    was looked at stays (CONFLICT).
    """
    place = resolve(policy, arguments.path, is_entry=True)
    _refuse_roots(policy, place)
    name = os.path.basename(place.real)
    with open_parent(place) as folder:
        status = _present(folder, name, place)
        entries = list(_below(folder, name, status))
        for path, found in entries:
            _refuse_denied(policy, path)
            if found.st_dev != status.st_dev:
                raise ToolFailedError(
                    FailureCode.DENIED_BY_LOCAL_POLICY, f"{path[:1000]} is another file system"
                )
        kept = _kept_tree(recorder, folder, name, entries, may_lose=not arguments.keep)
        gone = _Gone(kept, dict(entries))
        try:
            gone.remove(folder, name)
        finally:
            recorder.forget(gone.left)
    return Deleted(
        path=place.real,
        files=sum(not stat.S_ISDIR(found.st_mode) for _, found in entries),
        folders=sum(stat.S_ISDIR(found.st_mode) for _, found in entries),
        bytes=sum(found.st_size for _, found in entries if stat.S_ISREG(found.st_mode)),
        undoable=recorder.lost is None,
        undo_note=recorder.lost and recorder.lost.words,
    )


def _rename(source: tuple[Folder, str], target: tuple[Folder, str], place: Place) -> None:
    try:
        source[0].rename(source[1], *target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        raise ToolFailedError(
            FailureCode.INVALID_ARGUMENTS,
            f"{place.shown} is on another file system; move it with a program (mv), which cannot be undone",
        ) from None


def _check_room(there: os.stat_result | None, target: Place, *, may_overwrite: bool) -> None:
    if there is None:
        return
    if not may_overwrite:
        raise ToolFailedError(FailureCode.CONFLICT, f"{target.shown} exists already")
    if stat.S_ISDIR(there.st_mode):
        raise ToolFailedError(FailureCode.NOT_A_FILE, f"{target.shown} is a folder, which is not overwritten")


def _refuse_roots(policy: Policy, place: Place) -> None:
    """The folders that the owner opened, and what holds them, stay where they are."""
    if not os.path.basename(place.real) or any(
        (folder + os.sep).startswith(place.real + os.sep) for folder in (*policy.folders, policy.home)
    ):
        raise ToolFailedError(
            FailureCode.DENIED_BY_LOCAL_POLICY,
            f"{place.shown} is a folder that this machine's owner works in",
        )


def _refuse_denied(policy: Policy, *paths: str) -> None:
    for path in paths:
        if (pattern := policy.denies(path)) is not None:
            raise ToolFailedError(
                FailureCode.DENIED_BY_LOCAL_POLICY,
                f"{path.encode('utf-8', 'replace').decode()[:1000]}: this machine's owner denies it ({pattern}).",
            )


def _present(folder: Folder, name: str, place: Place) -> os.stat_result:
    status = folder.status(name)
    if status is None:
        raise ToolFailedError(FailureCode.NOT_FOUND, f"{place.shown} does not exist")
    return status


def _below(folder: Folder, name: str, status: os.stat_result) -> Iterator[tuple[str, os.stat_result]]:
    """``name`` and everything in it, what is inside a folder before the folder."""
    left = _MAX_SCANNED

    def walk(
        folder: Folder, name: str, status: os.stat_result, depth: int
    ) -> Iterator[tuple[str, os.stat_result]]:
        nonlocal left
        left -= 1
        if left < 0 or depth > _MAX_DEPTH:
            raise ToolFailedError(
                FailureCode.TOO_LARGE,
                f"It holds over {_MAX_SCANNED} entries, or folders over {_MAX_DEPTH} deep; use a program",
            )
        if stat.S_ISDIR(status.st_mode):
            with folder.inside(name) as inner:
                for child in inner.names():
                    if (found := inner.status(child)) is not None:
                        yield from walk(inner, child, found, depth + 1)
        yield os.path.join(folder.path, name), status

    yield from walk(folder, name, status, 0)


def _kept_tree(
    recorder: Recorder,
    folder: Folder,
    name: str,
    entries: list[tuple[str, os.stat_result]],
    *,
    may_lose: bool,
) -> dict[str, Change]:
    """The written-down deletions by path; TOO_LARGE, and nothing written down, if one cannot be kept and must be."""
    kept: dict[str, Change] = {}
    if len(entries) > MAX_KEPT_ENTRIES:
        if not may_lose:
            raise _not_kept(f"There are {len(entries)} entries in it, over {MAX_KEPT_ENTRIES}.")
        recorder.note_lost(folder, name, Lost.TOO_MUCH)
        return kept

    def walk(folder: Folder, name: str) -> None:
        change = recorder.look(folder, name, after=ABSENT)
        if change.before.kind == "folder":
            with folder.inside(name) as inner:
                for child in inner.names():
                    walk(inner, child)
        kept[change.path] = change
        if change.before.lost is not None and not may_lose:
            raise _not_kept(change.before.lost.words)

    try:
        walk(folder, name)
    except BaseException:
        recorder.drop(*kept.values())
        raise
    recorder.write_down(*kept.values())
    if recorder.lost is not None and not may_lose:
        raise _not_kept(recorder.lost.words)
    return kept


def _not_kept(why: str) -> ToolFailedError:
    return ToolFailedError(
        FailureCode.TOO_LARGE,
        f"{why} Nothing was deleted. Say keep=false to delete it for good, without undo.",
    )


class _Gone:
    """Deletes a tree as it was looked at: whatever has changed since stays, and so do the folders around it."""

    def __init__(self, kept: dict[str, Change], seen: dict[str, os.stat_result]) -> None:
        self._kept = kept
        self._seen = seen

    @property
    def left(self) -> list[Change]:
        """The written-down deletions that did not happen."""
        return [change for change in self._kept.values() if change.id]

    def remove(self, folder: Folder, name: str) -> None:
        """Delete ``name``; CONFLICT when it is not what it was."""
        path = os.path.join(folder.path, name)
        status, seen = folder.status(name), self._seen.get(path)
        if status is None or seen is None:
            raise ToolFailedError(
                FailureCode.CONFLICT, f"{path[:1000]} was changed by someone else meanwhile"
            )
        if stat.S_ISDIR(status.st_mode) and stat.S_ISDIR(seen.st_mode):
            with folder.inside(name) as inner:
                for child in inner.names():
                    self.remove(inner, child)
            folder.remove_folder(name)
        else:
            if identity(status) != identity(seen):
                raise ToolFailedError(
                    FailureCode.CONFLICT, f"{path[:1000]} was changed by someone else meanwhile"
                )
            folder.remove(name)
        with suppress(KeyError):
            del self._kept[path]
