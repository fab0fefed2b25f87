"""Random edits, moves and deletions of a random tree, undone: the same tree, byte for byte."""

import random
from pathlib import Path

import pytest

from openclaw.apps.bridge.policy import Policy
from openclaw.apps.bridge.versions.store import Versions
from openclaw.protocol.tools import FsDelete, FsEdit, FsMove, FsWrite, Replacement
from tests.apps.bridge.trees import Run, tree

NAMES = ["a", "b", "notes.txt", "Ünï", "文件", "with space", "-dash", "e\u0301", "🙂", "."]
MODES = [0o644, 0o600, 0o755, 0o444, 0o400]


class Chance:
    """Everything that is random in a case, by its seed."""

    def __init__(self, seed: int, home: Path) -> None:
        self._random = random.Random(seed)
        self._home = home

    def plant(self) -> None:
        """Fill the home folder."""
        for _ in range(self._random.randrange(4, 16)):
            path = self._home / self._path(deep=True)
            if path.exists() or path.is_symlink() or not self._is_clear(path.parent):
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            match self._random.randrange(8):
                case 0:
                    path.mkdir()
                    path.chmod(self._random.choice([0o755, 0o700, 0o750]))
                case 1:
                    path.symlink_to(self._random.choice(["a", "nowhere", "..", str(self._home / "b")]))
                case _:
                    path.write_bytes(self._bytes())
                    path.chmod(self._random.choice(MODES))

    def call(self) -> FsWrite | FsEdit | FsMove | FsDelete:
        """A call, on what is there more often than not; many fail."""
        match self._random.randrange(10):
            case 0 | 1 | 2:
                return FsWrite(
                    path=self._some(), content=self._random.choice(["", "one\n", "zwei\r\n", "三\n" * 40])
                )
            case 3 | 4:
                return FsEdit(
                    path=self._some(), edits=[Replacement(self._random.choice("on三a"), "x", every=True)]
                )
            case 5 | 6 | 7:
                return FsMove(path=self._some(), to=self._some(), overwrite=self._random.random() < 0.5)
            case _:
                return FsDelete(path=self._some())

    def _some(self) -> str:
        there = [
            path for path in sorted(self._home.rglob("*")) if len(path.parts) - len(self._home.parts) < 6
        ]
        if there and self._random.random() < 0.7:
            found = self._random.choice(there)
            return f"~/{found.relative_to(self._home)}" + ("/new" if self._random.random() < 0.2 else "")
        return f"~/{self._path(deep=self._random.random() < 0.5)}"

    def _path(self, *, deep: bool) -> str:
        depth = self._random.randrange(1, 4 if deep else 2)
        return "/".join(self._random.choice(NAMES[:-1]) for _ in range(depth))

    def _bytes(self) -> bytes:
        return self._random.choice(
            [b"", b"one\ntwo\n", self._random.randbytes(200), "数据\n".encode(), b"\0\xff\0", b"one"]
        )

    def _is_clear(self, folder: Path) -> bool:
        chain = [folder, *folder.parents]
        return all(
            part.is_dir() and not part.is_symlink() for part in chain if part.exists() or part.is_symlink()
        )

    def is_about(self, chance: float) -> bool:
        """A coin."""
        return self._random.random() < chance


@pytest.mark.parametrize("block", range(14))
def test_undo_gives_the_same_tree_back(block: int, home: Path, policy: Policy, versions: Versions) -> None:
    for seed in range(block * 15, block * 15 + 15):
        inner = home / f"case-{seed}"
        inner.mkdir()
        chance = Chance(seed, inner)
        chance.plant()
        before = tree(inner)
        run = Run(policy, versions)
        for _ in range(12):
            call = chance.call()
            # Calls name paths from home on; the case has a folder of its own.
            run.tries(_moved_into(call, inner.name))
        after = tree(inner)

        promised = run.preview()
        assert tree(inner) == after, f"seed {seed}: a preview changes nothing"
        undone = run.undo()
        assert tree(inner) == before, f"seed {seed}"
        assert undone.told.stopped == promised.stopped == 0
        assert [(p.path, p.action) for p in undone.told.paths] == [(p.path, p.action) for p in promised.paths]
        assert run.preview().paths == []
        undone.run.undo()
        assert tree(inner) == after, f"seed {seed}: an undo can be undone"
        run.undo()
        assert tree(inner) == before, f"seed {seed}: and done again"


def _moved_into(
    call: FsWrite | FsEdit | FsMove | FsDelete, name: str
) -> FsWrite | FsEdit | FsMove | FsDelete:
    def inside(path: str) -> str:
        return f"~/{name}/{path.removeprefix('~/')}"

    match call:
        case FsWrite(path=path, content=content):
            return FsWrite(path=inside(path), content=content)
        case FsEdit(path=path, edits=edits):
            return FsEdit(path=inside(path), edits=edits)
        case FsMove(path=path, to=to, overwrite=overwrite):
            return FsMove(path=inside(path), to=inside(to), overwrite=overwrite)
        case FsDelete(path=path):
            return FsDelete(path=inside(path))
