"""`openclaw login`, `logout`, `whoami`."""

from typing import Annotated

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, command
from openclaw.apps.cli.words import say

_HEADING = "commands_client"


def add_account_commands(app: typer.Typer) -> None:
    """Declare them."""
    command(app, "login", "login", heading=_HEADING)(_login)
    command(app, "logout", "logout", heading=_HEADING)(_logout)
    command(app, "whoami", "whoami", heading=_HEADING)(_whoami)


def _login(
    address: Annotated[str | None, typer.Argument(metavar="[URL]", help=say("argument_server"))] = None,
    server: Server = None,
    user: Annotated[
        str | None, typer.Option("--user", metavar=say("name_metavar"), help=say("option_user"))
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help=say("option_password_stdin"))
    ] = False,
    token_stdin: Annotated[bool, typer.Option("--token-stdin", help=say("option_token_stdin"))] = False,
    insecure: Annotated[bool, typer.Option("--insecure", help=say("option_insecure"))] = False,
    as_json: AsJson = False,
) -> None:
    from openclaw.apps.cli.login import LoginRequest, log_in
    from openclaw.apps.cli.output import styled, tell, tell_json

    request = LoginRequest(
        server=address or server,
        user=user,
        reads_password=password_stdin,
        reads_token=token_stdin,
        allow_insecure=insecure,
    )
    server_url, session = log_in(request)
    if as_json:
        workspace = {"id": session.workspace.id, "name": session.workspace.name}
        tell_json({"ok": True, "server": server_url, "username": session.username, "workspace": workspace})
        return
    tell(
        styled(say("logged_in", name=session.display_name, server=server_url), "green"), say("logged_in_next")
    )


def _logout(server: Server = None, as_json: AsJson = False) -> None:
    from openclaw.apps.cli.login import log_out
    from openclaw.apps.cli.output import tell, tell_json

    ended = log_out(server)
    if as_json:
        tell_json({"ok": True, "server": ended.server, "serverTold": ended.was_told})
    else:
        tell(say("logged_out" if ended.was_told else "logged_out_here_only", server=ended.server))


def _whoami(server: Server = None, as_json: AsJson = False) -> None:
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, styled, tell, tell_json

    with connect(server) as api:
        me = api.get("/users/me")
        if as_json:
            tell_json({"server": api.server, **me})
            return
        user, workspace = me["user"], me["workspace"]
        name = styled(printable(user["displayName"]), "bold")
        tell(f"{name} ({printable(user['username'])}, {user['email']})")
        tell(say("whoami_server", server=api.server, role=say(f"role_{user['role']}")))
        tell(
            say(
                "whoami_workspace",
                name=printable(workspace["name"]),
                role=say(f"role_{workspace['role']}"),
                count=len(me["workspaces"]),
            )
        )
