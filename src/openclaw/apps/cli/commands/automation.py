"""`openclaw automation`: list, show, create, enable, disable, delete, fire, history, next, samples, secret, kinds."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, Yes, command, new_group
from openclaw.apps.cli.words import say

if TYPE_CHECKING:
    from openclaw.apps.cli.api import Api

automation_app = new_group("automation")
_LISTED = 200
_HISTORY = 50
AutomationName = Annotated[str, typer.Argument(metavar=say("name_metavar"), help=say("argument_automation"))]


@command(automation_app, "list", "automation_list")
def list_automations(server: Server = None, as_json: AsJson = False) -> None:
    """Yours, the last changed first."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.items("/automations", _LISTED)
    if as_json:
        tell_json({"items": found})
    elif found:
        tell(*(_line(each) for each in found))
    else:
        tell(say("no_automations"))


@command(automation_app, "show", "automation_show")
def show_automation(automation: AutomationName, server: Server = None, as_json: AsJson = False) -> None:
    """One of them."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json
    from openclaw.apps.cli.times import local_time

    with connect(server) as api:
        found = _find(api, automation)
    if as_json:
        tell_json(found)
        return
    tell(_line(found))
    if found["description"]:
        tell(printable(found["description"]))
    for name in ("trigger", "action"):
        tell(f"{say(f'automation_{name}')}: {printable(json.dumps(found[name], ensure_ascii=False))}")
    for name in ("condition", "success"):
        if found[name]:
            tell(f"{say(f'automation_{name}')}: {printable(found[name])}")
    if found["hookPath"]:
        tell(f"{say('automation_hook')}: {found['hookPath']}")
    if found["nextAt"]:
        tell(f"{say('automation_next_at')}: {local_time(found['nextAt'])}")
    if found["silent"]:
        tell(say("automation_silent", seconds=found["expectedEverySeconds"]))
    if found["disabledReason"]:
        tell(say(f"automation_off_{found['disabledReason']}"))


@command(automation_app, "create", "automation_create")
def create_automation(
    file: Annotated[Path, typer.Argument(metavar=say("file_metavar"), help=say("argument_automation_file"))],
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """A new one, from a JSON file."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        made = api.post("/automations", _read(file))
    if as_json:
        tell_json(made)
        return
    tell(_line(made))
    if made["hookPath"]:
        tell(f"{say('automation_hook')}: {made['hookPath']}")
    _tell_secrets(made)


@command(automation_app, "enable", "automation_enable")
def enable_automation(automation: AutomationName, server: Server = None, as_json: AsJson = False) -> None:
    """Switch on."""
    _change(server, automation, "enable", as_json=as_json)


@command(automation_app, "disable", "automation_disable")
def disable_automation(automation: AutomationName, server: Server = None, as_json: AsJson = False) -> None:
    """Switch off."""
    _change(server, automation, "disable", as_json=as_json)


@command(automation_app, "delete", "automation_delete")
def delete_automation(automation: AutomationName, yes: Yes = False, server: Server = None) -> None:
    """Forget one with its history."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import confirm, printable, tell

    with connect(server) as api:
        found = _find(api, automation)
        name = printable(found["name"], kept="")
        if not yes:
            confirm(say("automation_delete_question", name=name))
        api.delete(f"/automations/{found['id']}")
    tell(say("automation_deleted", name=name))


@command(automation_app, "fire", "automation_fire")
def fire_automation(
    automation: AutomationName,
    data: Annotated[
        str | None, typer.Option("--input", "-i", metavar="JSON", help=say("option_automation_input"))
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Set one off."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    given = _object(data, "--input") if data is not None else {}
    with connect(server) as api:
        run = api.post(f"/automations/{_find(api, automation)['id']}/fire", {"input": given})
    if as_json:
        tell_json(run)
    else:
        tell(_run_line(run))


@command(automation_app, "history", "automation_history")
def show_history(
    automation: Annotated[
        str | None, typer.Argument(metavar=say("name_metavar"), help=say("argument_automation"))
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """The latest runs, of one or of all."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        chosen = _find(api, automation)["id"] if automation is not None else None
        found = api.get("/automation-runs", automation=chosen, limit=_HISTORY)
    if as_json:
        tell_json(found)
    elif found["items"]:
        tell(*(_run_line(run) for run in found["items"]))
    else:
        tell(say("no_automation_runs"))


@command(automation_app, "next", "automation_next")
def show_next(
    automation: AutomationName,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=100, help=say("option_count"))] = 10,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """When it is due."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.get(f"/automations/{_find(api, automation)['id']}/next", count=count)
    if as_json:
        tell_json(found)
    elif found["local"]:
        tell(*found["local"])
    else:
        tell(say("automation_no_times"))


@command(automation_app, "samples", "automation_samples")
def show_samples(automation: AutomationName, server: Server = None, as_json: AsJson = False) -> None:
    """What its webhook was sent lately."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json
    from openclaw.apps.cli.times import local_time

    with connect(server) as api:
        found = api.get(f"/automations/{_find(api, automation)['id']}/samples")
    if as_json:
        tell_json(found)
        return
    for sample in found["items"]:
        end = sample["error"]["title"] if sample["error"] else sample["runId"]
        body = json.dumps(sample["body"], ensure_ascii=False)[:200]
        tell(f"{local_time(sample['at'])}  {printable(str(end), kept='')}  {printable(body, kept='')}")
    if not found["items"]:
        tell(say("no_automation_samples"))


@command(automation_app, "secret", "automation_secret")
def rotate_secret(
    automation: AutomationName,
    keep_hours: Annotated[
        int, typer.Option("--keep-hours", min=0, max=168, help=say("option_keep_hours"))
    ] = 24,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """A new secret for its webhook."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell_json

    with connect(server) as api:
        path = f"/automations/{_find(api, automation)['id']}/secret"
        made = api.post(path, {"keepOldHours": keep_hours})
    if as_json:
        tell_json(made)
    else:
        _tell_secrets(made)


@command(automation_app, "kinds", "automation_kinds")
def show_kinds(server: Server = None, as_json: AsJson = False) -> None:
    """The actions and events that there are."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.get("/automation-kinds")
    if as_json:
        tell_json(found)
        return
    tell(f"{say('automation_action')}: {', '.join(action['kind'] for action in found['actions'])}")
    tell(f"{say('automation_event')}: {', '.join(found['events'])}")


def _find(api: "Api", wanted: str) -> Any:
    """By its id, the last digits of it, or its name."""
    from openclaw.apps.cli.resolve import find_automation

    return find_automation(api, wanted)


def _change(server: str | None, wanted: str, change: str, *, as_json: bool) -> None:
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.post(f"/automations/{_find(api, wanted)['id']}/{change}")
    if as_json:
        tell_json(found)
    else:
        tell(_line(found))


def _tell_secrets(made: Any) -> None:
    from openclaw.apps.cli.output import tell

    for name in ("secret", "signingSecret"):
        if made[name]:
            tell(f"{say(f'automation_{name}')}: {made[name]}")
    if made["secret"] or made["signingSecret"]:
        tell(say("automation_shown_once"))


def _read(file: Path) -> dict[str, Any]:
    from openclaw.apps.cli.errors import UsageError

    try:
        return _object(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(reason=f"{file}: {error}") from None


def _object(text: str, name: str) -> dict[str, Any]:
    from openclaw.apps.cli.errors import UsageError

    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(reason=f"{name}: {error}") from None
    if not isinstance(value, dict):
        raise UsageError(reason=say("automation_not_object", name=name))
    return cast("dict[str, Any]", value)


def _line(automation: Any) -> str:
    from openclaw.apps.cli.output import printable, styled

    state = "on" if automation["enabled"] else "off"
    style = "green" if automation["enabled"] else "dim"
    kind = automation["trigger"]["kind"]
    name = printable(automation["name"], kept="")
    return (
        f"{automation['id']}  {styled(say(f'automation_{state}'), style)}  {say(f'trigger_{kind}')}  {name}"
    )


def _run_line(run: Any) -> str:
    from openclaw.apps.cli.output import printable, styled
    from openclaw.apps.cli.times import local_time

    style = {"succeeded": "green", "failed": "red"}.get(run["state"], "dim")
    end = run["error"]["title"] if run["error"] else run["skippedFor"] or ""
    state = styled(say(f"automation_run_{run['state']}"), style)
    name = printable(run["automationName"], kept="")
    line = f"{run['id']}  {local_time(run['createdAt'])}  {state}  {say('trigger_' + run['reason']['kind'])}  {name}"
    return f"{line}  {printable(end, kept='')}" if end else line
