"""`openclaw devices`: list, show, rename, revoke, link."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, Yes, command, new_group
from openclaw.apps.cli.words import say

if TYPE_CHECKING:
    from openclaw.apps.cli.api import Api

devices_app = new_group("devices")
_POLL_SECONDS = 1.0
Device = Annotated[str, typer.Argument(metavar=say("device_metavar"), help=say("argument_device"))]


@command(devices_app, "list", "devices_list")
def list_devices(server: Server = None, as_json: AsJson = False) -> None:
    """Every machine of the person."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.get("/devices")
    if as_json:
        tell_json(found)
    elif found["items"]:
        for device in found["items"]:
            tell(*_row(device))
    else:
        tell(say("no_devices"))


@command(devices_app, "show", "devices_show")
def show_device(device: Device, server: Server = None, as_json: AsJson = False) -> None:
    """One machine."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_device

    with connect(server) as api:
        found = find_device(api, device)
    if as_json:
        tell_json(found)
    else:
        tell(*_sheet(found))


@command(devices_app, "rename", "devices_rename")
def rename_device(
    device: Device,
    name: Annotated[str, typer.Argument(metavar=say("name_metavar"), help=say("argument_name"))],
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Give a machine another name."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_device

    with connect(server) as api:
        renamed = api.patch(f"/devices/{find_device(api, device)['id']}", {"name": name})
    if as_json:
        tell_json(renamed)
    else:
        tell(say("device_renamed", name=renamed["name"]))


@command(devices_app, "revoke", "devices_revoke")
def revoke_device(device: Device, server: Server = None, yes: Yes = False, as_json: AsJson = False) -> None:
    """Unlink a machine, after asking."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import confirm, printable, tell, tell_json
    from openclaw.apps.cli.resolve import find_device

    with connect(server) as api:
        found = find_device(api, device)
        name = printable(found["name"])
        if not yes:
            confirm(say("ask_revoke", name=name))
        api.delete(f"/devices/{found['id']}")
    if as_json:
        tell_json({"ok": True, "id": found["id"]})
    else:
        tell(say("device_revoked", name=name))


@command(devices_app, "link", "devices_link")
def link_device(
    server: Server = None,
    wait: Annotated[bool, typer.Option("--wait", help=say("option_wait"))] = False,
    as_json: AsJson = False,
) -> None:
    """Make a code that links a machine."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import styled, tell, tell_json
    from openclaw.apps.cli.times import local_time

    with connect(server) as api:
        challenge = api.post("/bridge/public-link")
        if as_json:
            tell_json(challenge)
        else:
            code = styled(f"{challenge['code'][:3]} {challenge['code'][3:]}", "bold")
            tell(say("link_code", code=code, at=local_time(challenge["expiresAt"])), "")
            tell(say("link_do"), f"  {styled(challenge['command'], 'cyan')}")
        if wait:
            _wait_until_linked(api, challenge["challengeId"], as_json=as_json)


def _wait_until_linked(api: "Api", challenge_id: str, *, as_json: bool) -> None:
    import asyncio
    from datetime import timedelta

    from openclaw.apps.cli.errors import UsageError
    from openclaw.apps.cli.output import printable, tell, tell_json
    from openclaw.kit.clock import SystemClock

    clock = SystemClock()
    if not as_json:
        tell("", say("link_waiting"))
    state = api.get(f"/bridge/challenges/{challenge_id}")
    while state["status"] == "pending":
        asyncio.run(clock.sleep(timedelta(seconds=_POLL_SECONDS)))
        state = api.get(f"/bridge/challenges/{challenge_id}")
    if state["status"] != "redeemed":
        raise UsageError(reason=say("link_failed", status=say(f"challenge_{state['status']}")))
    device = api.get(f"/devices/{state['deviceId']}")
    if as_json:
        tell_json(device)
    else:
        tell(say("link_done", name=printable(device["name"])))


def _row(device: Any) -> list[str]:
    from openclaw.apps.cli.output import printable, styled

    mark = styled("●", "green") if device["online"] else styled("○", "dim")
    name = styled(printable(device["name"]), "bold")
    about = f"{_state(device)} · {printable(device['platform'])}"
    return [f"{mark} {name}  {about}", f"  {styled(device['id'], 'dim')}"]


def _state(device: Any) -> str:
    from openclaw.apps.cli.times import local_time

    if device["revokedAt"]:
        return say("revoked")
    if device["online"]:
        return say("online")
    seen = device["lastSeenAt"]
    return f"{say('offline')}{say('comma')}{say('last_seen', at=local_time(seen)) if seen else say('never_seen')}"


def _sheet(device: Any) -> list[str]:
    from openclaw.apps.cli.help import terminal_width
    from openclaw.apps.cli.output import printable, styled
    from openclaw.apps.cli.times import local_time
    from openclaw.kit.layout import two_columns

    rows = [
        (say("device_state"), _state(device)),
        (say("device_platform"), printable(device["platform"])),
        (say("device_version"), printable(device["version"])),
        (say("device_home"), printable(device["home"] or "–")),
        (say("device_commands"), ", ".join(printable(str(name)) for name in device["commands"]) or "–"),
        (say("device_linked"), local_time(device["linkedAt"])),
        (say("device_id"), device["id"]),
        (say("device_node"), device["nodeId"]),
    ]
    return [styled(printable(device["name"]), "bold"), *two_columns(rows, terminal_width())]
