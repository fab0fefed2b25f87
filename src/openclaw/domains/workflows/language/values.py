"""Values of a definition: JSON in which ``{$expr}``, ``{$text}`` and ``{$secret}`` stand for something else."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from openclaw.domains.workflows.language import expressions, texts

EXPR, TEXT, SECRET = "$expr", "$text", "$secret"
MARKS = (EXPR, TEXT, SECRET)


def mark_of(value: Any) -> tuple[str, Any] | None:
    """The mark of an object that stands for something else, and what it holds; None for plain JSON."""
    if isinstance(value, Mapping) and len(value) == 1:
        key = next(iter(value))
        if key in MARKS:
            return key, value[key]
    return None


def resolve(value: Any, names: Mapping[str, Any]) -> Any:
    """The value with expressions and texts worked out. Secrets stay references. Raises StepError."""
    match mark_of(value):
        case ("$expr", str(source)):
            return expressions.evaluate(source, names)
        case ("$text", str(source)):
            return texts.render(source, names)
        case ("$secret", _):
            return value
        case _:
            pass
    if isinstance(value, Mapping):
        return {key: resolve(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, names) for item in value]
    return value


def reveal(value: Any, secret: Callable[[str], str]) -> Any:
    """A resolved value with its secrets put in: for whoever carries the step out, and never kept."""
    match mark_of(value):
        case ("$secret", str(name)):
            return secret(name)
        case _:
            pass
    if isinstance(value, Mapping):
        return {key: reveal(item, secret) for key, item in value.items()}
    if isinstance(value, list):
        return [reveal(item, secret) for item in value]
    return value


def masked(value: Any, revealed: Mapping[str, str]) -> Any:
    """What came back, with every secret that was put in replaced by its reference's name."""
    if isinstance(value, str):
        for name, secret in revealed.items():
            if secret:
                value = value.replace(secret, f"[{name}]")
        return value
    if isinstance(value, Mapping):
        return {masked(key, revealed): masked(item, revealed) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, revealed) for item in value]
    return value


def marks_in(value: Any, path: str) -> Iterator[tuple[str, str, Any]]:
    """Every mark in ``value``: its JSON path, which it is, and what it holds."""
    if (mark := mark_of(value)) is not None:
        yield f"{path}.{mark[0]}", *mark
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from marks_in(item, f"{path}.{key}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from marks_in(item, f"{path}[{index}]")
