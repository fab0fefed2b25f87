"""`openclaw undo`: what an answer's changes to files were, and back."""

from typing import Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, Yes, command
from openclaw.apps.cli.words import say


def add_undo_command(app: typer.Typer) -> None:
    """Declare it."""
    command(app, "undo", "undo", heading="commands_client")(_undo)


def _undo(
    run: Annotated[str, typer.Argument(metavar=say("id_metavar"), help=say("argument_run"))],
    force: Annotated[
        list[str] | None, typer.Option("--force", metavar=say("file_metavar"), help=say("option_force_path"))
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help=say("option_preview"))] = False,
    yes: Yes = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import confirm, tell, tell_json

    with connect(server) as api:
        run_id = _last_run(api, run)
        found = api.get(f"/runs/{run_id}/undo")
        if preview:
            tell_json(found) if as_json else tell(*_lines(found, force or []))
            return
        if not as_json:
            tell(*_lines(found, force or []))
        if not yes and _count(found, force or []):
            confirm(say("ask_undo", count=_count(found, force or [])))
        done = found
        if _count(found, force or []):
            done = api.post(f"/runs/{run_id}/undo", {"force": force or []})
    if as_json:
        tell_json(done)
    elif done is not found:
        total, left = (sum(machine[name] for machine in done["machines"]) for name in ("done", "stopped"))
        tell(say("undo_done", done=total, left=left))


def _last_run(api: Any, wanted: str) -> str:
    """The run with that id; of a conversation its last one."""
    from openclaw.apps.cli.errors import NoMatchError
    from openclaw.apps.cli.resolve import find_conversation

    if wanted.startswith("run_"):
        return wanted
    conversation = find_conversation(api, wanted)
    messages = api.get(f"/conversations/{conversation['id']}/messages")["items"]
    runs = [message["runId"] for message in messages if message["role"] == "assistant" and message["runId"]]
    if not runs:
        raise NoMatchError(wanted=wanted, command="openclaw conversations list")
    return runs[-1]


def _count(undo: dict[str, Any], force: list[str]) -> int:
    """How many paths would go back."""
    paths = [path for machine in undo["machines"] for path in machine["paths"]]
    forced = sum(path["canForce"] and path["path"] in force for path in paths)
    return sum(machine["done"] for machine in undo["machines"]) + forced


def _lines(undo: dict[str, Any], force: list[str]) -> list[str]:
    from openclaw.apps.cli.output import printable, styled

    lines: list[str] = []
    for machine in undo["machines"]:
        if not machine["paths"] and not machine["expired"]:
            continue
        lines.append(styled(printable(machine["device"]["name"]), "bold"))
        for path in machine["paths"]:
            shown = printable(path["path"])
            if path["movedTo"]:
                shown += f" → {printable(path['movedTo'])}"
            lines.append(f"  {say('undo_' + path['action'])}  {shown}")
            if path["obstacle"] and not (path["canForce"] and path["path"] in force):
                why = say(f"obstacle_{path['obstacle']}")
                lines.append(
                    "    " + styled(why + (say("obstacle_force") if path["canForce"] else ""), "warning")
                )
            lines += [f"    {_painted(line)}" for line in printable(path["diff"]).splitlines()[2:]]
        if machine["more"]:
            lines.append(f"  {say('undo_more', count=machine['more'])}")
        if machine["expired"]:
            lines.append(f"  {say('undo_expired', count=machine['expired'])}")
    if undo["commands"]:
        lines.append(styled(say("undo_commands", count=len(undo["commands"])), "warning"))
        lines += [f"  {printable(text)}" for text in undo["commands"]]
    return lines or [say("undo_nothing")]


def _painted(line: str) -> str:
    from openclaw.apps.cli.output import styled

    return styled(line, {"+": "green", "-": "red"}.get(line[:1], "dim"))
