"""How commands are declared: help pages of our own layout, and the options that every command takes."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from openclaw.apps.cli.help import HelpPage, render_help
from openclaw.apps.cli.words import say

F = TypeVar("F", bound=Callable[..., Any])
Rows = list[tuple[str, str]]

Server = Annotated[str | None, typer.Option("--server", metavar="URL", help=say("option_server"))]
AsJson = Annotated[bool, typer.Option("--json", help=say("option_json"))]
Yes = Annotated[bool, typer.Option("--yes", help=say("option_yes"))]


class ClientCommand(TyperCommand):
    """A command with a help page of ours."""

    def get_help(self, ctx: Any) -> str:
        """The page as text."""
        arguments, options = _parameters(self, ctx)
        return render_help(
            HelpPage(
                usage=" ".join([ctx.command_path, *_usage(self, ctx)]),
                about=self.help or "",
                sections=[(say("arguments_heading"), arguments), (say("options_heading"), options)],
            )
        )

    def get_help_option(self, ctx: Any) -> Any:
        """`--help`, in the person's language."""
        return _translated(super().get_help_option(ctx))


class ClientGroup(TyperGroup):
    """A group with a help page of ours; its commands stand under headings where they have one."""

    def get_help(self, ctx: Any) -> str:
        """The page as text."""
        _, options = _parameters(self, ctx)
        return render_help(
            HelpPage(
                usage=f"{ctx.command_path} {say('command_metavar')} …",
                about=self.help or "",
                sections=[*self._commands(ctx), (say("options_heading"), options)],
                note=self.epilog or "",
            )
        )

    def get_help_option(self, ctx: Any) -> Any:
        """`--help`, in the person's language."""
        return _translated(super().get_help_option(ctx))

    def _commands(self, ctx: Any) -> list[tuple[str, Rows]]:
        headed: dict[str, Rows] = {}
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is None or command.hidden:
                continue
            heading = getattr(command, "rich_help_panel", None)
            key = heading if isinstance(heading, str) else say("commands_heading")
            headed.setdefault(key, []).append((name, command.short_help or command.help or ""))
        return list(headed.items())


def new_group(name: str) -> typer.Typer:
    """A group of commands, described by the words ``command_<name>``."""
    words = say(f"command_{name}")
    return typer.Typer(
        name=name,
        cls=ClientGroup,
        help=_sentence(words),
        short_help=words,
        no_args_is_help=True,
        rich_markup_mode=None,
        add_completion=False,
    )


def command(app: typer.Typer, name: str, words: str, *, heading: str | None = None) -> Callable[[F], F]:
    """Declare a command of ``app``, described by ``command_<words>`` and, if there is one, by its ``_long`` form."""
    short = say(f"command_{words}")
    try:
        about = say(f"command_{words}_long")
    except KeyError:
        about = _sentence(short)
    return app.command(
        name,
        cls=ClientCommand,
        help=about,
        short_help=short,
        rich_help_panel=say(heading) if heading else None,
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("。" if words[-1:] > "\u2e80" else ".")


def _parameters(declared: TyperCommand | TyperGroup, ctx: Any) -> tuple[Rows, Rows]:
    """Rows for the arguments, and for the options."""
    arguments: Rows = []
    options: Rows = []
    for parameter in declared.get_params(ctx):
        if getattr(parameter, "hidden", False):
            continue
        words = _words_of(parameter)
        if parameter.param_type_name == "argument":
            arguments.append((parameter.human_readable_name, words))
            continue
        name = ", ".join(sorted(parameter.opts, key=len))
        takes_value = not getattr(parameter, "is_flag", False)
        options.append((f"{name} {parameter.metavar}" if takes_value and parameter.metavar else name, words))
    return arguments, options


def _words_of(parameter: Any) -> str:
    if parameter.name in {"install_completion", "show_completion"}:  # typer's own
        return say(f"option_{parameter.name}")
    return str(getattr(parameter, "help", None) or "")


def _usage(declared: TyperCommand, ctx: Any) -> Sequence[str]:
    pieces: list[str] = []
    for parameter in declared.get_params(ctx):
        if parameter.param_type_name == "argument":
            name = parameter.human_readable_name
            pieces.append(name if parameter.required else f"[{name}]")
    return [*pieces, f"[{say('options').upper()}]"]


def _translated(option: Any) -> Any:
    if option is not None:
        option.help = say("option_help")
    return option
