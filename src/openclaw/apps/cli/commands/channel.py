"""`openclaw channel`: list, add, pair, test, pause, resume, remove."""

from typing import Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, Yes, command, new_group
from openclaw.apps.cli.words import say

channel_app = new_group("channel")
Name = Annotated[str, typer.Argument(metavar=say("channel_metavar"), help=say("argument_channel"))]

_PAIRED_OTHERWISE = ("mail", "webhook")


@command(channel_app, "list", "channel_list")
def list_channels(server: Server = None, as_json: AsJson = False) -> None:
    """The user's channels."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.get("/channels", limit=200)
    if as_json:
        tell_json(found)
        return
    tell(*(_line(channel) for channel in found["items"]))
    if not found["items"]:
        tell(say("no_channels"))


@command(channel_app, "add", "channel_add")
def add_channel(
    kind: Annotated[
        str, typer.Argument(metavar=say("channel_kind_metavar"), help=say("argument_channel_kind"))
    ],
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help=say("option_channel_name"))
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=say("option_channel_set"))
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Make a channel. Without settings it is a draft, whose address its provider can be given."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    body: dict[str, Any] = {"kind": kind, "name": name or kind}
    if settings:
        body["settings"] = dict(_setting(each) for each in settings)
    with connect(server) as api:
        made = api.post("/channels", body)
        if as_json:
            tell_json(made)
            return
        tell(say("channel_added", name=made["name"], id=made["id"]), _line(made))
        if made["hookPath"]:
            tell(say("channel_hook", url=f"{api.server}{made['hookPath']}"))
        if made["hookSecret"]:
            tell(say("channel_secret", value=made["hookSecret"]))


@command(channel_app, "pair", "channel_pair")
def pair_channel(channel: Name, server: Server = None, as_json: AsJson = False) -> None:
    """Make a pairing code."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_channel
    from openclaw.apps.cli.times import local_time

    with connect(server) as api:
        found = find_channel(api, channel)
        made = api.post(f"/channels/{found['id']}/pairing")
    if as_json:
        tell_json(made)
    else:
        how = f"_{found['kind']}" if found["kind"] in _PAIRED_OTHERWISE else ""
        tell(say(f"channel_code{how}", code=made["code"], at=local_time(made["expiresAt"])))


@command(channel_app, "test", "channel_test")
def send_test(channel: Name, server: Server = None) -> None:
    """Send a line."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell
    from openclaw.apps.cli.resolve import find_channel

    with connect(server) as api:
        api.post(f"/channels/{find_channel(api, channel)['id']}/test")
    tell(say("channel_tested"))


@command(channel_app, "pause", "channel_pause")
def pause_channel(channel: Name, server: Server = None, as_json: AsJson = False) -> None:
    """Leave it alone for now."""
    _do(channel, "pause", server=server, as_json=as_json)


@command(channel_app, "resume", "channel_resume")
def resume_channel(channel: Name, server: Server = None, as_json: AsJson = False) -> None:
    """Go on with it."""
    _do(channel, "resume", server=server, as_json=as_json)


@command(channel_app, "remove", "channel_remove")
def remove_channel(channel: Name, yes: Yes = False, server: Server = None) -> None:
    """Forget it."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import confirm, printable, tell
    from openclaw.apps.cli.resolve import find_channel

    with connect(server) as api:
        found = find_channel(api, channel)
        name = printable(found["name"], kept="")
        if not yes:
            confirm(say("channel_remove_question", name=name))
        api.delete(f"/channels/{found['id']}")
    tell(say("channel_removed", name=name))


def _do(channel: str, what: str, *, server: str | None, as_json: bool) -> None:
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_channel

    with connect(server) as api:
        found = api.post(f"/channels/{find_channel(api, channel)['id']}/{what}")
    if as_json:
        tell_json(found)
    else:
        tell(say("channel_is_now", name=found["name"], state=_state(found)))


def _setting(text: str) -> tuple[str, str]:
    from openclaw.apps.cli.errors import UsageError

    name, separator, value = text.partition("=")
    if not separator or not name:
        raise UsageError(reason=say("channel_setting_form"))
    return name, typer.prompt(name, hide_input=True) if value == "-" else value


def _line(channel: dict[str, Any]) -> str:
    parts = [channel["id"], channel["kind"], channel["name"], _state(channel)]
    if channel["error"]:
        parts.append(channel["error"]["title"])
    return "  ".join(parts)


def _state(channel: dict[str, Any]) -> str:
    return say(f"channel_state_{'paused' if channel['paused'] else channel['state']}")
