"""From what a person types to the one thing that is meant: an id, the end of one, or a name."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from openclaw.apps.cli.errors import AmbiguousError, NoMatchError

Item = Mapping[str, Any]
_SHORTEST_END = 4


def find_one(items: Iterable[Item], wanted: str, *, name: str | None, command: str) -> Item:
    """The item whose id is ``wanted`` or ends with it, or whose field ``name`` is or holds it.

    Raises NoMatchError (pointing at ``command``, which lists them) or AmbiguousError.
    """
    known = list(items)
    for matches in _matchers(wanted, name):
        found = [item for item in known if matches(item)]
        if len(found) == 1:
            return found[0]
        if found:
            raise AmbiguousError(wanted=wanted, found=", ".join(str(item["id"]) for item in found))
    raise NoMatchError(wanted=wanted, command=command)


def _matchers(wanted: str, name: str | None) -> list[Callable[[Item], bool]]:
    folded = wanted.casefold()
    matchers: list[Callable[[Item], bool]] = [lambda item: item["id"] == wanted]
    if name is not None:
        matchers.append(lambda item: str(item[name]).casefold() == folded)
        matchers.append(lambda item: folded in str(item[name]).casefold())
    if len(wanted) >= _SHORTEST_END:
        matchers.append(lambda item: str(item["id"]).endswith(folded))
    return matchers
