"""How a step fails: a stable code and words, as the run's expressions and its history see them."""

from dataclasses import dataclass
from typing import Any


@dataclass
class StepError(Exception):
    """Why a step failed. ``is_final``: trying again would not help. ``reason``: the message without its source."""

    code: str
    message: str
    is_final: bool = False
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """As ``steps.<id>.error`` and the history have it."""
        return {"code": self.code, "message": self.message}


def expression_failed(source: str, reason: str) -> StepError:
    """An expression or a text could not be worked out."""
    shown = source if len(source) <= 100 else f"{source[:99]}…"
    return StepError("expression_failed", f"{shown}: {reason}", is_final=True, reason=reason)


def limit_met(what: str, limit: int) -> StepError:
    """A stated limit was met."""
    return StepError("limit_met", f"{what} is over the limit of {limit:,}.", is_final=True)


TIMED_OUT = StepError("timeout", "Step execution timeout")
