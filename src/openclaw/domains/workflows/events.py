"""Facts and topics of workflow runs."""

from uuid import UUID

RUNS_DELETED = "workflows.runs_deleted"  # {workspace, runs: [[run, [objects that are kept]]]}
RUN_KIND = "workflows.run"  # of the job that carries a run; the job has the run's id


def run_topic(run_id: UUID) -> str:
    """Tells whoever works on a run that it has to look: an answer, a pause, a cancellation."""
    return f"workflow-run:{run_id.hex}"


def run_changed_topic(run_id: UUID) -> str:
    """Tells whoever watches a run that it has got further (``{"state", "steps"}``) or has ended."""
    return f"workflow-run-changed:{run_id.hex}"
