"""What changed between two definitions. Steps are compared by id, so that moving one is no change of the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

_ABSENT = object()


@dataclass(frozen=True)
class Change:
    """One difference; ``path`` names steps and branches by id: ``$.steps.fetch.config.url``."""

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
    if type(before) is type(after) and before == after:
        return []
    old, new = _named(before), _named(after)
    if old is None or new is None:
        return [Change("changed", path, before, after)]
    found: list[Change] = []
    for key in [*old, *(key for key in new if key not in old)]:
        found += differences(old.get(key, _ABSENT), new.get(key, _ABSENT), f"{path}.{key}")
    if not found:  # the same things in another order, or of another type within
        return [Change("changed", path, before, after)]
    return found


def _named(value: Any) -> Mapping[str, Any] | None:
    """An object's fields, or a list's items by their ids when all have one."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, list) and value:
        names = [item.get("id") if isinstance(item, Mapping) else None for item in value]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return dict(zip(names, value, strict=True))  # type: ignore[arg-type]
    return None
