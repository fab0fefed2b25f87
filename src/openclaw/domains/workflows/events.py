"""Facts and topics of workflow runs."""

from uuid import UUID

from openclaw.infra.scope import Scope

RUNS_DELETED = "workflows.runs_deleted"  # {workspace, runs: [[run, [objects that are kept]]]}
RUN_KIND = "workflows.run"  # of the job that carries a run; the job has the run's id

RUN_ENDED = "workflows.run_ended"  # recorded for users who take an interest: `runId workspaceId userId state`


def run_topic(run_id: UUID) -> str:
    """Tells whoever works on a run that it has to look: an answer, a pause, a cancellation."""
    return f"workflow-run:{run_id.hex}"


def run_changed_topic(run_id: UUID) -> str:
    """Tells whoever watches a run that it has got further (``{"state", "steps"}``) or has ended."""
    return f"workflow-run-changed:{run_id.hex}"


def ended_fact(scope: Scope, run_id: UUID, state: str) -> dict[str, str]:
    """The body of `RUN_ENDED`."""
    return {
        "runId": run_id.hex,
        "workspaceId": scope.workspace_id.hex,
        "userId": scope.user_id.hex,
        "state": state,
    }
