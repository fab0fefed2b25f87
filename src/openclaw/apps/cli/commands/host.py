"""`openclaw host`: the workspace's hosts and their enrolment tokens. What is for the machine itself is a role."""

from typing import Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, Yes, command, new_group
from openclaw.apps.cli.roles import HOST_COMMANDS
from openclaw.apps.cli.words import say

host_app = new_group("host")
_OPERATORS = "commands_of_operators"
HostName = Annotated[str, typer.Argument(metavar=say("host_metavar"), help=say("argument_host"))]
Labels = Annotated[list[str] | None, typer.Option("--label", metavar="LABEL", help=say("option_host_labels"))]
Capacity = Annotated[
    int | None, typer.Option("--capacity", metavar="N", min=1, help=say("option_host_capacity"))
]
Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help=say("option_host_name"))]
Region = Annotated[str | None, typer.Option("--region", metavar="NAME", help=say("option_host_region"))]
Provider = Annotated[str | None, typer.Option("--provider", metavar="NAME", help=say("option_host_provider"))]


def _listed_only() -> None:
    """`main` starts these before this program is loaded; here they only have their place in the help."""


for _name in HOST_COMMANDS:
    command(host_app, _name, f"host_{_name}", heading="commands_of_host")(_listed_only)


@command(host_app, "list", "host_list", heading=_OPERATORS)
def list_hosts(
    everything: Annotated[bool, typer.Option("--all", help=say("option_host_all"))] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """The workspace's hosts."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.get("/hosts", limit=200, includeRevoked="true" if everything else None)
    if as_json:
        tell_json(found)
    elif found["items"]:
        for host in found["items"]:
            tell(*_row(host))
    else:
        tell(say("no_hosts"))


@command(host_app, "show", "host_show", heading=_OPERATORS)
def show_host(host: HostName, server: Server = None, as_json: AsJson = False) -> None:
    """One host."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_host

    with connect(server) as api:
        found = find_host(api, host)
    if as_json:
        tell_json(found)
    else:
        tell(*_sheet(found))


@command(host_app, "token", "host_token", heading=_OPERATORS)
def make_token(
    name: Name = None,
    label: Labels = None,
    capacity: Capacity = None,
    region: Region = None,
    provider: Provider = None,
    minutes: Annotated[
        int, typer.Option("--minutes", metavar="N", min=1, help=say("option_host_minutes"))
    ] = 60,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Make a token for one machine."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import styled, tell, tell_json
    from openclaw.apps.cli.times import local_time

    about = {
        "name": name,
        "labels": label or None,
        "capacity": capacity,
        "region": region,
        "provider": provider,
    }
    body = {key: value for key, value in about.items() if value is not None}
    with connect(server) as api:
        made = api.post("/host-tokens", body | {"expiresInMinutes": minutes})
    if as_json:
        tell_json(made)
        return
    tell(say("host_token_made", at=local_time(made["expiresAt"])), f"  {styled(made['token'], 'bold')}", "")
    tell(say("host_token_do"), f"  {styled(made['command'], 'cyan')}")


@command(host_app, "rotate", "host_rotate", heading=_OPERATORS)
def rotate_host(host: HostName, server: Server = None, yes: Yes = False, as_json: AsJson = False) -> None:
    """End a host's credential and show the token with which its machine comes back, after asking."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import confirm, printable, styled, tell, tell_json
    from openclaw.apps.cli.resolve import find_host
    from openclaw.apps.cli.times import local_time

    with connect(server) as api:
        found = find_host(api, host)
        if not yes:
            confirm(say("ask_host_rotate", name=printable(found["name"])))
        made = api.post(f"/hosts/{found['id']}/rotate")
    if as_json:
        tell_json(made)
        return
    tell(say("host_rotated", name=printable(found["name"]), at=local_time(made["expiresAt"])))
    tell(say("host_token_do"), f"  {styled(made['command'], 'cyan')}")


@command(host_app, "tokens", "host_tokens", heading=_OPERATORS)
def list_tokens(server: Server = None, as_json: AsJson = False) -> None:
    """The enrolment tokens."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.times import local_time

    with connect(server) as api:
        found = api.get("/host-tokens")
    if as_json:
        tell_json(found)
        return
    for token in found["items"]:
        state = say(f"host_token_state_{token['status']}")
        until = say("host_token_until", at=local_time(token["expiresAt"]))
        tell(f"…{token['hint']}  {state}{say('comma')}{until}  {token['id']}")
    if not found["items"]:
        tell(say("no_host_tokens"))


@command(host_app, "revoke-token", "host_revoke_token", heading=_OPERATORS)
def revoke_token(
    token: Annotated[str, typer.Argument(metavar=say("id_metavar"), help=say("argument_host_token"))],
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """End an enrolment token."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_one

    with connect(server) as api:
        items = api.get("/host-tokens")["items"]
        found = find_one(items, token, name=None, command="openclaw host tokens")
        api.delete(f"/host-tokens/{found['id']}")
    if as_json:
        tell_json({"ok": True, "id": found["id"]})
    else:
        tell(say("host_token_gone"))


@command(host_app, "set", "host_set", heading=_OPERATORS)
def set_host(
    host: HostName,
    name: Name = None,
    label: Labels = None,
    capacity: Capacity = None,
    region: Region = None,
    provider: Provider = None,
    drain: Annotated[
        bool | None, typer.Option("--drain/--no-drain", help=say("option_host_draining"))
    ] = None,
    own: Annotated[bool, typer.Option("--own", help=say("option_host_own"))] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Say what a host offers and how much it carries."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json
    from openclaw.apps.cli.resolve import find_host

    said = {
        "name": name,
        "labels": label or None,
        "capacity": capacity,
        "region": region,
        "provider": provider,
        "draining": drain,
    }
    body: dict[str, Any] = {"labels": None, "capacity": None} if own else {}
    body |= {key: value for key, value in said.items() if value is not None}
    with connect(server) as api:
        changed = api.patch(f"/hosts/{find_host(api, host)['id']}", body)
    if as_json:
        tell_json(changed)
    else:
        tell(say("host_changed", name=printable(changed["name"])))


@command(host_app, "revoke", "host_revoke", heading=_OPERATORS)
def revoke_host(host: HostName, server: Server = None, yes: Yes = False, as_json: AsJson = False) -> None:
    """End a host, after asking."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import confirm, printable, tell, tell_json
    from openclaw.apps.cli.resolve import find_host

    with connect(server) as api:
        found = find_host(api, host)
        name = printable(found["name"])
        if not yes:
            confirm(say("ask_host_revoke", name=name))
        api.delete(f"/hosts/{found['id']}")
    if as_json:
        tell_json({"ok": True, "id": found["id"]})
    else:
        tell(say("host_revoked", name=name))


def _row(host: Any) -> list[str]:
    from openclaw.apps.cli.output import printable, styled

    color = {"healthy": "green", "degraded": "yellow"}.get(host["status"], "dim")
    mark = styled("●" if host["status"] in ("healthy", "degraded") else "○", color)
    name = styled(printable(host["name"]), "bold")
    slots = say("host_slots", busy=host["busySlots"], slots=host["slots"])
    return [f"{mark} {name}  {_state(host)} · {slots}", f"  {styled(host['id'], 'dim')}"]


def _state(host: Any) -> str:
    from openclaw.apps.cli.output import printable

    words = [say(f"host_state_{host['status']}")]
    if host["draining"]:
        words.append(say("host_draining"))
    if host["trouble"]:
        words.append(printable(host["trouble"]))
    return say("comma").join(words)


def _sheet(host: Any) -> list[str]:
    from openclaw.apps.cli.help import terminal_width
    from openclaw.apps.cli.output import printable, styled
    from openclaw.apps.cli.times import local_time
    from openclaw.kit.layout import two_columns

    seen = host["lastHeartbeatAt"]
    rows = [
        (say("host_row_state"), _state(host)),
        (say("host_row_slots"), say("host_slots", busy=host["busySlots"], slots=host["slots"])),
        (say("host_row_offers"), ", ".join(printable(offer) for offer in host["offers"]) or "–"),
        (say("host_row_seen"), local_time(seen) if seen else "–"),
        (say("host_row_platform"), f"{printable(host['platform'])} · {printable(host['version'])}"),
        (say("host_row_id"), host["id"]),
    ]
    return [styled(printable(host["name"]), "bold"), *two_columns(rows, terminal_width())]
