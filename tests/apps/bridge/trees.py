"""A folder with everything in it, as a value that can be compared; and runs of calls on it."""

import itertools
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.tools.failures import ToolFailedError
from openclaw.apps.bridge.tools.moving import delete, move
from openclaw.apps.bridge.tools.undo.undoing import Undo, UndoPath, preview_undo, undo
from openclaw.apps.bridge.tools.writing import edit_file, write_file
from openclaw.apps.bridge.versions.recorder import Recorder
from openclaw.apps.bridge.versions.store import Versions
from openclaw.protocol.tools import FsDelete, FsEdit, FsMove, FsUndo, FsUndoPreview, FsWrite, Replacement

_TOOLS: dict[type, Callable[..., Any]] = {
    FsWrite: write_file,
    FsEdit: edit_file,
    FsMove: move,
    FsDelete: delete,
}


def tree(folder: Path) -> dict[bytes, tuple[Any, ...]]:
    """Every path below ``folder`` with its kind, mode, and bytes or link target."""
    found: dict[bytes, tuple[Any, ...]] = {}
    for path in folder.rglob("*"):
        status = path.lstat()
        mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISLNK(status.st_mode):
            found[os.fsencode(path)] = ("link", str(path.readlink()))
        elif stat.S_ISDIR(status.st_mode):
            found[os.fsencode(path)] = ("folder", mode)
        else:
            found[os.fsencode(path)] = (
                "file",
                mode,
                path.read_bytes() if stat.S_ISREG(status.st_mode) else None,
            )
    return found


@dataclass
class Run:
    """Calls of one run, done with the real tools, and its undo."""

    policy: Policy
    versions: Versions
    calls: list[str] = field(default_factory=list[str])
    device_id: str = "device"

    _numbers = itertools.count(1)

    def do(self, arguments: FsWrite | FsEdit | FsMove | FsDelete) -> Any:
        """A call; ToolFailedError as it comes."""
        recorder = self._recorder()
        self.calls.append(recorder.call_id)
        try:
            return _TOOLS[type(arguments)](self.policy, arguments, recorder)
        finally:
            recorder.settle()

    def tries(self, arguments: FsWrite | FsEdit | FsMove | FsDelete) -> None:
        """A call that may fail."""
        try:
            self.do(arguments)
        except ToolFailedError:
            return

    def write(self, path: str, content: str) -> Any:
        return self.do(FsWrite(path=path, content=content))

    def edit(self, path: str, old: str, new: str) -> Any:
        return self.do(FsEdit(path=path, edits=[Replacement(old, new)]))

    def move(self, path: str, to: str, *, overwrite: bool = False) -> Any:
        return self.do(FsMove(path=path, to=to, overwrite=overwrite))

    def delete(self, path: str, *, keep: bool = True) -> Any:
        return self.do(FsDelete(path=path, keep=keep))

    def preview(self) -> Undo:
        return preview_undo(self.policy, FsUndoPreview(self.calls), self._recorder())

    def undo(self, *force: str) -> "Undone":
        """Undo the run; the answer holds the undo as a run of its own."""
        recorder = self._recorder()
        told = undo(self.policy, FsUndo(self.calls, list(force)), recorder)
        recorder.settle()
        return Undone(told, Run(self.policy, self.versions, [recorder.call_id], self.device_id))

    def _recorder(self) -> Recorder:
        return Recorder(self.versions, call_id=f"call_{next(self._numbers)}", device_id=self.device_id)


@dataclass
class Undone:
    """What an undo answered, and the undo as a run that can be undone."""

    told: Undo
    run: Run

    def __getitem__(self, end: str) -> UndoPath:
        """The only path of the answer that ends like this."""
        (found,) = [path for path in self.told.paths if path.path.endswith(end)]
        return found
