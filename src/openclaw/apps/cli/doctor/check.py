"""What a check found."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warn", "fail", "skip"]


@dataclass(frozen=True)
class Finding:
    """One check: ``id`` is stable, ``detail`` and ``fix`` are for people."""

    id: str
    state: State
    detail: str
    fix: str = ""
