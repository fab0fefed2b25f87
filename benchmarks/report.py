"""Rows of the report, and whether each target holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """One figure next to its floor and its target."""

    name: str
    measured: str
    floor: str
    figure: str
    target: str
    holds: bool

    def line(self) -> str:
        """For the terminal."""
        mark = "ok  " if self.holds else "MISS"
        figures = f"{self.measured:>14}  floor {self.floor:>14}  {self.figure:>12}"
        return f"{mark} {self.name:<44} {figures}  (target {self.target})"


def milliseconds(seconds: Sequence[float]) -> float:
    """The median, in milliseconds."""
    return median(seconds) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of ``values`` lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
