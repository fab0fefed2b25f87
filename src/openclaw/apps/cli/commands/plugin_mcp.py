"""`openclaw plugin install --mcp` and `refresh`: MCP servers, seen before they are agreed to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, Yes, command
from openclaw.apps.cli.commands.plugin_market import installed, plugin_app
from openclaw.apps.cli.words import say

if TYPE_CHECKING:
    from openclaw.apps.cli.api import Api


def install_server(
    api: "Api", url: str, name: str | None, headers: dict[str, str], *, yes: bool, quiet: bool
) -> Any:
    """Show what a server offers, ask, install it as it was shown."""
    from openclaw.apps.cli.output import confirm, tell

    wanted = {"name": name or _name_of(url), "url": url, "headers": headers}
    offer = api.post("/plugins/mcp/look", wanted)
    if not quiet:
        tell(*_shown(offer))
    if not yes:
        confirm(say("ask_plugin_install", name=offer["name"], version=offer["version"]))
    return api.post("/plugins/mcp", {**wanted, "digest": offer["digest"]})


@command(plugin_app, "refresh", "plugin_refresh")
def refresh_plugin(
    name: Annotated[str, typer.Argument(metavar=say("name_metavar"), help=say("argument_plugin"))],
    yes: Yes = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """What the server of an MCP plugin lists now."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import confirm, tell, tell_json

    with connect(server) as api:
        found = installed(api, name)
        offer = api.post(f"/plugins/{found['id']}/look")
        if not offer["changes"] and offer["version"] == found["version"]:
            tell_json(found) if as_json else tell(say("plugin_mcp_same", name=found["name"]))
            return
        if not as_json:
            tell(*_shown(offer, changed={change["name"]: change for change in offer["changes"]}))
        if not yes:
            confirm(say("ask_plugin_refresh", name=offer["name"]))
        done = api.post(f"/plugins/{found['id']}/refresh", {"digest": offer["digest"]})
    tell_json(done) if as_json else tell(say("plugin_installed", name=done["name"], version=done["version"]))


def _name_of(url: str) -> str:
    """``https://mcp.example.com/sse`` to ``mcp-example-com``."""
    host = urlsplit(url).hostname or "mcp"
    plain = "-".join(part for part in "".join(c if c.isalnum() else " " for c in host).split())
    return plain if plain[:1].isalpha() else f"mcp-{plain}"


def _shown(offer: Any, changed: dict[str, Any] | None = None) -> Sequence[str]:
    """What a person must see before saying yes: the tools in the server's words, which models will read too."""
    from openclaw.apps.cli.output import printable

    lines = [f"{offer['name']} {offer['version']}  {offer['title']}", f"  {offer['description']}"]
    lines += [say("plugin_asks"), *(f"  • {permission['words']}" for permission in offer["permissions"])]
    lines.append(say("plugin_mcp_tools") if changed is None else say("plugin_mcp_changes"))
    for action in offer["actions"]:
        if changed is None or action["name"] in changed:
            lines.append(
                f"  • {action['name']} ({say('plugin_effect_' + action['effect'])})  {action['title']}"
            )
            lines += [f"      {line}" for line in action["description"].splitlines()]
    gone = [name for name, change in (changed or {}).items() if change["kind"] == "removed"]
    lines += [f"  - {name}" for name in gone]
    return [printable(line) for line in lines]
