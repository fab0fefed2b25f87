"""A person's jobs: those of workflow runs are steered as runs, all others as what they are."""

from uuid import UUID

from openclaw.domains.jobs.schemas import Job, JobFailure, JobStats
from openclaw.domains.workflows.events import RUN_KIND
from openclaw.domains.workflows.schemas import RepeatRun
from openclaw.domains.workflows.service import runs, starting
from openclaw.domains.workspaces.policy import check_role
from openclaw.durable import jobs
from openclaw.durable.errors import WrongJobStateError
from openclaw.durable.models import JobRow
from openclaw.durable.queue import JobQueue
from openclaw.infra.scope import Role, Scope
from openclaw.kit.errors import OpenClawError
from openclaw.kit.pagination import Page, cursor_of, position_of


async def list_jobs(scope: Scope, *, state: str | None, cursor: str | None, limit: int) -> Page[Job]:
    """A page of the user's jobs, the newest first. Raises InvalidInputError."""
    rows = await jobs.list_jobs(scope, state=state, before=position_of(cursor), limit=limit + 1)
    shown = rows[:limit]
    following = cursor_of(shown[-1].created_at, shown[-1].id) if len(rows) > limit else None
    return Page([_view(row, scope.who.language) for row in shown], following)


async def get_job(scope: Scope, job_id: UUID) -> Job:
    """A job of the user. Raises JobNotFoundError."""
    return _view(await jobs.access_job(scope, job_id), scope.who.language)


async def cancel_job(scope: Scope, job_id: UUID) -> Job:
    """Stop a job wherever it is. Nothing happens when it has ended. Raises JobNotFoundError."""
    row = await jobs.access_job(scope, job_id)
    if row.kind == RUN_KIND:
        await runs.cancel_run(scope, job_id)
        row = await jobs.access_job(scope, job_id)
    else:
        row = await jobs.cancel_job(scope, job_id)
    return _view(row, scope.who.language)


async def requeue_job(scope: Scope, job_id: UUID, queue: JobQueue) -> Job:
    """Do a failed job again. A run that failed is run again from where it did, as a run and a job of its own, once.

    Raises JobNotFoundError, WrongJobStateError, TooManyJobsError, NotAllowedError, and as `repeat_run`.
    """
    check_role(scope.who, Role.MEMBER)
    row = await jobs.access_job(scope, job_id)
    if row.kind == RUN_KIND:
        if row.state != "failed":
            raise WrongJobStateError(state=row.state)
        asked = RepeatRun.model_validate({"idempotencyKey": f"requeue {job_id.hex}"})
        run = await starting.repeat_run(scope, job_id, asked, queue)
        row = await jobs.access_job(scope, run.id)
    else:
        row = await jobs.requeue_job(scope, job_id)
    return _view(row, scope.who.language)


async def count_jobs(scope: Scope) -> JobStats:
    """What the user's jobs are at."""
    return JobStats.model_validate(await jobs.count_jobs(scope))


def _view(row: JobRow, language: str) -> Job:
    error = None
    if row.error is not None:
        failure = OpenClawError.from_wire(row.error)
        error = JobFailure(code=failure.code, title=failure.words(language))
    columns = Job.model_fields.keys() - {"error"}
    return Job(error=error, **{name: getattr(row, name) for name in columns})
