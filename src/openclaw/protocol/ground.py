"""Where commands act: the folders that a line may be in, and what its words name from there."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from openclaw.protocol import places, programs
from openclaw.protocol.options import operands
from openclaw.protocol.shell_words import Word

_MAX_FOLDERS = 8
_MAX_PATH = 4096


@dataclass
class Ground:
    """``cwd`` is where a call starts; ``left`` says that some command may act outside it.

    A ``cd`` adds a folder instead of replacing one: which branch of a line ran is not known here.
    """

    home: str
    cwd: str
    left: bool = False
    folders: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self.folders = self.folders or [self.cwd]

    def normalised(self, text: str) -> list[str]:
        """The absolute paths that ``text`` may name, one for each folder."""
        return [places.normalise(text, cwd=folder, home=self.home) for folder in self.folders]

    def move(self, name: str, args: Sequence[Word]) -> None:
        """Follow ``cd`` and its kin."""
        target = next(iter(operands(args)), Word("~"))
        if name == "popd" or target.dynamic or target.glob or target.text == "-":
            self.left = True
            return
        for moved in self.normalised(target.text):
            self.left = self.left or not places.is_within(moved, self.cwd)
            if moved not in self.folders:
                self.folders.append(moved)
        if len(self.folders) > _MAX_FOLDERS:
            self.left, self.folders = True, self.folders[:_MAX_FOLDERS]

    def paths(self, words: Sequence[Word]) -> list[str]:
        """The absolute paths that arguments name; plain names only where they hold secrets or are run later."""
        found: list[str] = []
        for word in words:
            text = _path_text(word)
            if text is None or "\n" in text or len(text) > _MAX_PATH:
                continue
            plain = not ("/" in text or "\\" in text or text in (".", "..", "~"))
            found += [
                path
                for path in self.normalised(text)
                if not plain or places.is_secret(path) or places.is_start_up(path)
            ]
        return list(dict.fromkeys(found))

    def resolved(self, word: Word) -> str | None:
        """The path that ``word`` names as a whole, the home folder's variable included; None: only known later."""
        return _path_text(word) if word.dynamic else word.text

    def names_foundation(self, words: Sequence[Word]) -> bool:
        """Whether an argument names the root, a system root or a home folder as a whole."""
        for word in words:
            text = word.text.replace('"', "") if word.dynamic else word.text
            if (word.dynamic and not text.startswith(("$HOME", "${HOME}"))) or text.startswith("-"):
                continue
            if any(places.is_foundation(path, self.home) for path in self.normalised(text)):
                return True
        return False

    def holds_home(self, words: Sequence[Word]) -> bool:
        """Whether a word names a home folder, or what holds one (the root as well)."""
        return any(
            places.holds_home(path, self.home) for word in words for path in self.normalised(word.text)
        )

    def lost(self, typed: str) -> bool:
        """Whether ``typed`` is a path that a ``cd`` of the line may have made another file."""
        if "/" not in typed and "\\" not in typed:
            return False
        moved = self.left or len(self.folders) > 1
        return moved and places.normalise(typed, cwd="/a", home="/") != places.normalise(
            typed, cwd="/b", home="/"
        )

    def program(self, typed: str) -> tuple[str, bool]:
        """The name a rule would hold, and whether it is found in the usual places."""
        if "/" not in typed and "\\" not in typed:
            return typed, True
        path = places.normalise(typed, cwd=self.cwd, home=self.home)
        folder, _, name = path.rpartition("/")
        return (name, True) if folder in programs.STANDARD_FOLDERS else (path, False)


def folded(typed: str) -> str:
    """The bare program name as any system might look it up: no folder, no case, no ending."""
    name = typed.replace("\\", "/").rsplit("/", 1)[-1].casefold()
    for ending in (".exe", ".com", ".cmd", ".bat"):
        name = name.removesuffix(ending)
    return name


def _path_text(word: Word) -> str | None:
    """The part of ``word`` that may be a path, or None."""
    text = word.text
    if word.dynamic:
        text = text.replace('"', "")
        return text if text.startswith(("$HOME/", "${HOME}/")) and text.count("$") == 1 else None
    if "://" in text or not text:
        return None
    if text.startswith("-"):
        if "=" in text:
            text = text.split("=", 1)[1]
        elif "/" in text:
            text = text[text.index("/") :]
        else:
            return None
    elif "=" in text and "/" not in text.split("=", 1)[0]:
        text = text.split("=", 1)[1]
    return text.removeprefix("@") or None
