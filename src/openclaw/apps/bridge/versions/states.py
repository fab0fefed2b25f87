"""What is at a path at one moment, and what a call makes of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Kind = Literal["absent", "file", "link", "folder", "other"]


class Lost(StrEnum):
    """Why the bytes of a previous version are not there."""

    TOO_LARGE = "too_large"
    TOO_MUCH = "too_much"
    UNREADABLE = "unreadable"
    SPECIAL = "special"
    STORE = "store"
    DROPPED = "dropped"

    @property
    def words(self) -> str:
        """A sentence for the model and for logs."""
        return _WORDS[self]


_WORDS = {
    Lost.TOO_LARGE: "The file is too large for its previous version to be kept.",
    Lost.TOO_MUCH: "This is more than the bridge keeps previous versions of.",
    Lost.UNREADABLE: "What was there cannot be read, so no version of it is kept.",
    Lost.SPECIAL: "It is neither a file, a link nor a folder, so no version of it can be kept.",
    Lost.STORE: "The bridge cannot write its store of previous versions (disk full?).",
    Lost.DROPPED: "The previous version made room for newer ones.",
}


@dataclass(frozen=True)
class State:
    """``sha256`` and ``size`` (bytes) of a file, ``target`` of a link; ``lost`` when the bytes could not be kept."""

    kind: Kind
    sha256: str | None = None
    size: int = 0
    mode: int = 0
    mtime_ns: int = 0
    target: str | None = None
    lost: Lost | None = None

    def is_like(self, other: "State") -> bool:
        """Whether both are the same thing with the same content; rights and times do not count."""
        return (self.kind, self.sha256, self.target) == (other.kind, other.sha256, other.target)


ABSENT = State("absent")
NEW_FOLDER = State("folder")


@dataclass
class Change:
    """One path that a call changes, in the order of ``id``; for a move ``moved_to`` is where it went.

    ``path`` is a real path: no component of it was a link. ``inode`` tells the moved thing from another.
    """

    path: str
    before: State
    after: State
    moved_to: str | None = None
    inode: str | None = None
    id: int = 0
    call_id: str = ""
    undone_by: str | None = None
    pins: list[str] = field(default_factory=list[str])
