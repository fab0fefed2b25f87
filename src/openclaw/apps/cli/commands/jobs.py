"""`openclaw jobs`: list, show, cancel, requeue, stats."""

from typing import Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, command, new_group
from openclaw.apps.cli.words import say

jobs_app = new_group("jobs")
_LISTED = 50
JobName = Annotated[str, typer.Argument(metavar=say("id_metavar"), help=say("argument_job"))]


@command(jobs_app, "list", "jobs_list")
def list_jobs(
    state: Annotated[
        str | None,
        typer.Option("--state", metavar=say("job_state_metavar"), help=say("option_job_state")),
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """The latest jobs."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.get("/jobs", state=state, limit=_LISTED)
    if as_json:
        tell_json(found)
    elif found["items"]:
        tell(*(_line(job) for job in found["items"]))
    else:
        tell(say("no_jobs"))


@command(jobs_app, "show", "jobs_show")
def show_job(job: JobName, server: Server = None, as_json: AsJson = False) -> None:
    """One job."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json
    from openclaw.apps.cli.resolve import find_job
    from openclaw.apps.cli.times import local_time

    with connect(server) as api:
        found = find_job(api, job)
    if as_json:
        tell_json(found)
        return
    tell(_line(found))
    priority = say(f"job_priority_{found['priority']}")
    tries = {"attempt": found["attempt"], "attempts": found["maxAttempts"]}
    tell(say("job_about", kind=found["kind"], priority=priority, **tries))
    created = local_time(found["createdAt"])
    if found["finishedAt"]:
        tell(say("job_ended", created=created, finished=local_time(found["finishedAt"])))
    elif found["state"] == "delayed":
        tell(say("job_due", time=local_time(found["dueAt"])))
    else:
        tell(say("job_since", created=created))
    if found["error"]:
        tell(printable(found["error"]["title"]))


@command(jobs_app, "cancel", "jobs_cancel")
def cancel_job(job: JobName, server: Server = None, as_json: AsJson = False) -> None:
    """Stop a job."""
    _change(server, job, "cancel", as_json=as_json)


@command(jobs_app, "requeue", "jobs_requeue")
def requeue_job(job: JobName, server: Server = None, as_json: AsJson = False) -> None:
    """Queue a failed job again."""
    _change(server, job, "requeue", as_json=as_json)


@command(jobs_app, "stats", "jobs_stats")
def show_stats(server: Server = None, as_json: AsJson = False) -> None:
    """How many there are."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.get("/jobs/stats")
    if as_json:
        tell_json(found)
        return
    tell(*(f"{count:>7}  {say(f'job_state_{state}')}" for state, count in found["states"].items()))
    if found["oldestPendingSeconds"] is not None:
        tell(say("job_oldest", seconds=found["oldestPendingSeconds"]))
    tell(say("job_ended_lately", minute=found["endedLastMinute"], hour=found["endedLastHour"]))


def _change(server: str | None, wanted: str, change: str, *, as_json: bool) -> None:
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_job

    with connect(server) as api:
        found = api.post(f"/jobs/{find_job(api, wanted)['id']}/{change}")
    if as_json:
        tell_json(found)
    else:
        tell(_line(found))


def _line(job: Any) -> str:
    from openclaw.apps.cli.output import printable, styled

    style = {"completed": "green", "failed": "red"}.get(job["state"], "dim")
    return (
        f"{job['id']}  {styled(say('job_state_' + job['state']), style)}  {printable(job['title'], kept='')}"
    )
