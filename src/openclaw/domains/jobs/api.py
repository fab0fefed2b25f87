"""Routes of jobs."""

from typing import Annotated

from fastapi import Path, Query

from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.jobs import service
from openclaw.domains.jobs.schemas import Job, Jobs, JobState, JobStats
from openclaw.domains.workflows.errors import WorkflowNotFoundError
from openclaw.domains.workspaces.errors import NotAllowedError
from openclaw.durable.errors import JobNotFoundError, TooManyJobsError, WrongJobStateError
from openclaw.infra.web.context import CurrentPlatform, CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import JobId
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("jobs")
AtJob = Annotated[JobId, Path()]
_GONE = (NotSignedInError, JobNotFoundError)


@router.get("/jobs", operation_id="listJobs", responses=errors(NotSignedInError))
async def list_jobs(
    scope: CurrentScope,
    state: Annotated[JobState | None, Query()] = None,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Jobs:
    """The user's jobs, the newest first; `state=failed` are those that nobody tries again by itself."""
    page = await service.list_jobs(scope, state=state, cursor=cursor, limit=limit)
    return Jobs(items=page.items, next_cursor=page.next_cursor)


@router.get("/jobs/stats", operation_id="getJobStats", responses=errors(NotSignedInError))
async def get_stats(scope: CurrentScope) -> JobStats:
    """How many jobs are in each state, how long the oldest has waited, how many have ended lately."""
    return await service.count_jobs(scope)


@router.get("/jobs/{job_id}", operation_id="getJob", responses=errors(*_GONE))
async def get_job(scope: CurrentScope, job_id: AtJob) -> Job:
    """A job."""
    return await service.get_job(scope, job_id)


@router.post("/jobs/{job_id}/cancel", operation_id="cancelJob", responses=errors(*_GONE))
async def cancel_job(scope: CurrentScope, job_id: AtJob) -> Job:
    """Stop a job wherever it is: before it begins, while it waits to be tried again, or at work."""
    return await service.cancel_job(scope, job_id)


@router.post(
    "/jobs/{job_id}/requeue",
    status_code=202,
    operation_id="requeueJob",
    responses=errors(*_GONE, NotAllowedError, WrongJobStateError, TooManyJobsError, WorkflowNotFoundError),
)
async def requeue_job(scope: CurrentScope, platform: CurrentPlatform, job_id: AtJob) -> Job:
    """Queue a failed job again. A workflow run is run again from where it failed, as another job."""
    return await service.requeue_job(scope, job_id, platform.queue)
