"""Text in columns: widths as a terminal counts them, where a Chinese character takes two cells."""

import unicodedata
from collections.abc import Sequence

_GAP = 2
_NARROWEST = 24
_NO_LINE_START = "，。、；：？！）】》”’…,.;:?!)]}"


def cell_width(text: str) -> int:
    """How many cells of a terminal ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(letter) for letter in text)


def wrap(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` cells, broken at spaces and between Chinese characters."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, used = "", 0
        for piece in _pieces(paragraph):
            left = piece
            if used + cell_width(left.rstrip()) > width and line.strip():
                lines.append(line.rstrip())
                line, used, left = "", 0, left.lstrip()
            while cell_width(left) > width:
                head = clip(left, width, end="")
                lines.append(head)
                left = left[len(head) :]
            line, used = line + left, used + cell_width(left)
        lines.append(line.rstrip())
    return lines


def clip(text: str, width: int, *, end: str = "…") -> str:
    """``text`` in at most ``width`` cells, with ``end`` where something was left out."""
    if cell_width(text) <= width:
        return text
    left = width - cell_width(end)
    kept = ""
    for letter in text:
        left -= _cells(letter)
        if left < 0:
            break
        kept += letter
    return kept + end


def padded(text: str, width: int) -> str:
    """``text`` filled with spaces up to ``width`` cells."""
    return text + " " * (width - cell_width(text))


def two_columns(rows: Sequence[tuple[str, str]], width: int, *, indent: int = 2, left: int = 0) -> list[str]:
    """Rows of a name and its words; a name that is too long for its column has a line of its own.

    ``left``: at least so many cells for the names, so that several blocks line up.
    """
    limit = max(14, min(30, width // 2))
    names = [cell_width(name) for name, _ in rows if cell_width(name) <= limit]
    column = max([left, *names])
    space = width - indent - column - _GAP
    lines: list[str] = []
    for name, words in rows:
        if space < _NARROWEST:
            lines += [" " * indent + line for line in wrap(name, width - indent)]
            lines += [" " * (indent + 4) + line for line in wrap(words, width - indent - 4) if words]
            continue
        wrapped = wrap(words, space)
        margin = " " * (indent + column + _GAP)
        if cell_width(name) > column:
            lines += [" " * indent + line for line in wrap(name, width - indent)]
            lines += [margin + line for line in wrapped]
        else:
            lines.append(f"{' ' * indent}{padded(name, column)}{' ' * _GAP}{wrapped[0]}".rstrip())
            lines += [margin + line for line in wrapped[1:]]
    return lines


def _cells(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in {"Cf", "Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _pieces(text: str) -> list[str]:
    """Where a line may end: after a space, around a wide character, but not before its punctuation."""
    pieces: list[str] = []
    for letter in text:
        joins = bool(pieces) and not _ends_piece(pieces[-1], letter)
        if joins:
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _ends_piece(piece: str, following: str) -> bool:
    last = piece[-1]
    if following == " " or following in _NO_LINE_START:
        return False
    return last == " " or _cells(last) == 2 or _cells(following) == 2
