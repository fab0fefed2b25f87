"""`openclaw system`: list, templates, show, create, edit, check, share, unshare, delete."""

import json
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, Yes, command, new_group
from openclaw.apps.cli.words import say

system_app = new_group("system")
_LISTED = 1_000
SystemName = Annotated[str, typer.Argument(metavar=say("system_metavar"), help=say("argument_system_name"))]
Profile = Annotated[
    Path | None, typer.Option("--profile", metavar=say("file_metavar"), help=say("option_profile"))
]
About = Annotated[
    str | None,
    typer.Option("--description", metavar=say("text_metavar"), help=say("option_system_about")),
]
Visibility = Annotated[
    str | None, typer.Option("--visibility", metavar=say("text_metavar"), help=say("option_visibility"))
]
Sync = Annotated[str | None, typer.Option("--sync", metavar=say("text_metavar"), help=say("option_sync"))]
Remote = Annotated[bool | None, typer.Option("--remote-launch/--no-remote-launch", help=say("option_remote"))]
NewName = Annotated[
    str | None, typer.Option("--name", metavar=say("text_metavar"), help=say("option_system_name"))
]


@command(system_app, "list", "system_list")
def list_systems(
    status: Annotated[
        str | None, typer.Option("--status", metavar=say("text_metavar"), help=say("option_status"))
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """The systems that one may see."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.items("/systems", _LISTED, status=status)
    if as_json:
        tell_json({"items": found})
    elif found:
        tell(*(_line(each) for each in found))
    else:
        tell(say("no_systems"))


@command(system_app, "templates", "system_templates")
def list_templates(server: Server = None, as_json: AsJson = False) -> None:
    """What systems are made from."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json

    with connect(server) as api:
        found = api.get("/system-templates")
    if as_json:
        tell_json(found)
        return
    for each in found["items"]:
        tell(f"{each['id']:<24}{printable(each['name'])} · {printable(each['description'])}")


@command(system_app, "show", "system_show")
def show_system(system: SystemName, server: Server = None, as_json: AsJson = False) -> None:
    """One system."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell_json

    with connect(server) as api:
        found = find_system(api, system)
    if as_json:
        tell_json(found)
    else:
        _tell(found)


@command(system_app, "create", "system_create")
def create_system(
    template: Annotated[
        str, typer.Argument(metavar=say("text_metavar"), help=say("option_template"))
    ] = "custom",
    name: NewName = None,
    description: About = None,
    profile: Profile = None,
    visibility: Visibility = None,
    sync: Sync = None,
    device: Annotated[
        str | None, typer.Option("--device", metavar=say("text_metavar"), help=say("option_keeper"))
    ] = None,
    remote: Remote = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """A system from a template."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell_json
    from openclaw.apps.cli.resolve import find_device

    wanted: dict[str, Any] = _given(
        name=name,
        description=description,
        visibility=visibility,
        syncMode=sync,
        allowsRemoteLaunch=remote,
        profile=None if profile is None else read_profile(profile),
    )
    with connect(server) as api:
        if device is not None:
            wanted["deviceId"] = find_device(api, device)["id"]
        made = api.post("/systems", {"template": template, **wanted})
    if as_json:
        tell_json(made)
    else:
        _tell(made)


@command(system_app, "edit", "system_edit")
def edit_system(
    system: SystemName,
    name: NewName = None,
    description: About = None,
    profile: Profile = None,
    visibility: Visibility = None,
    sync: Sync = None,
    status: Annotated[
        str | None, typer.Option("--status", metavar=say("text_metavar"), help=say("option_status"))
    ] = None,
    remote: Remote = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Change a system."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell_json

    changes = _given(
        name=name,
        description=description,
        visibility=visibility,
        syncMode=sync,
        status=status,
        allowsRemoteLaunch=remote,
        profile=None if profile is None else read_profile(profile),
    )
    with connect(server) as api:
        changed = api.patch(f"/systems/{find_system(api, system)['id']}", changes)
    if as_json:
        tell_json(changed)
    else:
        _tell(changed)


@command(system_app, "check", "system_check")
def check_profile(
    file: Annotated[Path, typer.Argument(metavar=say("file_metavar"), help=say("argument_profile_file"))],
    server: Server = None,
    as_json: AsJson = False,
) -> int:
    """All that is wrong with a profile."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json

    with connect(server) as api:
        found = api.post("/system-profile-schema/check", {"profile": read_profile(file)})
    if as_json:
        tell_json(found)
    elif found["problems"]:
        tell(*(f"{each['path']}: {printable(each['message'])}" for each in found["problems"]))
    else:
        tell(say("system_fine"))
    return 2 if found["problems"] else 0


@command(system_app, "share", "system_share")
def share_system(system: SystemName, server: Server = None, as_json: AsJson = False) -> None:
    """A link."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.post(f"/systems/{find_system(api, system)['id']}/share")
    if as_json:
        tell_json(found)
    else:
        tell(say("system_shared", token=found["token"]))


@command(system_app, "unshare", "system_unshare")
def unshare_system(system: SystemName, server: Server = None, as_json: AsJson = False) -> None:
    """End the link."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        api.delete(f"/systems/{find_system(api, system)['id']}/share")
    if as_json:
        tell_json({"ok": True})
    else:
        tell(say("system_unshared"))


@command(system_app, "delete", "system_delete")
def delete_system(
    system: SystemName, yes: Yes = False, server: Server = None, as_json: AsJson = False
) -> int:
    """Delete an archived system."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json

    with connect(server) as api:
        found = find_system(api, system)
        if not (yes or ask(say("system_delete_ask", name=printable(found["name"])))):
            return 1
        api.delete(f"/systems/{found['id']}")
    if as_json:
        tell_json({"ok": True})
    else:
        tell(say("system_deleted"))
    return 0


def find_system(api: Any, wanted: str) -> Any:
    """A system by its id, the end of it or its name, with its profile."""
    from openclaw.apps.cli.resolve import find_one

    if not wanted.startswith("sys_") or len(wanted) != 36:
        items = [*api.items("/systems", _LISTED), *api.items("/systems", _LISTED, status="archived")]
        wanted = find_one(items, wanted, name="name", command="openclaw system list")["id"]
    return api.get(f"/systems/{wanted}")


def read_profile(file: Path) -> Any:
    """A profile from a JSON file, or from the answer of `show --json`."""
    from openclaw.apps.cli.errors import UsageError

    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise UsageError(reason=f"{file}: {getattr(error, 'strerror', None) or error}") from None
    if isinstance(found, dict) and "profile" in found:
        return cast("dict[str, Any]", found)["profile"]
    return cast("Any", found)


def ask(question: str) -> bool:
    """A question at the terminal; no where nobody can answer."""
    import sys

    if not sys.stdin.isatty():
        return False
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes", "是"}


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _line(system: Any) -> str:
    from openclaw.apps.cli.output import printable, styled

    return f"{system['id']}  {styled(system['status'], 'dim')}  {printable(system['name'], kept='')}"


def _tell(system: Any) -> None:
    from openclaw.apps.cli.output import printable, tell

    tell(_line(system))
    facts = {name: system[name] for name in ("template", "status", "visibility", "version")}
    tell(say("system_about", sync=system["syncMode"], **facts))
    if system["description"]:
        tell(printable(system["description"]))
    if system["profile"] is None:
        tell(say("system_on_device", id=system["id"]))
    else:
        tell(say("system_roles", roles=printable(", ".join(system["roles"]))))
