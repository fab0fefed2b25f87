"""`openclaw plugin`: what a workspace publishes, finds and has installed; these talk to the server."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, Yes, command
from openclaw.apps.cli.commands.plugin import Key, plugin_app, read_file
from openclaw.apps.cli.words import say

if TYPE_CHECKING:
    from openclaw.apps.cli.api import Api

_LISTED = 1_000
Name = Annotated[str, typer.Argument(metavar=say("name_metavar"), help=say("argument_plugin"))]


@command(plugin_app, "publish", "plugin_publish")
def publish_plugin(
    source: Annotated[
        Path, typer.Argument(metavar=say("file_metavar"), help=say("argument_package_or_folder"))
    ] = Path(),
    public: Annotated[bool, typer.Option("--public", help=say("option_public"))] = False,
    key: Key = "default",
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """A version, in a registry."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json
    from openclaw.apps.cli.plugins.folder import read_folder
    from openclaw.apps.cli.plugins.keys import find_key
    from openclaw.protocol.packages.package import build_package, read_package

    if source.is_dir():
        folder = read_folder(source)
        data = build_package(folder.manifest, folder.files, find_key(key))
    else:
        data = read_file(source)
    read_package(data)
    with connect(server) as api:
        visibility = "public" if public else "private"
        found = api.upload("/plugin-packages", data, visibility=visibility)
    if as_json:
        tell_json(found)
    else:
        waits = found["reviewState"] == "pending"
        words = say(
            "plugin_waits" if waits else "plugin_published", name=found["name"], version=found["version"]
        )
        tell(printable(words))


@command(plugin_app, "search", "plugin_search")
def search_plugins(
    words: Annotated[
        str, typer.Argument(metavar=say("text_metavar"), help=say("argument_plugin_words"))
    ] = "",
    category: Annotated[
        str | None, typer.Option("--category", metavar=say("name_metavar"), help=say("option_category"))
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """The marketplace."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell_json

    with connect(server) as api:
        found = api.items("/plugin-packages", _LISTED, q=words or None, category=category)
    if as_json:
        tell_json({"items": found})
    else:
        _tell_rows([(item["name"], item["version"], item["title"]) for item in found])


@command(plugin_app, "install", "plugin_install")
def install_plugin(
    name: Annotated[
        str | None, typer.Argument(metavar=say("name_metavar"), help=say("argument_plugin"))
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", metavar="VERSION", help=say("option_plugin_version"))
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", "-s", metavar=say("text_metavar"), help=say("option_plugin_set")),
    ] = None,
    secrets: Annotated[
        list[str] | None,
        typer.Option("--secret", metavar=say("name_metavar"), help=say("option_plugin_secret")),
    ] = None,
    mcp: Annotated[str | None, typer.Option("--mcp", metavar="URL", help=say("option_plugin_mcp"))] = None,
    mcp_name: Annotated[
        str | None, typer.Option("--name", metavar=say("name_metavar"), help=say("option_plugin_name"))
    ] = None,
    headers: Annotated[
        list[str] | None,
        typer.Option("--header", metavar=say("name_metavar"), help=say("option_plugin_header")),
    ] = None,
    yes: Yes = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """A plugin or another version of it, or the tools of an MCP server."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.errors import UsageError
    from openclaw.apps.cli.output import confirm, tell, tell_json
    from openclaw.apps.cli.plugins.mcp import install_server

    unfit = (mcp_name or headers) if mcp is None else (version or settings or secrets)
    if (name is None) == (mcp is None) or unfit:
        raise UsageError(reason=say("plugin_name_or_mcp"))
    with connect(server) as api:
        if mcp is not None:
            values = {header: _ask_secret(header) for header in headers or ()}
            done = install_server(api, mcp, mcp_name, values, yes=yes, quiet=as_json)
            tell_json(done) if as_json else tell(
                say("plugin_installed", name=done["name"], version=done["version"])
            )
            return
        assert name is not None
        package = _find_package(api, name, version)
        known = _find_installed(api, name)
        if not as_json:
            tell(*_questions(package, is_update=known is not None))
        if not yes:
            confirm(say("ask_plugin_install", name=package["name"], version=package["version"]))
        body: dict[str, Any] = {"packageId": package["id"], "permissions": _grants(package)}
        given = dict(_setting_of(pair) for pair in settings or ())
        if known is None:
            values = {secret: _ask_secret(secret) for secret in secrets or ()}
            done = api.post("/plugins", {**body, "settings": given, "secrets": values})
        else:
            merged = {**known["settings"], **given}
            done = api.post(f"/plugins/{known['id']}/update", {**body, "settings": merged})
    if as_json:
        tell_json(done)
    else:
        tell(say("plugin_installed", name=done["name"], version=done["version"]))


@command(plugin_app, "refresh", "plugin_refresh")
def refresh_plugin(name: Name, yes: Yes = False, server: Server = None, as_json: AsJson = False) -> None:
    """What the server of an MCP plugin lists now."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.plugins.mcp import refresh_server

    with connect(server) as api:
        found = _installed(api, name)
        done = refresh_server(api, found, yes=yes, quiet=as_json)
    if as_json:
        tell_json(done or found)
    elif done is None:
        tell(say("plugin_mcp_same", name=found["name"]))
    else:
        tell(say("plugin_installed", name=done["name"], version=done["version"]))


@command(plugin_app, "list", "plugin_list")
def list_plugins(server: Server = None, as_json: AsJson = False) -> None:
    """What is installed."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell_json

    with connect(server) as api:
        found = api.get("/plugins")["items"]
    if as_json:
        tell_json({"items": found})
    else:
        _tell_rows([(item["name"], item["version"], _state(item)) for item in found])


@command(plugin_app, "uninstall", "plugin_uninstall")
def uninstall_plugin(name: Name, yes: Yes = False, server: Server = None, as_json: AsJson = False) -> None:
    """Take a plugin out, with what it kept."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import confirm, tell, tell_json

    with connect(server) as api:
        found = _installed(api, name)
        if not yes:
            confirm(say("ask_plugin_uninstall", name=found["name"]))
        api.delete(f"/plugins/{found['id']}")
    tell_json({"ok": True}) if as_json else tell(say("plugin_uninstalled", name=found["name"]))


@command(plugin_app, "enable", "plugin_enable")
def enable_plugin(name: Name, server: Server = None, as_json: AsJson = False) -> None:
    """Let it run."""
    _switch(name, server, is_on=True, as_json=as_json)


@command(plugin_app, "disable", "plugin_disable")
def disable_plugin(name: Name, server: Server = None, as_json: AsJson = False) -> None:
    """Let it run no more."""
    _switch(name, server, is_on=False, as_json=as_json)


def _switch(name: str, server: str | None, *, is_on: bool, as_json: bool) -> None:
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = _installed(api, name)
        done = api.patch(f"/plugins/{found['id']}", {"enabled": is_on})
    words = say("plugin_enabled" if is_on else "plugin_disabled", name=found["name"])
    tell_json(done) if as_json else tell(words)


def _find_package(api: "Api", name: str, version: str | None) -> Any:
    """The version that was asked for, else the newest that can be installed, in detail. Raises NoMatchError."""
    from openclaw.apps.cli.errors import NoMatchError

    found = api.get("/plugin-packages", name=name)["items"]
    fits = [
        item
        for item in found
        if item["version"] == version
        or (version is None and not item["yanked"] and item["reviewState"] == "approved")
    ]
    if not fits:
        wanted = f"{name} {version}" if version else name
        raise NoMatchError(wanted=wanted, command="openclaw plugin search")
    return api.get(f"/plugin-packages/{fits[0]['id']}")


def _find_installed(api: "Api", name: str) -> Any:
    return next((item for item in api.get("/plugins")["items"] if item["name"] == name), None)


def _installed(api: "Api", name: str) -> Any:
    from openclaw.apps.cli.errors import NoMatchError

    found = _find_installed(api, name)
    if found is None:
        raise NoMatchError(wanted=name, command="openclaw plugin list")
    return found


def _questions(package: Any, *, is_update: bool) -> list[str]:
    """What a person must see before saying yes: all that it may do, and in an update what is new in that."""
    from openclaw.apps.cli.output import printable, styled

    lines = [f"{package['name']} {package['version']}  {package['title']}", f"  {package['description']}"]
    lines += [
        say("plugin_author", name=package["author"]),
        say("plugin_signer", signer=package["publisherKey"]),
    ]
    if package["deprecated"]:
        lines.append(say("plugin_deprecated", words=package["deprecated"]))
    asked = [permission["words"] for permission in package["permissions"]]
    lines.append(say("plugin_asks") if asked else say("plugin_asks_nothing"))
    lines += [f"  • {words}" for words in asked]
    lines = [printable(line) for line in lines]
    more = [change["words"] for change in package["changes"] if change["needsConsent"]]
    if is_update and more:
        lines.append(styled(say("plugin_asks_more"), "warning"))
        lines += [styled(printable(f"  + {words}"), "warning") for words in more]
    return lines


def _grants(package: Any) -> dict[str, Any]:
    """All that it asks for, in the form of a manifest."""
    parameters = {"network": "hosts", "device": "tools", "secrets": "names"}
    return {
        permission["name"]: {parameters[permission["name"]]: permission["items"]}
        if permission["name"] in parameters
        else {}
        for permission in package["permissions"]
    }


def _setting_of(pair: str) -> tuple[str, Any]:
    from openclaw.apps.cli.errors import UsageError

    name, sign, text = pair.partition("=")
    if not sign or not name:
        raise UsageError(reason=say("workflow_bad_input", text=pair))
    try:
        return name, json.loads(text)
    except ValueError:
        return name, text


def _ask_secret(name: str) -> str:
    """Typed unseen, or a line of standard input; never an argument, which others on the machine can read."""
    import getpass
    import sys

    if sys.stdin.isatty():
        return getpass.getpass(say("ask_plugin_secret", name=name))
    return sys.stdin.readline().rstrip("\n")


def _state(item: Any) -> str:
    if item["blocked"]:
        return say("plugin_is_blocked", reason=item["blocked"])
    return say("plugin_is_on") if item["enabled"] else say("plugin_is_off")


def _tell_rows(rows: list[tuple[str, str, str]]) -> None:
    from openclaw.apps.cli.output import printable, tell

    if not rows:
        tell(say("plugin_none"))
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
    for name, version, words in rows:
        tell(printable(f"{name:<{widths[0]}}  {version:<{widths[1]}}  {words}"))
