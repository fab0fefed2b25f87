"""Help pages of the bridge's commands, in the person's language and at the terminal's width."""

import shutil
from typing import Any

from typer.core import TyperCommand, TyperGroup

from openclaw.apps.bridge.words import say
from openclaw.kit.layout import cell_width, two_columns, wrap

_WIDEST = 100
_TYPERS_OWN = frozenset({"install_completion", "show_completion"})

Rows = list[tuple[str, str]]


class BridgeCommand(TyperCommand):
    """A command with a help page of ours."""

    def get_help(self, ctx: Any) -> str:
        """The page as text."""
        arguments, options = _parameters(self, ctx)
        usage = [ctx.command_path, *(name for name, _ in arguments), f"[{say('options')}]"]
        return _page(
            " ".join(usage),
            self.help or "",
            {say("heading_arguments"): arguments, say("heading_options"): options},
        )

    def get_help_option(self, ctx: Any) -> Any:
        """`--help`, in the person's language."""
        return _translated(super().get_help_option(ctx))


class BridgeGroup(TyperGroup):
    """A group with a help page of ours."""

    def get_help(self, ctx: Any) -> str:
        """The page as text."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        rows = [(name, found.help or "") for name, found in commands if found is not None]
        _, options = _parameters(self, ctx)
        return _page(
            f"{ctx.command_path} {say('command')} …",
            self.help or "",
            {say("heading_commands"): rows, say("heading_options"): options},
        )

    def get_help_option(self, ctx: Any) -> Any:
        """`--help`, in the person's language."""
        return _translated(super().get_help_option(ctx))


def _page(usage: str, about: str, sections: dict[str, Rows]) -> str:
    width = max(40, min(_WIDEST, shutil.get_terminal_size((80, 24)).columns))
    left = min(26, max(cell_width(name) for rows in sections.values() for name, _ in rows), width // 3)
    blocks = [wrap(say("usage", usage=usage), width), wrap(about, width)]
    blocks += [[title, *two_columns(rows, width, left=left)] for title, rows in sections.items() if rows]
    return "\n\n".join("\n".join(block) for block in blocks)


def _parameters(declared: TyperCommand | TyperGroup, ctx: Any) -> tuple[Rows, Rows]:
    """Rows for the arguments, and for the options."""
    arguments: Rows = []
    options: Rows = []
    for parameter in declared.get_params(ctx):
        if parameter.param_type_name == "argument":
            arguments.append((parameter.metavar or parameter.human_readable_name, _words_of(parameter)))
            continue
        name = ", ".join(sorted(parameter.opts, key=len))
        takes_value = not getattr(parameter, "is_flag", False)
        options.append((f"{name} {parameter.metavar}" if takes_value else name, _words_of(parameter)))
    return arguments, options


def _words_of(parameter: Any) -> str:
    if parameter.name in _TYPERS_OWN:
        return say(f"option_{parameter.name}")
    words = str(getattr(parameter, "help", None) or "")
    if isinstance(parameter.default, int) and not isinstance(parameter.default, bool):
        words = say("by_default", words=words, value=parameter.default)
    return say("or_variable", words=words, variable=parameter.envvar) if parameter.envvar else words


def _translated(option: Any) -> Any:
    if option is not None:
        option.help = say("option_help")
    return option
