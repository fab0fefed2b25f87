"""Servers of the Model Context Protocol as plugins: what they offer is seen before it is agreed to."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

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


def refresh_server(api: "Api", found: Any, *, yes: bool, quiet: bool) -> Any:
    """Show what has changed at an installation's server, ask, take it over; None when nothing has."""
    from openclaw.apps.cli.output import confirm, tell

    offer = api.post(f"/plugins/{found['id']}/look")
    if offer["version"] == found["version"]:
        return None
    if not quiet:
        tell(*_shown(offer, changed={change["name"]: change for change in offer["changes"]}))
    if not yes:
        confirm(say("ask_plugin_refresh", name=offer["name"]))
    return api.post(f"/plugins/{found['id']}/refresh", {"digest": offer["digest"]})


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
