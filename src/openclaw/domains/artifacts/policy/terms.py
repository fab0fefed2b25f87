"""The words that find a result. Text without spaces (Chinese, Japanese) counts as its pairs of letters."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

MAX_TERMS = 400
_LONGEST = 60
_RUNS = re.compile(r"[぀-ヿ㐀-䶿一-鿿豈-﫿]+|[^\W_぀-ヿ㐀-䶿一-鿿豈-﫿]+")
_FIRST_JOINED = "぀"


def terms_of(texts: Iterable[str], tags: Iterable[str], provenance: Mapping[str, str]) -> list[str]:
    """Everything that a result is found by, `MAX_TERMS` at most: tags and origins first, then words in order."""
    found = [*(tag_term(tag) for tag in tags), *(origin_term(*origin) for origin in provenance.items())]
    if "conversationId" in provenance:
        found.append(CONTINUES)
    for text in texts:
        found.extend(_words(text))
    return list(dict.fromkeys(found))[:MAX_TERMS]


def searched(query: str) -> list[tuple[str, bool]]:
    """What a search looks for, all of it: each term, and whether it is the beginning of one."""
    found: list[tuple[str, bool]] = []
    for run in _runs(query):
        if run[0] < _FIRST_JOINED or len(run) == 1:
            found.append((run, True))
        else:
            found.extend((pair, False) for pair in _pairs(run) if len(pair) == 2)
    return found[:8]


CONTINUES = "can=continue"


def tag_term(tag: str) -> str:
    """The term of a tag."""
    return f"#{_plain(tag)[:100]}"


def origin_term(name: str, value: str) -> str:
    """The term of what a result comes from: ``systemId``, ``sys_…``."""
    return f"{name}={value}"[:120]


def _words(text: str) -> Iterator[str]:
    for run in _runs(text):
        if run[0] < _FIRST_JOINED:
            yield run
        else:
            yield from _pairs(run)


def _runs(text: str) -> list[str]:
    return [run[:_LONGEST] for run in _RUNS.findall(_plain(text))]


def _pairs(run: str) -> Iterator[str]:
    for at in range(len(run)):
        yield run[at : at + 2]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
