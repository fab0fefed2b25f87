"""Facts and topics of tasks."""

from uuid import UUID

RUN_KIND = "tasks.run"  # of the job that leads a run; the job has the run's id

TASK_ENDED = "tasks.run_ended"
"""A run has come to its end: ``runId``, ``taskId``, ``workspaceId``, ``userId``, ``state``, ``outcome``."""


def task_topic(run_id: UUID) -> str:
    """Tells whoever leads a run that it has to look: a pause, a cancellation, a hand-over, a lost host."""
    return f"task-run:{run_id.hex}"


def changed_topic(run_id: UUID) -> str:
    """Tells whoever watches a run that there is something new in its log."""
    return f"task-run-changed:{run_id.hex}"
