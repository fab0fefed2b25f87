"""`openclaw conversations`: list, show, export."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from openclaw.apps.cli.commands.declare import AsJson, Server, command, new_group
from openclaw.apps.cli.words import say

conversations_app = new_group("conversations")
_FORMATS = ("markdown", "json")
ConversationId = Annotated[str, typer.Argument(metavar=say("id_metavar"), help=say("argument_conversation"))]


@command(conversations_app, "list", "conversations_list")
def list_conversations(
    search: Annotated[
        str | None, typer.Option("--search", metavar=say("text_metavar"), help=say("option_search"))
    ] = None,
    archived: Annotated[bool, typer.Option("--archived", help=say("option_archived"))] = False,
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar=say("number_metavar"), help=say("option_limit"))
    ] = 20,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Conversations, the latest first."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.output import tell, tell_json

    with connect(server) as api:
        items = api.items("/conversations", limit, q=search, archived=archived)
    if as_json:
        tell_json({"items": items})
    elif items:
        for conversation in items:
            tell(*_row(conversation))
    else:
        tell(say("no_conversations"))


@command(conversations_app, "show", "conversations_show")
def show_conversation(
    conversation: ConversationId,
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar=say("number_metavar"), help=say("option_limit"))
    ] = 50,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """What was said and done."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.chat.transcript import print_message
    from openclaw.apps.cli.output import printable, styled, tell, tell_json
    from openclaw.apps.cli.resolve import find_conversation

    with connect(server) as api:
        found = find_conversation(api, conversation)
        messages = api.get(f"/conversations/{found['id']}/messages", limit=min(limit, 200))["items"][-limit:]
    if as_json:
        tell_json({"conversation": found, "messages": messages})
        return
    tell(styled(printable(found["title"] or say("untitled")), "bold"), styled(found["id"], "dim"))
    for message in messages:
        tell("")
        print_message(message)


@command(conversations_app, "export", "conversations_export")
def export_conversation(
    conversation: ConversationId,
    form: Annotated[
        str, typer.Option("--format", metavar=say("format_metavar"), help=say("option_format"))
    ] = "markdown",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar=say("file_metavar"), help=say("option_output"))
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """A conversation as a file."""
    from openclaw.apps.cli.api import connect
    from openclaw.apps.cli.errors import UsageError
    from openclaw.apps.cli.output import tell, tell_json

    if as_json and output is None:
        form = "json"
    if form not in _FORMATS:
        raise UsageError(reason=say("bad_format", format=form))
    from openclaw.apps.cli.resolve import find_conversation

    with connect(server) as api:
        found = find_conversation(api, conversation)
        content = api.send("GET", f"/conversations/{found['id']}/export", query={"format": form}).content
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise UsageError(reason=f"{output}: {error.strerror}") from None
    if as_json:
        tell_json({"ok": True, "path": str(output.absolute()), "bytes": len(content)})
    else:
        tell(say("exported", path=output))


def _row(conversation: Any) -> list[str]:
    from openclaw.apps.cli.help import terminal_width
    from openclaw.apps.cli.output import printable, styled
    from openclaw.apps.cli.times import local_time
    from openclaw.kit.layout import clip

    width = terminal_width()
    title = clip(printable(conversation["title"] or say("untitled")).replace("\n", " "), width - 18)
    lines = [f"{styled(title, 'bold')}  {styled(local_time(conversation['updatedAt']), 'dim')}"]
    if state := conversation["runState"]:
        lines.append("  " + styled(say(f"run_{state}"), "yellow"))
    if last := conversation["lastMessage"]:
        text = " ".join(printable(last["text"]).split())
        lines.append("  " + clip(text, width - 2))
    return [*lines, "  " + styled(conversation["id"], "dim")]
