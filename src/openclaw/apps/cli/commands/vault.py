"""`openclaw vault`: list, save, compare, restore, clone, branch."""

from typing import Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, Yes, command, new_group
from openclaw.apps.cli.commands.system import SystemName, ask, find_system
from openclaw.apps.cli.words import say

vault_app = new_group("vault")
_LISTED = 1_000
SnapshotName = Annotated[
    str, typer.Argument(metavar=say("snapshot_metavar"), help=say("argument_snapshot_id"))
]
FromSnapshot = Annotated[
    str | None,
    typer.Option("--snapshot", metavar=say("id_metavar"), help=say("option_from_snapshot")),
]


@command(vault_app, "list", "vault_list")
def list_snapshots(system: SystemName, server: Server = None, as_json: AsJson = False) -> None:
    """The snapshots of a system."""
    import contextlib

    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.errors import ServerRefusedError
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        known = find_system(api, system)
        path = f"/systems/{known['id']}"
        if known["syncMode"] == "local_only":
            with contextlib.suppress(
                ServerRefusedError
            ):  # its machine is away: what it told before is listed
                api.post(f"{path}/snapshots/refresh")
        found = api.items(f"{path}/snapshots", _LISTED)
    if as_json:
        tell_json({"items": found})
    elif found:
        tell(*(_line(each) for each in found))
    else:
        tell(say("no_snapshots"))


@command(vault_app, "save", "vault_save")
def save_snapshot(
    system: SystemName,
    label: Annotated[
        str, typer.Option("--label", metavar=say("text_metavar"), help=say("option_label"))
    ] = "",
    kind: Annotated[
        str, typer.Option("--kind", metavar=say("text_metavar"), help=say("option_kind"))
    ] = "manual",
    preset: Annotated[
        str, typer.Option("--preset", metavar=say("text_metavar"), help=say("option_preset"))
    ] = "full",
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Keep what a system is now."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        body = {"label": label, "kind": kind, "preset": preset}
        saved = api.post(f"{_path(api, system)}/snapshots", body)
    if as_json:
        tell_json(saved)
    else:
        tell(_line(saved))


@command(vault_app, "compare", "vault_compare")
def compare_snapshots(
    system: SystemName,
    snapshot: SnapshotName,
    other: Annotated[
        str | None,
        typer.Option("--with", metavar=say("id_metavar"), help=say("option_other_snapshot")),
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """What differs."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell_json

    with connect(server) as api:
        path = _path(api, system)
        body = {"before": _snapshot(api, path, snapshot)}
        if other is not None:
            body["after"] = _snapshot(api, path, other)
        found = api.post(f"{path}/snapshots/compare", body)
    if as_json:
        tell_json(found)
    else:
        _tell_changes(found)


@command(vault_app, "restore", "vault_restore")
def restore_snapshot(
    system: SystemName,
    snapshot: Annotated[
        str | None, typer.Argument(metavar=say("snapshot_metavar"), help=say("argument_snapshot_id"))
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", metavar=say("text_metavar"), help=say("option_branch"))
    ] = None,
    yes: Yes = False,
    server: Server = None,
    as_json: AsJson = False,
) -> int:
    """Plan, ask, do it."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.errors import UsageError
    from openclaw.apps.cli.output import tell, tell_json
    from openclaw.apps.cli.resolve import find_one

    if (snapshot is None) == (branch is None):
        raise UsageError(reason=say("vault_one_target"))
    with connect(server) as api:
        path = _path(api, system)
        if branch is not None:
            items = api.get(f"{path}/branches")["items"]
            known = find_one(items, branch, name="name", command="openclaw vault branch")
            target = {"branchId": known["id"]}
        else:
            target = {"snapshotId": _snapshot(api, path, snapshot or "")}
        plan = api.post(f"{path}/restore-plan", target)
        if not as_json:
            _tell_changes(plan)
        if not (yes or ask(say("vault_restore_ask"))):
            tell(say("vault_not_restored"))
            return 1
        done = api.post(f"{path}/restore", {"token": plan["token"]})
    if as_json:
        tell_json(done)
    else:
        ids = {"system": done["system"]["id"], "checkpoint": done["checkpoint"]["id"]}
        tell(say("vault_restored", **ids))
    return 0


@command(vault_app, "clone", "vault_clone")
def clone_system(
    system: SystemName,
    name: Annotated[str, typer.Argument(metavar=say("text_metavar"), help=say("argument_new_name"))],
    snapshot: FromSnapshot = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Another system."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json

    with connect(server) as api:
        path = _path(api, system)
        body = {"name": name}
        if snapshot is not None:
            body["snapshotId"] = _snapshot(api, path, snapshot)
        made = api.post(f"{path}/clone", body)
    if as_json:
        tell_json(made)
    else:
        tell(f"{made['id']}  {printable(made['name'])}")


@command(vault_app, "branch", "vault_branch")
def branch_system(
    system: SystemName,
    new: Annotated[
        str | None, typer.Option("--new", metavar=say("text_metavar"), help=say("option_new_branch"))
    ] = None,
    snapshot: FromSnapshot = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Branches."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        path = _path(api, system)
        if new is not None:
            body = {"name": new}
            if snapshot is not None:
                body["snapshotId"] = _snapshot(api, path, snapshot)
            api.post(f"{path}/branches", body)
        found = api.get(f"{path}/branches")
    if as_json:
        tell_json(found)
    elif found["items"]:
        tell(*(_branch_line(each) for each in found["items"]))
    else:
        tell(say("no_branches"))


def _path(api: Any, system: str) -> str:
    return f"/systems/{find_system(api, system)['id']}"


def _snapshot(api: Any, path: str, wanted: str) -> str:
    from openclaw.apps.cli.resolve import find_one

    items = api.items(f"{path}/snapshots", _LISTED)
    return str(find_one(items, wanted, name="label", command="openclaw vault list")["id"])


def _line(snapshot: Any) -> str:
    from openclaw.apps.cli.output import printable
    from openclaw.apps.cli.times import local_time

    at = local_time(snapshot["createdAt"])
    return f"{snapshot['id']}  {snapshot['kind']:<16}{at}  {printable(snapshot['label'], kept='')}"


def _branch_line(branch: Any) -> str:
    from openclaw.apps.cli.output import printable

    return f"{branch['id']}  {'*' if branch['active'] else ' '} {printable(branch['name'], kept='')}"


def _tell_changes(found: Any) -> None:
    """In words; of a local-only system only how many there are."""
    from openclaw.apps.cli.output import printable, tell

    if found["changes"]:
        tell(*(printable(change["words"]) for change in found["changes"]))
    elif found["counts"]:
        tell(*(say("vault_counts", **count) for count in found["counts"]))
    else:
        tell(say("vault_same"))
