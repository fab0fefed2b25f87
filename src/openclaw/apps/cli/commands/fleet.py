"""`openclaw devices`: the primary machine, and groups."""

from typing import Annotated

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, command
from openclaw.apps.cli.commands.devices import Device, devices_app
from openclaw.apps.cli.words import say

Group = Annotated[str, typer.Argument(metavar=say("group_metavar"), help=say("argument_group"))]


@command(devices_app, "primary", "devices_primary")
def make_primary(
    device: Device,
    off: Annotated[bool, typer.Option("--off", help=say("option_off"))] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Make a machine the one that is asked when none is named."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json
    from openclaw.apps.cli.resolve import find_device

    with connect(server) as api:
        changed = api.patch(f"/devices/{find_device(api, device)['id']}", {"primary": not off})
    if as_json:
        tell_json(changed)
    else:
        tell(say("device_not_primary" if off else "device_primary", name=printable(changed["name"])))


@command(devices_app, "groups", "devices_groups")
def list_groups(server: Server = None, as_json: AsJson = False) -> None:
    """Every group of the person's machines."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, styled, tell, tell_json

    with connect(server) as api:
        found = api.get("/device-groups")
        names = {device["id"]: device["name"] for device in api.get("/devices")["items"]}
    if as_json:
        tell_json(found)
        return
    for group in found["items"]:
        members = ", ".join(printable(names.get(member, member)) for member in group["deviceIds"])
        tell(f"{styled(printable(group['name']), 'bold')}  {members or '–'}")
    if not found["items"]:
        tell(say("no_groups"))


@command(devices_app, "group", "devices_group")
def set_group(
    group: Group,
    devices: Annotated[
        list[str], typer.Argument(metavar=say("device_metavar"), help=say("argument_devices"))
    ],
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Put machines under one name, in place of those that it stood for."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json
    from openclaw.apps.cli.resolve import find_device

    with connect(server) as api:
        members = [find_device(api, device) for device in devices]
        body = {"name": group, "deviceIds": [member["id"] for member in members]}
        known = [
            other
            for other in api.get("/device-groups")["items"]
            if other["name"].casefold() == group.casefold()
        ]
        kept = (
            api.put(f"/device-groups/{known[0]['id']}", body) if known else api.post("/device-groups", body)
        )
    if as_json:
        tell_json(kept)
    else:
        names = ", ".join(printable(member["name"]) for member in members)
        tell(say("group_kept", name=printable(kept["name"]), devices=names))


@command(devices_app, "ungroup", "devices_ungroup")
def delete_group(group: Group, server: Server = None, as_json: AsJson = False) -> None:
    """Remove a group; its machines stay linked."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json
    from openclaw.apps.cli.resolve import find_one

    with connect(server) as api:
        found = find_one(
            api.get("/device-groups")["items"], group, name="name", command="openclaw devices groups"
        )
        api.delete(f"/device-groups/{found['id']}")
    if as_json:
        tell_json({"ok": True, "id": found["id"]})
    else:
        tell(say("group_gone", name=printable(found["name"])))
