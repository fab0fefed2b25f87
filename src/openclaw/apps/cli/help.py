"""Help pages: the same layout for every command, in the person's language and at the terminal's width."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from openclaw.apps.cli.words import say
from openclaw.kit.layout import cell_width, two_columns, wrap

_WIDEST = 100


@dataclass(frozen=True)
class HelpPage:
    """What a help page says. ``sections`` are a heading and its rows of a name and its words."""

    usage: str
    about: str
    sections: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    note: str = ""


def terminal_width() -> int:
    """The columns that text may take."""
    return max(40, min(_WIDEST, shutil.get_terminal_size((80, 24)).columns))


def render_help(page: HelpPage) -> str:
    """The page as text for this terminal."""
    width = terminal_width()
    blocks = [wrap(say("usage", usage=page.usage), width), wrap(page.about, width)]
    left = min(
        26, max((cell_width(name) for _, rows in page.sections for name, _ in rows if name), default=0)
    )
    for heading, rows in page.sections:
        if rows:
            blocks.append([heading, *two_columns(rows, width, left=min(left, width // 3))])
    if page.note:
        blocks.append(wrap(page.note, width))
    return "\n\n".join("\n".join(block) for block in blocks if block)
