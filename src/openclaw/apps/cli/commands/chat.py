"""`openclaw chat`."""

from typing import Annotated

import typer

from openclaw.apps.cli.commands.declare import Server, command
from openclaw.apps.cli.words import say

SYNC_MODES = ("full", "metadata", "local_only")


def add_chat_command(app: typer.Typer) -> None:
    """Declare it."""
    command(app, "chat", "chat", heading="commands_client")(_chat)


def _chat(
    text: Annotated[
        str | None, typer.Argument(metavar=say("text_metavar"), help=say("argument_text"))
    ] = None,
    conversation: Annotated[
        str | None,
        typer.Option("--conversation", "-c", metavar=say("id_metavar"), help=say("option_conversation")),
    ] = None,
    device: Annotated[
        str | None, typer.Option("--device", metavar=say("device_metavar"), help=say("option_device"))
    ] = None,
    pi: Annotated[bool, typer.Option("--pi", help=say("option_pi"))] = False,
    sync: Annotated[
        str | None, typer.Option("--sync", metavar="|".join(SYNC_MODES), help=say("option_sync"))
    ] = None,
    no_input: Annotated[bool, typer.Option("--no-input", help=say("option_no_input"))] = False,
    server: Server = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("option_chat_json"))] = False,
) -> int:
    from openclaw.apps.cli.chat.session import ChatRequest, chat
    from openclaw.apps.cli.errors import UsageError

    if pi and conversation is not None:
        raise UsageError(reason=say("pi_new_only"))
    if sync is not None and (not pi or sync not in SYNC_MODES):
        raise UsageError(reason=say("sync_of_pi", modes=", ".join(SYNC_MODES)))
    return chat(
        ChatRequest(
            text=text,
            server=server,
            conversation=conversation,
            device=device,
            with_pi=pi,
            sync=sync,
            never_asks=no_input,
            as_json=as_json,
        )
    )
