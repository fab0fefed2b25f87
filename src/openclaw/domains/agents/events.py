"""Facts and topics of runs and approvals."""

from uuid import UUID

RUN_REQUESTED = "agents.run_requested"

RUNS_FORGOTTEN = "agents.runs_forgotten"


def run_topic(run_id: UUID) -> str:
    """Tells whoever works on a run that it has to look: an answer to an approval, an abort."""
    return f"run:{run_id.hex}"


def run_ended_topic(run_id: UUID) -> str:
    """Tells whoever waits for a run that it has ended."""
    return f"run-ended:{run_id.hex}"


def approval_topic(approval_id: UUID) -> str:
    """Says that a client's question was answered, or is over."""
    return f"approval:{approval_id.hex}"


def told_topic(run_id: UUID) -> str:
    """What a machine tells of a run on it: ``live`` with the event itself, or ``told`` when there are rows to read."""
    return f"told:{run_id.hex}"


def budget_topic(budget_id: UUID) -> str:
    """Says that a call on the budget is over, so that there may be more of it."""
    return f"budget:{budget_id.hex}"
