"""What changed between two JSON values. Items of a list are compared by their ids: moving one changes no other."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

_ABSENT = object()


@dataclass(frozen=True)
class Change:
    """One difference; ``path`` names items by their ids: ``$.steps.fetch.config.url``."""

    kind: Literal["added", "removed", "changed"]
    path: str
    before: Any = None
    after: Any = None


def differences(before: Any, after: Any, path: str = "$") -> list[Change]:
    """From ``before`` to ``after``, in the order of ``before`` and then of what is new."""
    if before is _ABSENT:
        return [Change("added", path, None, after)]
    if after is _ABSENT:
        return [Change("removed", path, before, None)]
    if _is_same(before, after):
        return []
    old, new = _named(before), _named(after)
    if before == [] and isinstance(after, list) and new is not None:  # the first of items that have ids
        old = dict[str, Any]()
    if after == [] and isinstance(before, list) and old is not None:  # the last of them
        new = dict[str, Any]()
    if old is None or new is None:
        return [Change("changed", path, before, after)]
    found: list[Change] = []
    for key in [*old, *(key for key in new if key not in old)]:
        found += differences(old.get(key, _ABSENT), new.get(key, _ABSENT), f"{path}.{key}")
    if not found:  # the same things in another order
        return [Change("changed", path, before, after)]
    return found


def _is_same(before: Any, after: Any) -> bool:
    """Equal, and of the same types throughout: to Python 1 is True."""
    if type(before) is not type(after) or before != after:
        return False
    if isinstance(before, Mapping):
        other = cast("Mapping[Any, Any]", after)
        return all(_is_same(item, other[key]) for key, item in cast("Mapping[Any, Any]", before).items())
    if isinstance(before, list):
        return all(map(_is_same, cast("list[Any]", before), cast("list[Any]", after)))
    return True


def _named(value: Any) -> Mapping[str, Any] | None:
    """An object's fields, or a list's items by their ids when all have one."""
    if isinstance(value, Mapping):
        return cast("Mapping[str, Any]", value)
    if isinstance(value, list) and value:
        items = cast("list[Any]", value)
        names = [cast("Mapping[str, Any]", item).get("id") for item in items if isinstance(item, Mapping)]
        if len(names) == len(items) and all(isinstance(name, str) for name in names):
            named = dict(zip(cast("list[str]", names), items, strict=True))
            return named if len(named) == len(items) else None
    return None
