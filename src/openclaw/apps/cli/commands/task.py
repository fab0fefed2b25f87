"""`openclaw task`: launch, run, list, show, watch, cancel, pause, resume, retry, follow-up, hand-over."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, command, new_group
from openclaw.apps.cli.words import say

if TYPE_CHECKING:
    from openclaw.apps.cli.api import Api

task_app = new_group("task")
_LISTED = 50
_MOST_EVENTS = 200
_ENDS = frozenset({"succeeded", "failed", "cancelled", "timed_out", "lost"})
_MICROS = 1_000_000
_number = say("task_number_metavar")
RunName = Annotated[str, typer.Argument(metavar=say("id_metavar"), help=say("argument_task_run"))]
Text = Annotated[str, typer.Argument(metavar=say("text_metavar"), help=say("argument_task_text"))]
Device = Annotated[
    str | None, typer.Option("--device", metavar=say("device_metavar"), help=say("option_task_device"))
]
Host = Annotated[
    str | None, typer.Option("--host", metavar=say("task_labels_metavar"), help=say("option_task_host"))
]


@command(task_app, "launch", "task_launch")
def launch_task(
    text: Text,
    device: Device = None,
    host: Host = None,
    pi: Annotated[bool, typer.Option("--pi", help=say("option_task_pi"))] = False,
    sync: Annotated[
        str, typer.Option("--sync", metavar=say("task_mode_metavar"), help=say("option_task_sync"))
    ] = "full",
    title: Annotated[
        str | None, typer.Option("--title", metavar=say("text_metavar"), help=say("option_task_title"))
    ] = None,
    money: Annotated[
        float | None, typer.Option("--money", metavar=_number, min=0.000001, help=say("option_task_money"))
    ] = None,
    tokens: Annotated[
        int | None, typer.Option("--tokens", metavar=_number, min=1, help=say("option_task_tokens"))
    ] = None,
    calls: Annotated[
        int | None, typer.Option("--calls", metavar=_number, min=1, help=say("option_task_calls"))
    ] = None,
    seconds: Annotated[
        int | None, typer.Option("--seconds", metavar=_number, min=1, help=say("option_task_seconds"))
    ] = None,
    deny: Annotated[bool, typer.Option("--deny", help=say("option_task_deny"))] = False,
    watch: Annotated[bool, typer.Option("--watch", help=say("option_task_watch"))] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> int:
    """Make a task and launch it."""
    from openclaw.apps.cli.api import connect

    limits = {
        "moneyMicros": None if money is None else round(money * _MICROS),
        "tokens": tokens,
        "calls": calls,
    }
    budget = {name: limit for name, limit in limits.items() if limit is not None}
    with connect(server) as api:
        body: dict[str, Any] = {
            "text": text,
            "target": _target(api, device, host, runtime="pi" if pi else "server", sync=sync),
            "approvalMode": "deny" if deny else "ask",
        }
        more = {"title": title, "timeLimitSeconds": seconds, "budget": budget or None}
        body |= {name: value for name, value in more.items() if value is not None}
        return _launched(api, body, watch=watch, as_json=as_json)


@command(task_app, "run", "task_run")
def run_system(
    system: Annotated[
        str, typer.Option("--system", metavar=say("system_metavar"), help=say("argument_system_name"))
    ],
    intake: Annotated[
        str, typer.Option("--intake", metavar=say("file_metavar"), help=say("option_task_intake"))
    ] = "",
    text: Annotated[
        str | None, typer.Argument(metavar=say("text_metavar"), help=say("argument_task_wish"))
    ] = None,
    device: Device = None,
    host: Host = None,
    pi: Annotated[bool, typer.Option("--pi", help=say("option_task_pi"))] = False,
    sync: Annotated[
        str, typer.Option("--sync", metavar=say("task_mode_metavar"), help=say("option_task_sync"))
    ] = "full",
    watch: Annotated[bool, typer.Option("--watch", help=say("option_task_watch"))] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> int:
    """Launch a system by its form."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.commands.system import find_system

    form: Any = _form(intake) if intake else {}
    with connect(server) as api:
        body: dict[str, Any] = {"systemId": find_system(api, system)["id"], "intake": form}
        if text is not None:
            body["text"] = text
        if device is not None or host is not None:
            body["target"] = _target(api, device, host, runtime="pi" if pi else "server", sync=sync)
        return _launched(api, body, watch=watch, as_json=as_json)


@command(task_app, "list", "task_list")
def list_runs(
    state: Annotated[
        str | None, typer.Option("--state", metavar=say("job_state_metavar"), help=say("option_task_state"))
    ] = None,
    is_open: Annotated[bool, typer.Option("--open", help=say("option_task_open"))] = False,
    search: Annotated[
        str | None, typer.Option("--search", metavar=say("text_metavar"), help=say("option_task_search"))
    ] = None,
    device: Annotated[
        str | None, typer.Option("--device", metavar=say("device_metavar"), help=say("option_task_at"))
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """The latest runs."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_machine

    with connect(server) as api:
        at = None if device is None else find_machine(api, device)
        found = api.get("/task-runs", state=state, open=is_open or None, q=search, device=at, limit=_LISTED)
    if as_json:
        tell_json(found)
    elif found["items"]:
        tell(*(_line(run) for run in found["items"]))
    else:
        tell(say("no_task_runs"))


@command(task_app, "show", "task_show")
def show_run(run: RunName, server: Server = None, as_json: AsJson = False) -> None:
    """One run."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_task_run

    with connect(server) as api:
        found = find_task_run(api, run)
        events = _events(api, found["id"], after=0)
    if as_json:
        tell_json({**found, "events": events})
        return
    tell(_line(found), *_sheet(found))
    tell(*(line for event in events if (line := _event_line(event))))


@command(task_app, "watch", "task_watch")
def watch_run(run: RunName, server: Server = None, as_json: AsJson = False) -> int:
    """Follow a run to its end."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.resolve import find_task_run

    with connect(server) as api:
        return _followed(api, find_task_run(api, run), is_quiet=as_json)


@command(task_app, "cancel", "task_cancel")
def cancel_run(run: RunName, server: Server = None, as_json: AsJson = False) -> None:
    """Stop a run."""
    _change(server, run, "cancel", as_json=as_json)


@command(task_app, "pause", "task_pause")
def pause_run(run: RunName, server: Server = None, as_json: AsJson = False) -> None:
    """Begin nothing new."""
    _change(server, run, "pause", as_json=as_json)


@command(task_app, "resume", "task_resume")
def resume_run(run: RunName, server: Server = None, as_json: AsJson = False) -> None:
    """Go on."""
    _change(server, run, "resume", as_json=as_json)


@command(task_app, "retry", "task_retry")
def retry_run(run: RunName, server: Server = None, as_json: AsJson = False) -> None:
    """The same again."""
    _change(server, run, "retry", as_json=as_json)


@command(task_app, "follow-up", "task_follow_up")
def follow_up_run(run: RunName, text: Text, server: Server = None, as_json: AsJson = False) -> None:
    """Go on with a run that has ended."""
    _change(server, run, "follow-up", {"text": text}, as_json=as_json)


@command(task_app, "hand-over", "task_hand_over")
def hand_over_run(
    run: RunName,
    device: Device = None,
    host: Host = None,
    no_files: Annotated[bool, typer.Option("--no-files", help=say("option_task_no_files"))] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Have a run go on at another machine."""
    from openclaw.apps.cli.api import connect

    with connect(server) as api:
        target = _target(api, device, host, runtime="server", sync="full")
    _change(server, run, "hand-over", {"target": target, "withFiles": not no_files}, as_json=as_json)


def _target(api: "Api", device: str | None, host: str | None, *, runtime: str, sync: str) -> dict[str, Any]:
    from openclaw.apps.cli.errors import UsageError
    from openclaw.apps.cli.resolve import find_device

    if device is not None and host is not None:
        raise UsageError(reason=say("task_bad_place"))
    target: dict[str, Any] = {"kind": "server"}
    if device is not None:
        target = {"kind": "device", "deviceId": find_device(api, device)["id"]}
    elif host is not None:
        target = {"kind": "host", "labels": [label.strip() for label in host.split(",") if label.strip()]}
    return target | {"runtime": runtime, "syncMode": sync}


def _form(given: str) -> Any:
    """What is filled in, from a JSON file or (``-``) from the input."""
    from openclaw.apps.cli.errors import UsageError

    try:
        return json.loads(sys.stdin.read() if given == "-" else Path(given).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise UsageError(reason=f"{given}: {getattr(error, 'strerror', None) or error}") from None


def _launched(api: "Api", body: dict[str, Any], *, watch: bool, as_json: bool) -> int:
    from openclaw.apps.cli.output import tell, tell_json

    task = api.post("/tasks", body)
    run = api.post(f"/tasks/{task['id']}/runs")
    if not as_json:
        tell(say("task_launched", id=run["id"]))
    if watch:
        return _followed(api, run, is_quiet=as_json)
    if as_json:
        tell_json(run)
    return 0


def _change(
    server: str | None, wanted: str, change: str, body: dict[str, Any] | None = None, *, as_json: bool
) -> None:
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_task_run

    with connect(server) as api:
        found = api.post(f"/task-runs/{find_task_run(api, wanted)['id']}/{change}", body)
    if as_json:
        tell_json(found)
    else:
        tell(_line(found))


def _followed(api: "Api", run: Any, *, is_quiet: bool) -> int:
    """Show what happens as it does, until the end."""
    from openclaw.apps.cli.output import tell, tell_json

    seen = 0
    while True:
        events = _events(api, run["id"], after=seen)
        for event in events:
            seen = event["seq"]
            if is_quiet:
                tell_json(event)
            elif line := _event_line(event):
                tell(line)
        if not is_quiet and run["state"] == "waiting_approval" and events:
            tell(say("task_waits"))
        if run["state"] in _ENDS and seen >= run["eventSeq"]:
            break
        run = api.get(f"/task-runs/{run['id']}", wait=20, after=seen)
    if not is_quiet:
        tell(_line(run), *_sheet(run))
    return 0 if run["state"] == "succeeded" and run["outcome"] is None else 1


def _events(api: "Api", run_id: str, *, after: int) -> list[Any]:
    found: list[Any] = []
    while True:
        page = api.get(f"/task-runs/{run_id}/events", after=after, limit=_MOST_EVENTS)
        found += page["items"]
        if not page["isMore"]:
            return found
        after = found[-1]["seq"]


def _event_line(event: Any) -> str | None:
    from openclaw.apps.cli.output import printable, styled
    from openclaw.apps.cli.times import local_time

    data = event["data"]
    if event["kind"] == "state":
        words = styled(say(f"task_state_{data['to']}"), "bold")
    else:
        tool, state = (
            printable(str(data.get("tool", "")), kept=""),
            printable(str(data.get("state", "")), kept=""),
        )
        words = say(f"task_event_{event['kind']}", tool=tool, state=state)
    return f"  {local_time(event['at'])}  {words}"


def _line(run: Any) -> str:
    from openclaw.apps.cli.output import printable, styled

    style = {"succeeded": "green", "failed": "red", "lost": "red", "timed_out": "red"}.get(
        run["state"], "dim"
    )
    words = say(f"task_state_{run['state']}") + (say("task_paused") if run["isPaused"] else "")
    return f"{run['id']}  {styled(words, style)}  {printable(run['title'], kept='')}"


def _sheet(run: Any) -> list[str]:
    from openclaw.apps.cli.output import printable

    totals = run["totals"]
    micros = totals["costMicros"]
    cost = say("task_cost", dollars=f"{micros / _MICROS:.4f}") if micros else ""
    tokens = totals["inputTokens"] + totals["outputTokens"]
    counted = {"models": totals["modelCalls"], "tools": totals["toolCalls"]}
    lines = [say("task_about", **counted, tokens=tokens, cost=cost)]
    if run["device"]:
        lines.append(say("task_where", name=printable(run["device"]["name"], kept="")))
    if run["budget"]:
        parts = [
            f"{name} {use['used']}/{use['limit']}"
            for name, use in run["budget"].items()
            if isinstance(use, dict) and use["limit"] is not None
        ]
        if parts:
            lines.append(say("task_budget", parts=", ".join(parts)))
    if run["outcome"]:
        lines.append(say("task_nothing_worked"))
    if run["error"]:
        lines.append(printable(run["error"]["title"]))
    return lines
