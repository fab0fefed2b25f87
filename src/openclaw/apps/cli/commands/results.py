"""`openclaw results`: list, show, get, save, tag, rate, share, move on, publish, roll back, unpublish, delete."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, Yes, command, new_group
from openclaw.apps.cli.words import say

if TYPE_CHECKING:
    from openclaw.apps.cli.api import Api

results_app = new_group("results")
_LISTED = 50
ResultName = Annotated[str, typer.Argument(metavar=say("id_metavar"), help=say("argument_result"))]
Version = Annotated[
    int | None, typer.Option("--version", metavar=say("number_metavar"), help=say("option_result_version"))
]
# What one says, and the status that it means.
_STEPS = {
    "review": "ready_for_review",
    "approve": "approved",
    "release": "ready_to_publish",
    "complete": "complete",
    "archive": "archived",
    "reopen": "draft",
}


@command(results_app, "list", "results_list")
def list_results(
    words: Annotated[
        str | None, typer.Argument(metavar=say("text_metavar"), help=say("argument_result_words"))
    ] = None,
    status: Annotated[
        str | None,
        typer.Option("--status", metavar=say("result_status_metavar"), help=say("option_result_status")),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--kind", metavar=say("result_kind_metavar"), help=say("option_result_kind"))
    ] = None,
    tag: Annotated[
        str | None, typer.Option("--tag", metavar=say("text_metavar"), help=say("option_result_tag"))
    ] = None,
    best: Annotated[bool, typer.Option("--best", help=say("option_result_best"))] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """The latest results."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    query = {"q": words, "status": status, "kind": kind, "tag": tag, "sort": "best" if best else "newest"}
    with connect(server) as api:
        found = api.get("/artifacts", limit=_LISTED, **query)
    if as_json:
        tell_json(found)
    elif found["items"]:
        tell(*(_line(result) for result in found["items"]))
    else:
        tell(say("no_results_yet"))


@command(results_app, "show", "results_show")
def show_result(
    result: ResultName, version: Version = None, server: Server = None, as_json: AsJson = False
) -> None:
    """One result."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json

    with connect(server) as api:
        found = api.get(f"/artifacts/{_id(api, result)}", version=version)
    if as_json:
        tell_json(found)
        return
    tell(_line(found))
    if found["summary"]:
        tell(printable(found["summary"]))
    shown = found["shown"]
    tell(say("result_version", number=shown["number"], newest=found["version"], bytes=found["bytes"]))
    tell(*(f"  {file['bytes']:>10}  {printable(file['path'], kept='')}" for file in shown["files"]))
    made = ", ".join(f"{name} {value}" for name, value in sorted(found["provenance"].items()))
    tell(say("result_from", made=printable(made)))
    if found["live"]:
        tell(say("result_live", **found["live"]))
    if found["statuses"]:
        tell(say("result_next", names=", ".join(say(f"result_status_{each}") for each in found["statuses"])))


@command(results_app, "get", "results_get")
def get_result(
    result: ResultName,
    to: Annotated[
        Path | None, typer.Option("--to", metavar=say("file_metavar"), help=say("option_result_to"))
    ] = None,
    path: Annotated[
        str | None, typer.Option("--path", metavar=say("file_metavar"), help=say("option_result_path"))
    ] = None,
    version: Version = None,
    server: Server = None,
) -> None:
    """Its content."""
    import sys

    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.errors import UsageError
    from openclaw.apps.cli.output import printable, tell

    with connect(server) as api:
        query = {"version": version, "path": path}
        body = api.send("GET", f"/artifacts/{_id(api, result)}/content", query=query).content
    if to is None:
        sys.stdout.buffer.write(body)
        return
    try:
        with to.open("xb") as file:
            file.write(body)
    except OSError as error:
        raise UsageError(reason=f"{to}: {error.strerror or error}") from None
    tell(say("result_saved_to", path=printable(str(to))))


@command(results_app, "save", "results_save")
def save_result(
    file: Annotated[Path, typer.Argument(metavar=say("file_metavar"), help=say("argument_result_file"))],
    kind: Annotated[
        str, typer.Option("--kind", metavar=say("result_kind_metavar"), help=say("option_result_kind_new"))
    ],
    title: Annotated[
        str | None, typer.Option("--title", metavar=say("text_metavar"), help=say("option_result_title"))
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Save a file."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.errors import UsageError
    from openclaw.apps.cli.output import tell, tell_json

    try:
        body = file.read_bytes()
    except OSError as error:
        raise UsageError(reason=f"{file}: {error.strerror or error}") from None
    with connect(server) as api:
        found = api.upload("/artifact-uploads", body, title=title or file.stem, kind=kind, filename=file.name)
    if as_json:
        tell_json(found)
    else:
        tell(_line(found))


@command(results_app, "tag", "results_tag")
def tag_result(
    result: ResultName,
    tags: Annotated[list[str], typer.Argument(metavar=say("text_metavar"), help=say("argument_result_tags"))],
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Other tags."""
    _change(server, result, {"tags": tags}, as_json=as_json)


@command(results_app, "rate", "results_rate")
def rate_result(
    result: ResultName,
    rating: Annotated[int, typer.Argument(metavar=say("number_metavar"), help=say("argument_result_rating"))],
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """How good it is."""
    _change(server, result, {"rating": rating}, as_json=as_json)


@command(results_app, "share", "results_share")
def share_result(result: ResultName, server: Server = None, as_json: AsJson = False) -> None:
    """For the workspace."""
    _change(server, result, {"visibility": "workspace"}, as_json=as_json)


def _stepping(name: str, status: str) -> None:
    @command(results_app, name, f"results_{name}")
    def step(result: ResultName, server: Server = None, as_json: AsJson = False) -> None:
        """Move on."""
        from openclaw.apps.cli.api import connect
        from openclaw.apps.cli.output import tell, tell_json

        with connect(server) as api:
            found = api.post(f"/artifacts/{_id(api, result)}/status", {"status": status})
        if as_json:
            tell_json(found)
        else:
            tell(_line(found))

    del step


for _name, _status in _STEPS.items():
    _stepping(_name, _status)


@command(results_app, "publish", "results_publish")
def publish_result(
    result: ResultName,
    slug: Annotated[
        str | None, typer.Option("--slug", metavar=say("name_metavar"), help=say("option_result_slug"))
    ] = None,
    password: Annotated[bool, typer.Option("--password", help=say("option_result_password"))] = False,
    expires: Annotated[
        str | None, typer.Option("--expires", metavar=say("time_metavar"), help=say("option_result_expires"))
    ] = None,
    bucket: Annotated[bool, typer.Option("--bucket", help=say("option_result_bucket"))] = False,
    ignore_links: Annotated[bool, typer.Option("--ignore-links", help=say("option_result_ignore"))] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> int:
    """Check and publish the newest version."""
    import getpass

    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json

    body: dict[str, Any] = {"target": "bucket" if bucket else "path"}
    body |= {"ignore": ["links"]} if ignore_links else {}
    body |= {"slug": slug} if slug else {}
    body |= {"expiresAt": expires} if expires else {}
    if password:
        body["password"] = getpass.getpass(say("result_password_prompt"))
    with connect(server) as api:
        path = f"/artifacts/{_id(api, result)}"
        found = api.post(f"{path}/publish", body)
        number = found["releases"][0]["number"]
        release = found["releases"][0]
        while release["state"] == "checking":
            found = api.get(f"{path}/publication", wait=20)
            release = next(each for each in found["releases"] if each["number"] == number)
    if as_json:
        tell_json(found)
    else:
        for check in release["checks"]:
            tell(*(f"  {check['name']}: {printable(problem)}" for problem in check["problems"]))
        tell(say(f"result_release_{release['state']}", url=found["url"], number=number))
    return 0 if release["state"] == "passed" else 1


@command(results_app, "unpublish", "results_unpublish")
def unpublish_result(
    result: ResultName, yes: Yes = False, server: Server = None, as_json: AsJson = False
) -> None:
    """Take it from the public."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import confirm, printable, tell, tell_json

    with connect(server) as api:
        found = api.get(f"/artifacts/{_id(api, result)}")
        if not yes:
            confirm(say("result_ask_unpublish", title=printable(found["title"])))
        found = api.post(f"/artifacts/{found['id']}/unpublish")
    if as_json:
        tell_json(found)
    else:
        tell(say("result_unpublished", url=found["url"]))


@command(results_app, "rollback", "results_rollback")
def roll_back_result(
    result: ResultName,
    release: Annotated[
        int | None,
        typer.Option("--release", metavar=say("number_metavar"), help=say("option_result_release")),
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Show the release before."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        body = {"release": release} if release else {}
        found = api.post(f"/artifacts/{_id(api, result)}/rollback", body)
    if as_json:
        tell_json(found)
    else:
        tell(say("result_release_passed", url=found["url"], number=found["release"]))


@command(results_app, "delete", "results_delete")
def delete_result(result: ResultName, yes: Yes = False, server: Server = None) -> None:
    """Delete it for good."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import confirm, printable, tell

    with connect(server) as api:
        found = api.get(f"/artifacts/{_id(api, result)}")
        if not yes:
            confirm(say("result_ask_delete", title=printable(found["title"])))
        api.delete(f"/artifacts/{found['id']}")
    tell(say("result_deleted"))


def _change(server: str | None, wanted: str, body: dict[str, Any], *, as_json: bool) -> None:
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.patch(f"/artifacts/{_id(api, wanted)}", body)
    if as_json:
        tell_json(found)
    else:
        tell(_line(found))


def _id(api: "Api", wanted: str) -> str:
    from openclaw.apps.cli.resolve import find_result

    return str(find_result(api, wanted)["id"])


def _line(result: Any) -> str:
    from openclaw.apps.cli.output import printable, styled

    style = "green" if result["isFinished"] else "dim"
    status = styled(say(f"result_status_{result['status']}"), style)
    stars = f"  {'★' * result['rating']}" if result["rating"] else ""
    title = printable(result["title"], kept="")
    return f"{result['id']}  {status}  {say('result_kind_' + result['kind'])}  {title}{stars}"
