"""Options of the command line that several commands of a machine take."""

import dataclasses
import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

from openclaw.apps.bridge.words import say

R = TypeVar("R")


def state_dir_option(variable: str) -> Any:
    """The option that names the state folder; ``variable`` of the environment stands for it."""
    return typer.Option("--state-dir", metavar="FOLDER", envvar=variable, help=say("option_state_dir"))


StateDir = Annotated[Path | None, state_dir_option("OPENCLAW_BRIDGE_HOME")]
Server = Annotated[
    str | None,
    typer.Option("--server", metavar="URL", envvar="OPENCLAW_BRIDGE_SERVER", help=say("option_server")),
]
Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help=say("option_name"))]
Insecure = Annotated[bool, typer.Option("--insecure", help=say("option_insecure"))]
AsJson = Annotated[bool, typer.Option("--json", help=say("option_json"))]
PiCommand = Annotated[
    str | None,
    typer.Option(
        "--pi-command", metavar="WORDS", envvar="OPENCLAW_BRIDGE_PI_COMMAND", help=say("option_pi_command")
    ),
]


def with_options(command: Callable[..., R]) -> Callable[..., R]:
    """In place of each parameter that is a dataclass, the command takes an option for each of its fields."""
    types = get_type_hints(command, include_extras=True)
    groups = {name: kind for name, kind in types.items() if dataclasses.is_dataclass(kind)}

    @wraps(command)
    def run(**given: Any) -> R:
        filled = {name: _filled(kind, given) for name, kind in groups.items()}
        return command(**given, **filled)

    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command).parameters.values():
        kind = groups.get(parameter.name)
        by_name = parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        parameters += [by_name] if kind is None else _options_of(kind)
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return run


def _options_of(kind: Any) -> Iterator[inspect.Parameter]:
    types = get_type_hints(kind, include_extras=True)
    for field in dataclasses.fields(kind):
        annotation = types[field.name]
        if dataclasses.is_dataclass(annotation):
            yield from _options_of(annotation)
        else:
            yield inspect.Parameter(
                field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=annotation
            )


def _filled(kind: Any, given: dict[str, Any]) -> Any:
    """One of that kind, of what is taken out of ``given``."""
    types = get_type_hints(kind)
    return kind(
        **{
            field.name: _filled(types[field.name], given)
            if dataclasses.is_dataclass(types[field.name])
            else given.pop(field.name)
            for field in dataclasses.fields(kind)
        }
    )
