"""``openclaw bridge``: the commands."""

import json
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, NoReturn, ParamSpec, TypeVar

import typer

from openclaw.apps.bridge.addresses import check_address, check_origin
from openclaw.apps.bridge.commands import (
    LinkRequest,
    bridge_status,
    effective_policy,
    install_service,
    link_machine,
    run_bridge,
    tell_json,
    unlink_machine,
)
from openclaw.apps.bridge.config import language
from openclaw.apps.bridge.confirmation import confirmation_for
from openclaw.apps.bridge.daemon import DEFAULT_PORT, BridgeOptions
from openclaw.apps.bridge.errors import ControlPlaneRefusedError
from openclaw.apps.bridge.help import BridgeCommand, BridgeGroup
from openclaw.apps.bridge.options import AsJson, Insecure, Name, PiCommand, Server, StateDir
from openclaw.apps.bridge.pi.launch import words_of
from openclaw.apps.bridge.service_files import ServiceSystem
from openclaw.apps.bridge.state import StateFolder, default_state_folder
from openclaw.apps.bridge.vault import owner as vault
from openclaw.apps.bridge.words import say
from openclaw.kit.errors import Kind, OpenClawError

P = ParamSpec("P")
R = TypeVar("R")

app = typer.Typer(
    name="bridge",
    cls=BridgeGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help=say("command_bridge"),
)
policy_app = typer.Typer(
    cls=BridgeGroup, no_args_is_help=True, rich_markup_mode=None, help=say("command_policy")
)
app.add_typer(policy_app, name="policy")
vault_app = typer.Typer(
    cls=BridgeGroup, no_args_is_help=True, rich_markup_mode=None, help=say("command_vault")
)
app.add_typer(vault_app, name="vault")

EXIT_CODES: dict[Kind, int] = {
    Kind.INVALID: 2,
    Kind.UNAUTHENTICATED: 3,
    Kind.FORBIDDEN: 4,
    Kind.NOT_FOUND: 5,
    Kind.CONFLICT: 6,
    Kind.QUOTA: 7,
    Kind.UNAVAILABLE: 8,
    Kind.INTERNAL: 1,
}

Port = Annotated[int, typer.Option("--port", metavar="PORT", min=0, max=65535, help=say("option_port"))]
AllowOrigin = Annotated[
    list[str] | None,
    typer.Option("--allow-origin", metavar="ORIGIN", help=say("option_allow_origin")),
]
Yes = Annotated[bool, typer.Option("--yes", help=say("option_yes"))]


def with_plain_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Show an expected failure as one sentence (or JSON), and turn its kind into the exit code."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except OpenClawError as error:
            _fail(error, as_json=bool(kwargs.get("as_json")))

    return run


def _fail(error: OpenClawError, *, as_json: bool) -> NoReturn:
    if as_json:
        wire = error.to_wire()
        if isinstance(error, ControlPlaneRefusedError):  # scripts want the server's own code
            wire = {"code": error.refusal, "data": error.details}
        tell_json({"ok": False, "error": {**wire, "detail": error.words(language())}})
    else:
        typer.echo(error.words(language()), err=True)
    raise typer.Exit(EXIT_CODES[error.kind])


def _folder(state_dir: Path | None) -> StateFolder:
    return StateFolder(state_dir or default_state_folder())


def _options(
    *,
    port: int,
    server: str | None,
    allow_origin: list[str] | None,
    insecure: bool,
    yes: bool,
    pi_command: str | None,
) -> BridgeOptions:
    if server is not None:
        server = check_address(server, schemes=("http", "https"), allow_insecure=insecure)
    return BridgeOptions(
        port=port,
        server=server,
        extra_origins=tuple(check_origin(origin) for origin in allow_origin or ()),
        allow_insecure=insecure,
        confirmation=confirmation_for(always_yes=yes),
        pi_command=None if pi_command is None else words_of(pi_command),
    )


@app.command(cls=BridgeCommand, help=say("command_run"))
@with_plain_errors
def run(
    state_dir: StateDir = None,
    server: Server = None,
    port: Port = DEFAULT_PORT,
    allow_origin: AllowOrigin = None,
    pi_command: PiCommand = None,
    yes: Yes = False,
    insecure: Insecure = False,
    as_json: AsJson = False,
) -> None:
    """Run the bridge in this terminal, until Ctrl-C."""
    options = _options(
        port=port,
        server=server,
        allow_origin=allow_origin,
        insecure=insecure,
        yes=yes,
        pi_command=pi_command,
    )
    run_bridge(_folder(state_dir), options, as_json=as_json)


@app.command(cls=BridgeCommand, help=say("command_link"))
@with_plain_errors
def link(
    code: Annotated[str, typer.Argument(metavar="CODE", help=say("argument_code"))],
    challenge: Annotated[
        str | None, typer.Option("--challenge", metavar="ID", help=say("option_challenge"))
    ] = None,
    server: Server = None,
    name: Name = None,
    run_after: Annotated[bool, typer.Option("--run", help=say("option_run"))] = False,
    port: Port = DEFAULT_PORT,
    pi_command: PiCommand = None,
    state_dir: StateDir = None,
    insecure: Insecure = False,
    as_json: AsJson = False,
) -> None:
    """Link this machine with a code from the web app."""
    folder = _folder(state_dir)
    linked = link_machine(
        folder,
        LinkRequest(
            code=code.replace(" ", "").replace("-", ""),
            challenge_id=challenge,
            server=server,
            name=name,
            allow_insecure=insecure,
        ),
    )
    if as_json:
        tell_json(linked)
    else:
        user, workspace = linked["user"]["displayName"], linked["workspace"]["name"]
        typer.echo(
            say("linked", name=linked["name"], server=linked["server"], user=user, workspace=workspace)
        )
    if folder.running() is not None:
        return
    if run_after:
        options = _options(
            port=port, server=None, allow_origin=None, insecure=insecure, yes=False, pi_command=pi_command
        )
        run_bridge(folder, options, as_json=as_json)
    elif not as_json:
        typer.echo(say("start_it"))


@app.command(cls=BridgeCommand, help=say("command_status"))
@with_plain_errors
def status(state_dir: StateDir = None, as_json: AsJson = False) -> None:
    """Show whether this machine is linked and online, and what its policy allows."""
    found = bridge_status(_folder(state_dir))
    if as_json:
        tell_json(found)
        return
    typer.echo(say("status_running", port=found["port"]) if found["running"] else say("status_not_running"))
    if found["linked"]:
        user, workspace = found["user"]["displayName"], found["workspace"]["name"]
        typer.echo(say("status_linked", name=found["name"], user=user, workspace=workspace))
    else:
        typer.echo(say("status_not_linked"))
    typer.echo(say("status_online", online=say("yes" if found["online"] else "no")))
    typer.echo(say("status_server", server=found["server"]))
    policy = found["policy"]
    if policy["ok"]:
        typer.echo(say("status_policy", folders=", ".join(policy["folders"]), grade=policy["maxGrade"]))
    else:
        typer.echo(say("status_policy_broken", reason=policy["reason"]))


@app.command(cls=BridgeCommand, help=say("command_unlink"))
@with_plain_errors
def unlink(
    state_dir: StateDir = None,
    force: Annotated[bool, typer.Option("--force", help=say("option_force"))] = False,
    insecure: Insecure = False,
    as_json: AsJson = False,
) -> None:
    """End this machine's link, here and on the server."""
    done = unlink_machine(_folder(state_dir), force=force, allow_insecure=insecure)
    if as_json:
        tell_json(done)
    else:
        typer.echo(say("unlinked" if done["serverTold"] else "unlinked_here_only"))


@app.command(name="install-service", cls=BridgeCommand, help=say("command_install_service"))
@with_plain_errors
def install(
    system: Annotated[
        ServiceSystem | None, typer.Option("--system", metavar="SYSTEM", help=say("option_system"))
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FOLDER", help=say("option_output"))
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="PORT", min=1, max=65535, help=say("option_service_port")),
    ] = None,
    state_dir: StateDir = None,
    insecure: Insecure = False,
    as_json: AsJson = False,
) -> None:
    """Write the file that starts the bridge at login, and show the commands that enable it."""
    path, commands = install_service(
        _folder(state_dir), system=system, output=output, port=port, insecure=insecure
    )
    if as_json:
        tell_json({"ok": True, "path": str(path), "next": commands})
        return
    typer.echo(say("service_written", path=path))
    typer.echo(say("service_next"))
    for command in commands:
        typer.echo(f"  {command}")
    typer.echo(say("service_link_first"))


SystemArgument = Annotated[str, typer.Argument(metavar="SYSTEM", help=say("argument_system"))]


@vault_app.command(name="list", cls=BridgeCommand, help=say("command_vault_list"))
@with_plain_errors
def list_vault(
    system: Annotated[str | None, typer.Argument(metavar="[SYSTEM]", help=say("argument_system"))] = None,
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """List the systems that this machine keeps, or the snapshots of one."""
    folder = _folder(state_dir)
    found = vault.list_systems(folder) if system is None else vault.list_snapshots(folder, system)
    if as_json:
        tell_json(found)
        return
    for each in found:
        words = (
            each["name"] if system is None else f"{each['kind']:<16}{each['createdAt'][:19]}  {each['label']}"
        )
        typer.echo(f"{each['id']}  {words}")


@vault_app.command(name="show", cls=BridgeCommand, help=say("command_vault_show"))
@with_plain_errors
def show_vault(
    system: SystemArgument,
    snapshot: Annotated[
        str | None, typer.Option("--snapshot", metavar="ID", help=say("option_snapshot"))
    ] = None,
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Print all that a system is, as JSON."""
    found = vault.show(_folder(state_dir), system, snapshot)
    if as_json:
        tell_json(found)
    else:
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))


@vault_app.command(name="edit", cls=BridgeCommand, help=say("command_vault_edit"))
@with_plain_errors
def edit_vault(
    system: SystemArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help=say("argument_vault_file"))],
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a system what a file says."""
    vault.replace(_folder(state_dir), system, file)
    if as_json:
        tell_json({"ok": True})
    else:
        typer.echo(say("vault_edited"))


@vault_app.command(name="compare", cls=BridgeCommand, help=say("command_vault_compare"))
@with_plain_errors
def compare_vault(
    system: SystemArgument,
    snapshot: Annotated[str, typer.Argument(metavar="SNAPSHOT", help=say("option_snapshot"))],
    state_dir: StateDir = None,
    as_json: AsJson = False,
) -> None:
    """Show what differs between a snapshot and now."""
    found = vault.compare(_folder(state_dir), system, snapshot)
    if as_json:
        tell_json(found)
        return
    for change in found:
        before, after = (json.dumps(change[name], ensure_ascii=False)[:200] for name in ("before", "after"))
        typer.echo(f"{change['kind']:<9}{change['path']}\n  - {before}\n  + {after}")
    if not found:
        typer.echo(say("vault_same"))


@policy_app.command(cls=BridgeCommand, help=say("command_policy_show"))
@with_plain_errors
def show(state_dir: StateDir = None, as_json: AsJson = False) -> None:
    """Show the policy in force, with the built-in denied patterns."""
    policy: dict[str, Any] = effective_policy(_folder(state_dir))
    if as_json:
        tell_json(policy)
        return
    typer.echo(say("policy_file", path=policy["file"]))
    typer.echo(say("policy_folders", folders=", ".join(policy["folders"])))
    typer.echo(say("policy_max_grade", grade=policy["maxGrade"]))
    for tool, decision in policy["tools"].items():
        typer.echo(f"{tool:<12}{decision}")
    typer.echo(say("policy_denied", patterns=" ".join(policy["denied"])))
