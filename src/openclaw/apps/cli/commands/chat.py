"""`openclaw chat`."""

from typing import Annotated

import typer

from openclaw.apps.cli.commands.declare import Server, command
from openclaw.apps.cli.words import say


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
    no_input: Annotated[bool, typer.Option("--no-input", help=say("option_no_input"))] = False,
    server: Server = None,
    as_json: Annotated[bool, typer.Option("--json", help=say("option_chat_json"))] = False,
) -> int:
    from openclaw.apps.cli.chat.session import ChatRequest, chat

    return chat(
        ChatRequest(
            text=text,
            server=server,
            conversation=conversation,
            device=device,
            never_asks=no_input,
            as_json=as_json,
        )
    )
