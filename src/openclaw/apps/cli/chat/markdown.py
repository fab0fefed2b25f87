"""Markdown as it streams in: what is finished is printed once, the block in progress is drawn over.

On a terminal only. The last block is rendered again with every piece; rows that have left the screen stay as they are.
"""

import shutil
from typing import ClassVar, TextIO

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, MarkdownElement
from rich.style import Style
from rich.syntax import Syntax
from rich.text import Text
from rich.theme import Theme

from openclaw.apps.cli.output import has_color

_WIDEST = 100
_KEPT_BY_EMOJI = "\n\t\u200c\u200d"
_THEME = Theme(
    {
        **{f"markdown.h{level}": "bold" for level in range(1, 7)},
        "markdown.code": "cyan",
        "markdown.code_block": "none",
        "markdown.item.bullet": "dim",
        "markdown.item.number": "dim",
        "markdown.block_quote": "dim",
        "markdown.hr": "dim",
        "markdown.link": "underline",
        "markdown.link_url": "dim underline",
        "markdown.table.border": "dim",
        "markdown.table.header": "bold",
    }
)


class _Heading(Heading):
    """To the left, without a box."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        self.text.justify = "left"
        self.text.stylize(Style(bold=True, underline=self.tag == "h1"))
        yield self.text


class _CodeBlock(CodeBlock):
    """Indented, in the terminal's own colours, without a background."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = str(self.text).rstrip()
        syntax = Syntax("", self.lexer_name, theme="ansi_dark", background_color="default")
        highlighted = syntax.highlight(code)
        highlighted.rstrip()
        for line in highlighted.wrap(console, max(8, options.max_width - 2), tab_size=4, no_wrap=False):
            yield Text("  ") + line


class _Markdown(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": _Heading,
        "fence": _CodeBlock,
        "code_block": _CodeBlock,
    }


def render(text: str, width: int, *, color: bool) -> list[str]:
    """Markdown as rows for a terminal of ``width`` columns."""
    console = Console(
        width=width,
        force_terminal=True,
        color_system="auto" if color else None,
        theme=_THEME,
        highlight=False,
        legacy_windows=False,
    )
    with console.capture() as captured:
        console.print(_Markdown(text, hyperlinks=False))
    rows = [row.rstrip() for row in captured.get().split("\n")]
    drawn = [position for position, row in enumerate(rows) if row]
    return rows[drawn[0] : drawn[-1] + 1] if drawn else []


class StreamedMarkdown:
    """Draws a text that grows on ``stream``, a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._color = has_color(stream)
        self._block = ""
        self._rows: list[str] = []
        self._is_first = True

    def feed(self, piece: str) -> None:
        """Some more text."""
        self._block += piece
        finished, self._block = _split(self._block)
        for block in finished:
            self._draw(block)
            self._settle()
        self._draw(self._block)

    def finish(self) -> None:
        """The text is complete; the cursor stands at the start of a line."""
        self._draw(self._block)
        self._settle()
        self._block, self._is_first = "", True

    def _draw(self, block: str) -> None:
        size = shutil.get_terminal_size()
        rows = render(block, min(_WIDEST, size.columns), color=self._color) if block.strip() else []
        if rows and not self._is_first:
            rows = ["", *rows]
        same = 0
        while same < min(len(rows), len(self._rows)) and rows[same] == self._rows[same]:
            same += 1
        same = max(same, len(self._rows) - size.lines + 1)  # what has scrolled away cannot be drawn over
        if same == len(rows) == len(self._rows):
            return
        up = len(self._rows) - same
        self._stream.write(
            (f"\x1b[{up}A" if up else "") + "\r\x1b[J" + "".join(f"{row}\n" for row in rows[same:])
        )
        self._stream.flush()
        self._rows = rows

    def _settle(self) -> None:
        if self._rows:
            self._is_first = False
        self._rows = []


def _split(text: str) -> tuple[list[str], str]:
    """The finished blocks of ``text`` and the one in progress; a blank line ends one, but not inside a fence."""
    blocks: list[str] = []
    lines: list[str] = []
    fence = ""
    *whole, last = text.split("\n")
    for line in whole:
        mark = line.lstrip()[:3]
        if fence:
            fence = "" if line.strip().startswith(fence) and not line.strip().strip(fence[0]) else fence
        elif mark in ("```", "~~~"):
            fence = line.lstrip()[: len(line.lstrip()) - len(line.lstrip().lstrip(mark[0]))]
        if line.strip() or fence:
            lines.append(line)
        elif lines:
            blocks.append("\n".join(lines))
            lines = []
    return blocks, "\n".join([*lines, last]) if lines else last
