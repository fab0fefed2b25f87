"""Words of a shell line: quotes and backslashes removed, and whether the shell would still expand something in them."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

_GLOB = frozenset("*?[")


@dataclass(frozen=True)
class Word:
    """One word: ``text`` is what the program receives, or the source where ``dynamic`` (known only when run).

    ``quoted``: what a dynamic word turns into is one word and no pattern.
    """

    text: str
    dynamic: bool = False
    glob: bool = False
    quoted: bool = False


def plain_word(source: str) -> Word:
    """An unquoted word: backslashes removed, and whether a pattern in it may expand to file names."""
    bare = "".join(outside_backslashes(source))
    if expands(source) or ("{" in bare and ("," in bare or ".." in bare)):
        return Word(source, dynamic=True)
    return Word(unescaped(source, within=None), glob=any(character in _GLOB for character in bare))


def expands(source: str) -> bool:
    """Whether a dollar or backtick in ``source`` starts an expansion, as the grammar overlooks for ``$$`` in a word."""
    characters = [*outside_backslashes(source), ""]
    return any(
        one == "`" or (one == "$" and (following.isalnum() or following in tuple("_({$#?!-@*")))
        for one, following in itertools.pairwise(characters)
    )


def outside_backslashes(source: str) -> Iterator[str]:
    """The characters of ``source`` that no backslash precedes, without the backslashes."""
    characters = iter(source)
    for character in characters:
        if character == "\\":
            next(characters, "")
        else:
            yield character


def unescaped(text: str, *, within: str | None) -> str:
    """Without the backslashes that the shell removes: all, or inside double quotes those before ``within``."""
    out: list[str] = []
    characters = iter(text)
    for character in characters:
        if character != "\\":
            out.append(character)
            continue
        following = next(characters, "\\")  # a last backslash stands for itself
        if following == "\n":
            continue
        if within is not None and following not in within:
            out.append("\\")
        out.append(following)
    return "".join(out)
