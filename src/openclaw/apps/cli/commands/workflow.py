"""`openclaw workflow`: check, run."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, command, new_group
from openclaw.apps.cli.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openclaw.apps.cli.api import Api

workflow_app = new_group("workflow")
_ENDS = frozenset({"completed", "failed", "cancelled"})
_LISTED = 1_000
_MOST_STEPS = 10_000
_MOST_FILES = 200
_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
WorkflowFile = Annotated[
    Path, typer.Argument(metavar=say("file_metavar"), help=say("argument_workflow_file"))
]


@command(workflow_app, "check", "workflow_check")
def check_workflow(file: WorkflowFile, server: Server = None, as_json: AsJson = False) -> int:
    """All that is wrong with a workflow."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        found = api.post("/workflow-language/check", {"yaml": _read(file)})
    if as_json:
        tell_json(found)
    elif found["problems"]:
        _tell_problems(found["problems"])
    else:
        tell(say("workflow_fine", name=found["definition"]["name"]))
    return 2 if found["problems"] else 0


@command(workflow_app, "run", "workflow_run")
def run_workflow(
    file: WorkflowFile,
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", "-i", metavar=say("text_metavar"), help=say("option_workflow_input")),
    ] = None,
    files: Annotated[
        Path | None,
        typer.Option("--files", metavar=say("folder_metavar"), help=say("option_workflow_files")),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help=say("option_workflow_yes"))] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> int:
    """A run, to its end."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import printable, tell, tell_json

    text, data = _read(file), dict(_input_of(pair) for pair in inputs or ())
    with connect(server) as api:
        checked = api.post("/workflow-language/check", {"yaml": text})
        if checked["problems"]:
            if as_json:
                tell_json({"ok": False, "problems": checked["problems"]})
            else:
                _tell_problems(checked["problems"])
            return 2
        definition = checked["definition"]
        _ask_missing(definition.get("input") or {}, data, may_ask=not as_json)
        _save_needed(api, definition, file.parent)
        workflow = _saved(api, definition)
        body = {"input": data, "version": workflow["version"]}
        run = api.post(f"/workflows/{workflow['id']}/runs", body)
        if not as_json:
            name = printable(workflow["name"])
            tell(say("workflow_started", name=name, version=workflow["version"], run=run["id"]))
        run = _followed(api, run, yes=yes, is_quiet=as_json)
        if files is not None:
            _save_files(api, run["id"], files, is_quiet=as_json)
    if as_json:
        tell_json(run)
    else:
        reason = printable(run["error"]["title"]) if run["error"] else ""
        tell(say(f"workflow_ended_{run['state']}", reason=reason))
        if run["output"] is not None:
            tell(printable(json.dumps(run["output"], ensure_ascii=False, indent=2)))
    return 0 if run["state"] == "completed" else 1


def _followed(api: "Api", run: Any, *, yes: bool, is_quiet: bool) -> Any:
    """Show steps as they end, and ask what is asked, until the run has ended."""
    shown: dict[str, str] = {}
    asked: set[str] = set()
    while True:
        for working in run["working"]:
            if working["approvalId"] and working["approvalId"] not in asked:
                asked.add(working["approvalId"])
                _ask_about(api, working, is_quiet=is_quiet)
        for step in api.items(f"/workflow-runs/{run['id']}/steps", _MOST_STEPS):
            if shown.get(step["path"]) != step["state"]:
                shown[step["path"]] = step["state"]
                _show(api, run["id"], step, yes=yes, is_quiet=is_quiet)
        if run["state"] in _ENDS:
            return run
        run = api.get(f"/workflow-runs/{run['id']}", wait=20, steps=len(shown), state=run["state"])


def _ask_about(api: "Api", working: Any, *, is_quiet: bool) -> None:
    """A call that a step waits for leave to make: shown exactly, and answered here by whoever sits here."""
    import sys

    from openclaw.apps.cli.calls import approval_lines
    from openclaw.apps.cli.errors import ServerRefusedError
    from openclaw.apps.cli.help import terminal_width
    from openclaw.apps.cli.output import printable

    approval_id = working["approvalId"]
    if is_quiet:
        return
    approval = api.get(f"/approvals/{approval_id}")
    for line in (f"  {printable(working['path'])}:", *approval_lines(approval, terminal_width())):
        sys.stderr.write(line + "\n")
    # What is done on a machine is not among the questions that --yes answers.
    if approval["grade"] == "high" or not sys.stdin.isatty():
        sys.stderr.write(say("workflow_allow_elsewhere", id=approval_id) + "\n")
        return
    sys.stderr.write(say("workflow_allow"))
    sys.stderr.flush()
    is_allowed = sys.stdin.readline().strip().lower() in {"y", "yes", "是"}
    decision = {"decision": "allow_once" if is_allowed else "deny"}
    try:
        api.post(f"/approvals/{approval_id}/decision", decision)
    except ServerRefusedError as refused:  # somebody has answered elsewhere meanwhile
        sys.stderr.write(f"{refused}\n")


def _save_files(api: "Api", run_id: str, folder: Path, *, is_quiet: bool) -> None:
    """Every file that a step gave back, under its name; nothing that is there is written over."""
    from openclaw.apps.cli.errors import UsageError
    from openclaw.apps.cli.output import printable, tell

    saved: set[str] = set()
    for step in api.items(f"/workflow-runs/{run_id}/steps", _MOST_STEPS):
        whole = api.get(f"/workflow-runs/{run_id}/steps/{step['id']}") if step["large"] else step
        for file in _files_in(whole["output"]):
            if file["id"] in saved:
                continue
            saved.add(file["id"])
            body = api.send("GET", f"/workflow-runs/{run_id}/files/{file['id']}").content
            try:
                folder.mkdir(parents=True, exist_ok=True)
                path = _write_new(folder, file["name"], body)
            except OSError as error:
                raise UsageError(reason=f"{folder}: {error.strerror or error}") from None
            if not is_quiet:
                tell(say("workflow_file_saved", path=printable(str(path))))


def _files_in(value: Any) -> "Iterator[Any]":
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        if fields.keys() == {"$file"}:
            yield fields["$file"]
        else:
            for inner in fields.values():
                yield from _files_in(inner)
    elif isinstance(value, list):
        for inner in cast("list[Any]", value):
            yield from _files_in(inner)


def _write_new(folder: Path, name: str, body: bytes) -> Path:
    """A new file for what code of others has named: within the folder, visible, and in place of nothing."""
    plain = (
        re.sub(r"[^\w.() -]", "_", name.replace("\\", "/").rpartition("/")[2]).lstrip(".")[-150:] or "file"
    )
    stem, dot, ending = plain.rpartition(".")
    for number in range(1, 10_000):
        numbered = (
            plain if number == 1 else f"{stem} ({number}){dot}{ending}" if dot else f"{plain} ({number})"
        )
        try:
            with (folder / numbered).open("xb") as file:
                file.write(body)
        except FileExistsError:
            continue
        return folder / numbered
    raise FileExistsError(name)


def _show(api: "Api", run_id: str, step: Any, *, yes: bool, is_quiet: bool) -> None:
    import sys

    from openclaw.apps.cli.output import printable, styled, tell

    is_question = step["type"] == "approval" and step["state"] == "waiting"
    if is_question and (yes or (sys.stdin.isatty() and not is_quiet)):
        message = printable(step["input"]["message"])
        is_allowed = yes
        if not yes:
            sys.stderr.write(say("workflow_ask", message=message))
            sys.stderr.flush()
            is_allowed = sys.stdin.readline().strip().lower() in {"y", "yes", "是"}
        api.post(f"/workflow-runs/{run_id}/steps/{step['id']}/answer", {"approved": is_allowed})
    elif is_question and not is_quiet:
        tell(say("workflow_waits", path=step["path"], message=printable(step["input"]["message"])))
    elif not is_quiet:
        style = {"completed": "green", "failed": "red"}.get(step["state"], "dim")
        words = styled(say(f"workflow_step_{step['state']}"), style)
        reason = printable(f": {step['error']['message']}") if step["error"] else ""
        tell(f"  {step['path']}  {words}{reason}")


def _saved(api: "Api", definition: Any) -> Any:
    """The workflow of that name, with a version that is as the file says and active."""
    known = [w for w in api.items("/workflows", _LISTED) if w["name"] == definition["name"]]
    newest = api.get(f"/workflows/{known[0]['id']}") if known else None
    if newest is None:
        newest = api.post("/workflows", {"definition": definition})
    elif newest["definition"] != definition:
        newest = api.put(f"/workflows/{newest['id']}", {"definition": definition})
    if newest["activeVersion"] != newest["version"]:
        api.post(f"/workflows/{newest['id']}/activate", {"version": newest["version"]})
    return newest


def _ask_missing(schema: Any, data: dict[str, Any], *, may_ask: bool) -> None:
    """Ask at the terminal for required input that was not given, or say how to give it."""
    import sys

    from openclaw.apps.cli.errors import UsageError
    from openclaw.apps.cli.output import printable

    properties = schema.get("properties", {})
    missing = [
        n for n in schema.get("required", ()) if n not in data and "default" not in properties.get(n, {})
    ]
    if missing and not (may_ask and sys.stdin.isatty()):
        raise UsageError(reason=say("workflow_missing_input", names=", ".join(missing), name=missing[0]))
    for name in missing:
        words = printable(str(properties.get(name, {}).get("description", "")))
        sys.stderr.write(f"{printable(name)}{f' ({words})' if words else ''}: ")
        sys.stderr.flush()
        data.update([_input_of(f"{name}={sys.stdin.readline().strip()}")])


def _save_needed(api: "Api", definition: Any, folder: Path) -> None:
    """Workflows that this one starts, and those that they start, from files beside it: those that the server lacks."""
    wanted, seen = _started_by(definition["steps"]), {definition["name"]}
    known = {workflow["name"] for workflow in api.items("/workflows", _LISTED)} if wanted else set[str]()
    texts = (
        [_read(f) for f in sorted(folder.iterdir())[:_MOST_FILES] if f.suffix in _SUFFIXES] if wanted else []
    )
    while wanted:
        name = wanted.pop()
        seen.add(name)
        for text in texts:
            if name not in text:
                continue
            found = api.post("/workflow-language/check", {"yaml": text})
            if found["problems"] or found["definition"]["name"] != name:
                continue
            if name not in known:
                _saved(api, found["definition"])
            wanted |= _started_by(found["definition"]["steps"]) - seen
            break


def _started_by(part: Any) -> set[str]:
    """The names of the workflows that steps start, at any depth."""
    if isinstance(part, list):
        return set[str]().union(*map(_started_by, cast("list[Any]", part)))
    if not isinstance(part, dict):
        return set()
    held = cast("dict[str, Any]", part)
    own = (
        {str(held["config"]["workflow"])}
        if held.get("type") == "subworkflow" and "config" in held
        else set[str]()
    )
    return own.union(*map(_started_by, held.values()))


def _read(file: Path) -> str:
    from openclaw.apps.cli.errors import UsageError

    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(reason=f"{file}: {getattr(error, 'strerror', None) or error}") from None


def _input_of(pair: str) -> tuple[str, Any]:
    from openclaw.apps.cli.errors import UsageError

    name, sign, text = pair.partition("=")
    if not sign or not name:
        raise UsageError(reason=say("workflow_bad_input", text=pair))
    try:
        return name, json.loads(text)
    except ValueError:
        return name, text


def _tell_problems(problems: list[Any]) -> None:
    from openclaw.apps.cli.output import printable, tell

    for problem in problems:
        tell(f"{problem['path']}: {printable(problem['message'])}")
    tell(say("workflow_wrong", count=len(problems)))
