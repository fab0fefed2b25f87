"""The client's commands, put together, and what is said when one was typed wrongly."""

import difflib
from typing import Annotated, Any

import typer
from typer.main import get_command

from openclaw import __version__
from openclaw.apps.cli.commands.account import add_account_commands
from openclaw.apps.cli.commands.approvals import approvals_app
from openclaw.apps.cli.commands.automation import automation_app
from openclaw.apps.cli.commands.channel import channel_app
from openclaw.apps.cli.commands.chat import add_chat_command
from openclaw.apps.cli.commands.conversations import conversations_app
from openclaw.apps.cli.commands.declare import ClientGroup, command
from openclaw.apps.cli.commands.doctor import add_doctor_command
from openclaw.apps.cli.commands.fleet import devices_app
from openclaw.apps.cli.commands.host import host_app
from openclaw.apps.cli.commands.jobs import jobs_app
from openclaw.apps.cli.commands.notifications import notifications_app
from openclaw.apps.cli.commands.plugin_market import plugin_app
from openclaw.apps.cli.commands.results import results_app
from openclaw.apps.cli.commands.system import system_app
from openclaw.apps.cli.commands.task import task_app
from openclaw.apps.cli.commands.undo import add_undo_command
from openclaw.apps.cli.commands.vault import vault_app
from openclaw.apps.cli.commands.workflow_runs import workflow_app
from openclaw.apps.cli.errors import UsageError
from openclaw.apps.cli.roles import HOST, ROLES
from openclaw.apps.cli.words import say

_MACHINE = {"bridge"}


def run_client(arguments: list[str]) -> int:
    """Run one client command; its exit code. Raises OpenClawError."""
    try:
        done: Any = get_command(build_app()).main(args=arguments, prog_name="openclaw", standalone_mode=False)
    except typer.TyperException as problem:
        if type(problem).__name__ == "NoArgsIsHelpError":
            print(problem.format_message())
            return 2
        raise UsageError(reason=_usage_words(problem)) from None
    except typer.Abort:
        raise KeyboardInterrupt from None
    return done if isinstance(done, int) else 0


def build_app() -> typer.Typer:
    """Every command in its place."""
    app = typer.Typer(
        name="openclaw",
        cls=ClientGroup,
        help=say("about"),
        epilog=say("about_note"),
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    for role in ROLES.values():
        if role.name == HOST:  # a group of its own, with commands of the client beside the machine's
            app.add_typer(host_app, rich_help_panel=say("commands_machine"))
            continue
        heading = "commands_machine" if role.name in _MACHINE else "commands_server"
        command(app, role.name, role.name, heading=heading)(_listed_only)
    add_doctor_command(app)
    add_account_commands(app)
    add_chat_command(app)
    add_undo_command(app)
    for group in (
        devices_app,
        approvals_app,
        conversations_app,
        system_app,
        vault_app,
        task_app,
        workflow_app,
        plugin_app,
        jobs_app,
        notifications_app,
        results_app,
        automation_app,
        channel_app,
    ):
        app.add_typer(group, rich_help_panel=say("commands_client"))
    return app


def _tell_version(is_wanted: bool) -> None:
    if is_wanted:
        print(f"openclaw {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help=say("option_version"))
    ] = False,
) -> None:
    pass


def _listed_only() -> None:
    """`main` starts roles before this program is loaded; here they only have their place in the help."""


def _usage_words(problem: typer.TyperException) -> str:
    kind = type(problem).__name__
    context: Any = getattr(problem, "ctx", None)
    parameter: Any = getattr(problem, "param", None)
    name = parameter.get_error_hint(context).strip("'") if parameter is not None else ""
    possible: list[str] | None = getattr(problem, "possibilities", None)
    near = list(possible or [])
    if kind == "MissingParameter":
        words = say("usage_missing", name=name)
    elif kind == "NoSuchOption":
        words = say("usage_no_option", name=getattr(problem, "option_name", ""))
    elif kind == "BadParameter":
        words = say("usage_bad_value", name=name, reason=problem.message)
    elif problem.message.startswith("No such command") and context is not None:
        typed = problem.message.split("'")[1]
        words = say("usage_no_command", name=typed)
        known: list[str] = context.command.list_commands(context)
        near = difflib.get_close_matches(typed, known)
    else:
        words = problem.format_message()
    if near:
        words += " " + say("usage_meant", names=" / ".join(near))
    path = context.command_path if context is not None else "openclaw"
    return f"{words}\n{say('usage_see', command=path)}"
