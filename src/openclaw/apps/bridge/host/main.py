"""``openclaw host``: the commands for the machine itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from openclaw.apps.bridge.commands import tell_json
from openclaw.apps.bridge.config import take_from_environment
from openclaw.apps.bridge.errors import ControlPlaneRefusedError
from openclaw.apps.bridge.help import BridgeCommand, BridgeGroup
from openclaw.apps.bridge.host.commands import EnrolRequest, enrol_host, host_status, leave_host, run_host
from openclaw.apps.bridge.host.daemon import HostOptions
from openclaw.apps.bridge.host.errors import HostRevokedError
from openclaw.apps.bridge.host.profile import MAX_TASKS, Profile, change_profile
from openclaw.apps.bridge.main import with_plain_errors
from openclaw.apps.bridge.options import (
    AsJson,
    Insecure,
    Name,
    PiCommand,
    Server,
    state_dir_option,
    with_options,
)
from openclaw.apps.bridge.pi.launch import words_of
from openclaw.apps.bridge.state import StateFolder, default_host_folder
from openclaw.apps.bridge.words import say

_TOKEN = "OPENCLAW_HOST_TOKEN"  # noqa: S105  (the name of a variable)

app = typer.Typer(
    name="host",
    cls=BridgeGroup,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help=say("command_host"),
)

StateDir = Annotated[Path | None, state_dir_option("OPENCLAW_HOST_HOME")]
Token = Annotated[
    str | None, typer.Option("--token", metavar="TOKEN", envvar=_TOKEN, help=say("option_host_token"))
]
MaxTasks = Annotated[
    int | None,
    typer.Option("--max-tasks", metavar="N", min=1, max=MAX_TASKS, help=say("option_max_tasks")),
]
Labels = Annotated[list[str] | None, typer.Option("--label", metavar="LABEL", help=say("option_label"))]
Region = Annotated[str | None, typer.Option("--region", metavar="NAME", help=say("option_region"))]
Provider = Annotated[str | None, typer.Option("--provider", metavar="NAME", help=say("option_provider"))]
Browser = Annotated[
    bool | None, typer.Option("--browser-operator/--no-browser-operator", help=say("option_browser"))
]
LongRunning = Annotated[
    bool | None, typer.Option("--long-running/--short-lived", help=say("option_long_running"))
]


@dataclass(frozen=True)
class Offers:
    """What the machine says of itself; None: as it has said before."""

    max_tasks: MaxTasks = None
    label: Labels = None
    region: Region = None
    provider: Provider = None
    browser: Browser = None
    long_running: LongRunning = None


@dataclass(frozen=True)
class RunOptions:
    """How to carry runs."""

    token: Token = None
    server: Server = None
    name: Name = None
    offers: Offers = Offers()
    pi_command: PiCommand = None
    state_dir: StateDir = None
    insecure: Insecure = False
    as_json: AsJson = False


@app.callback(invoke_without_command=True)
@with_plain_errors
@with_options
def start(context: typer.Context, options: RunOptions) -> None:
    """Enrol this machine unless it is a host already, and carry runs."""
    if context.invoked_subcommand is None:
        _run(options)


@app.command(cls=BridgeCommand, help=say("command_host_enroll"))
@with_plain_errors
@with_options
def enroll(
    token: Annotated[str, typer.Argument(metavar="TOKEN", envvar=_TOKEN, help=say("option_host_token"))],
    *,
    server: Server = None,
    name: Name = None,
    offers: Offers,
    state_dir: StateDir = None,
    insecure: Insecure = False,
    as_json: AsJson = False,
) -> None:
    """Make this machine a host of a workspace."""
    take_from_environment(_TOKEN)
    folder = _folder(state_dir)
    _offer(folder, offers)
    session = enrol_host(folder, EnrolRequest(token, server, name, insecure))
    if as_json:
        host_id = session.device_id.replace("dev_", "host_", 1)
        tell_json({"ok": True, "hostId": host_id, "name": session.name, "server": session.server})
    else:
        words = {"name": session.name, "server": session.server, "workspace": session.workspace.name}
        typer.echo(say("host_enrolled", **words))


@app.command(cls=BridgeCommand, help=say("command_host_run"))
@with_plain_errors
@with_options
def run(options: RunOptions) -> None:
    """Carry runs until Ctrl-C."""
    _run(options)


@app.command(cls=BridgeCommand, help=say("command_host_status"))
@with_plain_errors
def status(state_dir: StateDir = None, as_json: AsJson = False) -> None:
    """Show what this machine is, as far as it knows."""
    found = host_status(_folder(state_dir))
    if as_json:
        tell_json(found)
        return
    typer.echo(say("host_status_running", running=say("yes" if found["running"] else "no")))
    if found["enrolled"]:
        words = {"name": found["name"], "server": found["server"], "workspace": found["workspace"]["name"]}
        typer.echo(say("host_status_enrolled", **words))
    else:
        typer.echo(say("host_status_not_enrolled"))
    typer.echo(say("host_status_policy", file=found["policyFile"]))


@app.command(cls=BridgeCommand, help=say("command_host_leave"))
@with_plain_errors
def leave(state_dir: StateDir = None, insecure: Insecure = False, as_json: AsJson = False) -> None:
    """Be a host no more."""
    is_told = leave_host(_folder(state_dir), allow_insecure=insecure)
    if as_json:
        tell_json({"ok": True, "serverTold": is_told})
    else:
        typer.echo(say("host_left" if is_told else "host_left_here_only"))


def _run(options: RunOptions) -> None:
    take_from_environment(_TOKEN)  # what runs here has no business with it
    folder = _folder(options.state_dir)
    profile = _offer(folder, options.offers)
    request: EnrolRequest | None = None
    if options.token is not None:
        request = EnrolRequest(options.token, options.server, options.name, options.insecure)
    is_spare = bool(host_status(folder)["enrolled"])
    if request is not None:
        enrol_host(folder, request, unless_done=True)
    command = None if options.pi_command is None else words_of(options.pi_command)
    host = HostOptions(profile, allow_insecure=options.insecure, pi_command=command)
    try:
        run_host(folder, host, as_json=options.as_json, tell_json=tell_json)
    except HostRevokedError as revoked:
        # Its credential may have been rotated while it was away: then the token is for coming back.
        if request is None or not is_spare:
            raise
        try:
            enrol_host(folder, request)
        except ControlPlaneRefusedError:
            raise revoked from None
        run_host(folder, host, as_json=options.as_json, tell_json=tell_json)


def _offer(folder: StateFolder, offers: Offers) -> Profile:
    return change_profile(
        folder,
        max_concurrent_tasks=offers.max_tasks,
        labels=offers.label or None,
        region=offers.region,
        provider=offers.provider,
        browser_operator=offers.browser,
        long_running=offers.long_running,
    )


def _folder(state_dir: Path | None) -> StateFolder:
    return StateFolder(state_dir or default_host_folder())
