"""Markdown as it streams: however it is cut into pieces, in the end it stands there as if printed at once."""

import random
import re
from pathlib import Path
from typing import Any

import pytest

from openclaw.apps.cli.chat.markdown import StreamedMarkdown, render

TEXT = """# 标题 Title

Some **bold** and *slanted* text with `code` that is long enough to be wrapped, 中文与英文混排，也要换行。

- first
- second, which is long enough that it is wrapped at the end of the line
  - nested

1. one
2. two

```python
def greet(name):

    return f"hello {name}"
```

> a quote

| name | 数值 |
|---|---:|
| alpha | 1 |

The end.
"""
_MOVE = re.compile(r"\x1b\[(\d*)([AJm])")


class Screen:
    """A terminal of ``columns`` by ``rows``, as far as our drawing uses one; ``lines``: all that was ever shown."""

    def __init__(self, columns: int, rows: int) -> None:
        self._columns, self._rows = columns, rows
        self.lines = [""]
        self._row = 0

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        pass

    def write(self, text: str) -> int:
        position = 0
        while position < len(text):
            move = _MOVE.match(text, position)
            if move is not None:
                self._move(move[1], move[2])
                position = move.end()
                continue
            letter = text[position]
            if letter == "\n":
                self._row += 1
                if self._row == len(self.lines):
                    self.lines.append("")
            elif letter != "\r":
                self.lines[self._row] += letter
            position += 1
        return len(text)

    def _move(self, count: str, kind: str) -> None:
        if kind == "A":
            self._row -= int(count)
            assert self._row >= len(self.lines) - self._rows, "drew above the top of the screen"
        elif kind == "J":
            del self.lines[self._row :]
            self.lines.append("")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Screen:
    columns, rows = request.param
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", str(rows))
    monkeypatch.setenv("NO_COLOR", "1")
    return Screen(columns, rows)


def plain(rows: list[str]) -> list[str]:
    return [re.sub(r"\x1b\[[0-9;]*m", "", row).rstrip() for row in rows]


def blocks(width: int) -> list[str]:
    """Each block by itself, as a stream shows it, with a blank line between."""
    shown: list[str] = []
    for block in re.split(r"\n\n(?!    return)", TEXT.strip()):
        shown += ["", *plain(render(block, width, color=False))]
    return shown[1:]


@pytest.mark.parametrize("screen", [(100, 40), (60, 40), (60, 8)], indirect=True, ids=str)
@pytest.mark.parametrize("seed", range(4))
def test_pieces_make_the_whole(screen: Any, seed: int) -> None:
    dice = random.Random(seed)
    streamed = StreamedMarkdown(screen)
    left = TEXT
    while left:
        size = dice.randint(1, 12)
        streamed.feed(left[:size])
        left = left[size:]
    streamed.finish()
    shown = [line.rstrip() for line in screen.lines]
    assert shown[-1] == ""
    assert shown[:-1] == blocks(screen._columns)


@pytest.mark.parametrize("screen", [(60, 6)], indirect=True, ids=str)
def test_a_block_longer_than_the_screen_is_drawn_without_going_above_it(screen: Any) -> None:
    text = "word " * 400
    streamed = StreamedMarkdown(screen)
    for position in range(0, len(text), 7):
        streamed.feed(text[position : position + 7])
    streamed.finish()
    assert " ".join(screen.lines).split() == text.split()


def test_the_renderer_is_not_loaded_for_a_help_page(root: Path) -> None:
    import subprocess
    import sys

    script = (
        "import sys; from openclaw.apps.cli.main import run; run(['chat', '--help']);"
        "heavy = {'rich', 'httpx2', 'websockets', 'asyncio', 'fastapi', 'sqlalchemy', 'pydantic'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=root)
