"""Values of a definition: JSON in which ``{$expr}``, ``{$text}`` and ``{$secret}`` stand for something else."""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

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


def references(config: Any, value: Any) -> set[str]:
    """The secrets that ``config`` asks for and that are still references in ``value``, what it was resolved to.

    Only what a definition says is a reference. An object of that form that came with data is data.
    """
    match mark_of(config):
        case ("$secret", str(name)):
            return {name} if value == config else set()
        case None:
            pass
        case _:
            return set()
    return {name for inner, held in _pairs(config, value) for name in references(inner, held)}


def reveal(config: Any, value: Any, secret: Callable[[str], str]) -> Any:
    """A resolved value with the secrets of its ``config`` put in: for whoever carries the step out, and never kept."""
    match mark_of(config):
        case ("$secret", str(name)):
            return secret(name) if value == config else value
        case None:
            pass
        case _:
            return value
    if isinstance(config, Mapping) and isinstance(value, Mapping):
        return {
            key: reveal(config[key], item, secret) if key in config else item for key, item in value.items()
        }
    if isinstance(config, list) and isinstance(value, list):
        return [reveal(*pair, secret) for pair in _pairs(config, value)] + value[len(config) :]
    return value


def _pairs(config: Any, value: Any) -> list[tuple[Any, Any]]:
    """What stands at the same places of both."""
    if isinstance(config, Mapping) and isinstance(value, Mapping):
        return [(config[key], value[key]) for key in config if key in value]
    if isinstance(config, list) and isinstance(value, list):
        return list(zip(config, value, strict=False))
    return []


def masked(value: Any, revealed: Mapping[str, str]) -> Any:
    """What came back, with every secret that was put in, however it is spelled, replaced by its reference's name."""
    spelled = [(name, spelling) for name, secret in revealed.items() for spelling in _spellings(secret)]
    return _masked(value, sorted(spelled, key=lambda each: -len(each[1]))) if spelled else value


def _masked(value: Any, spelled: list[tuple[str, str]]) -> Any:
    if isinstance(value, str):
        for name, spelling in spelled:
            value = value.replace(spelling, f"[{name}]")
        return value
    if isinstance(value, Mapping):
        return {_masked(key, spelled): _masked(item, spelled) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, spelled) for item in value]
    return value


def _spellings(secret: str) -> set[str]:
    """A secret as it is, in JSON, in addresses and in Base64, as those answer who tell what they were sent."""
    if not secret:
        return set()
    data = secret.encode("utf-8", "replace")
    quoted = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    encoded = {base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()}
    in_json = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    return {secret, *quoted, *encoded, *in_json}


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
