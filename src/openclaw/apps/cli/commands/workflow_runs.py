"""`openclaw workflow`: runs that there have been, and what their steps did."""

import json
from typing import Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, Yes, command
from openclaw.apps.cli.commands.workflow import workflow_app
from openclaw.apps.cli.words import say

_LISTED = 50
_MOST_STEPS = 10_000
_MOST_WORKFLOWS = 1_000
RunName = Annotated[str, typer.Argument(metavar=say("id_metavar"), help=say("argument_workflow_run"))]


@command(workflow_app, "runs", "workflow_runs")
def list_runs(server: Server = None, as_json: AsJson = False) -> None:
    """The latest runs."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.get("/workflow-runs", limit=_LISTED)
    if as_json:
        tell_json(found)
    elif found["items"]:
        tell(*(_line(run) for run in found["items"]))
    else:
        tell(say("no_workflow_runs"))


@command(workflow_app, "show-run", "workflow_show_run")
def show_run(run: RunName, server: Server = None, as_json: AsJson = False) -> None:
    """A run with its steps."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json

    with connect(server) as api:
        found = api.get(f"/workflow-runs/{run}")
        steps = list(api.items(f"/workflow-runs/{run}/steps", _MOST_STEPS))
    if as_json:
        tell_json({"run": found, "steps": steps})
        return
    tell(_line(found))
    for step in steps:
        reason = f": {step['error']['message']}" if step["error"] else ""
        took = f"  {step['durationMs']} ms" if step["durationMs"] is not None else ""
        words = say(f"workflow_step_{step['state']}")
        tell(printable(f"  {step['path']}  {words}{took}{reason}"))
    for working in found["working"]:
        tell(printable(f"  {working['path']}  {say('workflow_step_running')}"))


@command(workflow_app, "logs", "workflow_logs")
def show_logs(run: RunName, server: Server = None, as_json: AsJson = False) -> None:
    """What was done for each step."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json

    with connect(server) as api:
        steps = list(api.items(f"/workflow-runs/{run}/steps", _MOST_STEPS))
    lines = sorted(
        ({"path": step["path"], **line} for step in steps for line in step["logs"]),
        key=lambda line: line["at"],
    )
    if as_json:
        tell_json({"items": lines})
    elif lines:
        tell(*(printable(f"{line['at']}  {line['path']}  {line['text']}") for line in lines))
    else:
        tell(say("no_workflow_logs"))


@command(workflow_app, "signal", "workflow_signal")
def signal_run(
    run: RunName,
    signal: Annotated[str, typer.Argument(metavar=say("name_metavar"), help=say("argument_workflow_signal"))],
    data: Annotated[
        str | None,
        typer.Option("--data", metavar="JSON", help=say("option_workflow_data")),
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """A signal into a run."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.errors import UsageError
    from openclaw.apps.cli.output import tell, tell_json

    try:
        sent = None if data is None else json.loads(data)
    except ValueError:
        raise UsageError(reason=say("workflow_bad_data", text=data)) from None
    with connect(server) as api:
        api.post(f"/workflow-runs/{run}/signals", {"name": signal, "data": sent})
    tell_json({"ok": True}) if as_json else tell(say("workflow_signalled"))


@command(workflow_app, "delete-run", "workflow_delete_run")
def delete_run(run: RunName, yes: Yes = False, server: Server = None, as_json: AsJson = False) -> None:
    """A run, for good."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import confirm, tell, tell_json

    with connect(server) as api:
        if not yes:
            confirm(say("ask_workflow_delete_run", id=run))
        api.delete(f"/workflow-runs/{run}")
    tell_json({"ok": True}) if as_json else tell(say("workflow_deleted"))


@command(workflow_app, "delete", "workflow_delete")
def delete_workflow(
    workflow: Annotated[str, typer.Argument(metavar=say("name_metavar"), help=say("argument_workflow_name"))],
    yes: Yes = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """A workflow with its runs, for good."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.errors import UsageError
    from openclaw.apps.cli.output import confirm, printable, tell, tell_json

    with connect(server) as api:
        known = api.items("/workflows", _MOST_WORKFLOWS) + api.items(
            "/workflows", _MOST_WORKFLOWS, status="archived"
        )
        found = next((each for each in known if workflow in (each["id"], each["name"])), None)
        if found is None:
            raise UsageError(reason=say("no_such_workflow", name=workflow))
        if not yes:
            confirm(say("ask_workflow_delete", name=printable(found["name"])))
        api.delete(f"/workflows/{found['id']}")
    tell_json({"ok": True}) if as_json else tell(say("workflow_deleted"))


def _line(run: Any) -> str:
    from openclaw.apps.cli.output import printable
    from openclaw.apps.cli.times import local_time

    reason = f": {run['error']['title']}" if run["error"] else ""
    state = say(f"workflow_run_{run['state']}")
    return printable(f"{run['id']}  {local_time(run['createdAt'])}  {state}{reason}")
