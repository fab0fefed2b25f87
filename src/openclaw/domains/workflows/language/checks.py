"""Is it a workflow? Every problem at once, each with its JSON path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from pydantic import ValidationError

from openclaw.domains.workflows.errors import InvalidDefinitionError
from openclaw.domains.workflows.language import expressions, graph, sources
from openclaw.domains.workflows.language.definition import STEP_TYPES, Definition
from openclaw.domains.workflows.language.limits import (
    MAX_DEFINITION_BYTES,
    MAX_DEPTH,
    MAX_EDGES,
    MAX_ERRORS,
    MAX_JSON_DEPTH,
    MAX_STEPS,
)
from openclaw.domains.workflows.language.values import marks_in
from openclaw.domains.workflows.language.words import in_language
from openclaw.infra.json_schema import json_path, schema_error


@dataclass(frozen=True)
class Problem:
    """What is wrong, where (``$.steps[0].id``), and a stable code for it."""

    path: str
    code: str
    message: str

    def words(self, language: str) -> str:
        """The message in ``language``."""
        return in_language(language, self.code, self.message)


@dataclass(frozen=True)
class _Names:
    """What expressions may name at a place."""

    roots: frozenset[str]
    steps: frozenset[str]

    def plus(
        self, *, roots: tuple[str, ...] = (), steps: set[str] | frozenset[str] = frozenset()
    ) -> "_Names":
        return _Names(self.roots | set(roots), self.steps | steps)


@dataclass
class _Walk:
    problems: list[Problem] = field(default_factory=list[Problem])
    ids: dict[str, str] = field(default_factory=dict[str, str])
    secrets: frozenset[str] = frozenset()

    def say(self, path: str, code: str, message: str) -> None:
        self.problems.append(Problem(path, code, message))


def parse(raw: Any, language: str = "en") -> Definition:
    """The definition. Raises InvalidDefinitionError with every problem, told in ``language``."""
    if found := find_problems(raw):
        raise invalid(found, language)
    return Definition.model_validate(raw)


def invalid(found: Sequence[Problem], language: str) -> InvalidDefinitionError:
    """The error that says what was found, in ``language``."""
    said = [{"path": p.path, "code": p.code, "message": p.words(language)} for p in found[:MAX_ERRORS]]
    return InvalidDefinitionError(
        count=len(found), first=f"{said[0]['path']}: {said[0]['message']}", problems=said
    )


def find_problems(raw: Any) -> list[Problem]:
    """Everything that is wrong with ``raw`` (JSON data), in the order of its paths' appearance."""
    if not isinstance(raw, Mapping):
        return [Problem("$", "shape", "must be an object")]
    if _is_deep(raw):
        return [Problem("$", "too_deep", f"is nested deeper than {MAX_JSON_DEPTH}")]
    try:
        size = len(orjson.dumps(raw))
    except TypeError as error:
        return [Problem("$", "shape", f"is not JSON: {error}")]
    if size > MAX_DEFINITION_BYTES:
        return [Problem("$", "too_large", f"has {size:,} bytes; the limit is {MAX_DEFINITION_BYTES:,}")]
    if too_many := _counts(raw):
        return too_many
    walk = _Walk(secrets=frozenset(s for s in _list(raw.get("secrets")) if isinstance(s, str)))
    _check_shape(walk, raw)
    names = _Names(frozenset({"input", "variables", "steps", "run"}), frozenset())
    inside = _check_frame(walk, raw.get("steps"), "$.steps", names, depth=1)
    _check_value(walk, raw.get("output"), "$.output", names.plus(steps=inside), takes_secrets=False)
    _check_schema(walk, raw.get("input"), "$.input")
    for name in raw["layout"] if isinstance(raw.get("layout"), Mapping) else ():
        if name not in walk.ids:
            walk.say(f"$.layout.{name}", "unknown_step", f"there is no step {name}")
    return walk.problems


def _counts(raw: Any) -> list[Problem]:
    """How many steps and ways there are: whoever has too many is told so at once, for all else takes time."""
    steps = edges = 0
    stack = [raw]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(item)
        elif isinstance(item, Mapping):
            steps += isinstance(item.get("type"), str) and "config" in item
            for field_name in ("next_steps", "default"):
                edges += len(_list(item.get(field_name)))
            stack.extend(item.values())
    found: list[Problem] = []
    if steps > MAX_STEPS:
        found.append(Problem("$.steps", "too_many_steps", f"has {steps:,} steps; the limit is {MAX_STEPS}"))
    if edges > MAX_EDGES:
        found.append(Problem("$.steps", "too_many_edges", f"has {edges:,} ways; the limit is {MAX_EDGES:,}"))
    return found


def _check_shape(walk: _Walk, raw: Any) -> None:
    try:
        Definition.model_validate(raw)
    except ValidationError as error:
        for found in error.errors(include_url=False, include_context=False, include_input=False):
            walk.say(_shape_path(found["loc"]), "shape", found["msg"])


def _shape_path(parts: tuple[int | str, ...]) -> str:
    """Without the tags that the library puts between a list's index and the field of a typed step."""
    kept = [
        part
        for at, part in enumerate(parts)
        if not (at and isinstance(parts[at - 1], int) and (part in STEP_TYPES))
        and part not in {"literal['all','any']", "constrained-int", "int"}
    ]
    return json_path(kept)


def _check_frame(walk: _Walk, steps: Any, path: str, names: _Names, *, depth: int) -> set[str]:
    """Check a list of steps; the ids of all in it."""
    if depth > MAX_DEPTH:
        walk.say(path, "too_deep", f"steps are nested deeper than {MAX_DEPTH}")
        return set()
    at: dict[str, str] = {}
    raw: dict[str, Mapping[str, Any]] = {}
    for index, step in enumerate(_list(steps)):
        where = f"{path}[{index}]"
        if not isinstance(step, Mapping) or not isinstance(step.get("id"), str):
            continue
        name = step["id"]
        if name in walk.ids:
            walk.say(f"{where}.id", "duplicate_id", f"{name} is the id of {walk.ids[name]} too")
            continue
        walk.ids[name] = at[name] = where
        raw[name] = step
    links = {name: graph.raw_links(step) for name, step in raw.items()}
    is_acyclic = _check_links(walk, raw, links, at)
    if is_acyclic and depth + graph.handler_depth(links) > MAX_DEPTH:
        walk.say(path, "too_deep", f"handlers of failures are nested deeper than {MAX_DEPTH}")
    before = graph.ancestors(links) if is_acyclic else {name: set(links) for name in links}
    handlers = graph.closure((link.on_failure for link in links.values() if link.on_failure), links)
    for name, step in raw.items():
        seen = names.plus(steps=before[name], roots=("error",) if name in handlers else ())
        _check_step(walk, step, at[name], seen, depth)
    return set(links)


def _check_links(
    walk: _Walk,
    raw: Mapping[str, Mapping[str, Any]],
    links: Mapping[str, graph.Links],
    at: Mapping[str, str],
) -> bool:
    """Check where steps lead; False when they lead in a circle, in which case nothing is before anything."""
    for name in links:
        for where, target in sources.targets(raw[name], at[name]):
            if target not in links:
                walk.say(where, "unknown_step", f"there is no step {target} beside {name}")
    starts = graph.starts_of(links)
    if links and (circle := graph.has_cycle(links, links)) is not None:
        walk.say(at[circle], "cycle", f"{circle} leads back to itself; use a loop step")
        return False
    main = graph.closure(starts, links)
    for name, link in links.items():
        if link.on_failure in main:
            walk.say(
                f"{at[name]}.on_failure",
                "handler_in_flow",
                f"{link.on_failure} is also led to by next_steps; what handles a failure stands for itself",
            )
    return True


def _check_step(walk: _Walk, step: Mapping[str, Any], path: str, names: _Names, depth: int) -> None:
    kind, config = step.get("type"), step.get("config")
    _check_schema(walk, step.get("output_schema"), f"{path}.output_schema")
    if not isinstance(kind, str) or not isinstance(config, Mapping):
        return
    here = f"{path}.config"
    if step.get("retries") is not None and kind in {
        "loop",
        "parallel",
        "condition",
        "transform",
        "delay",
        "signal",
    }:
        walk.say(f"{path}.retries", "shape", "only what is carried out elsewhere can be tried again")
    for where, source in sources.expressions_of(kind, config, here):
        loop_names = ("index", "previous") if kind == "loop" else ()
        _check_source(walk, "$expr", source, where, names.plus(roots=loop_names))
    for where, source in sources.texts_of(kind, config, here):
        _check_source(walk, "$text", source, where, names)
    for where, value in sources.values_of(kind, config, here):
        _check_value(walk, value, where, names, takes_secrets=kind in {"plugin", "http"})
    for where, schema in sources.schemas_of(kind, config, here):
        _check_schema(walk, schema, where)
    for where, message in sources.odd(kind, config, here):
        walk.say(where, "shape", message)
    if kind == "loop":
        alias = config.get("as", "item")
        body = names.plus(roots=(alias if isinstance(alias, str) else "item", "index", "previous"))
        inside = _check_frame(walk, config.get("steps"), f"{here}.steps", body, depth=depth + 1)
        _check_value(
            walk, config.get("output"), f"{here}.output", body.plus(steps=inside), takes_secrets=False
        )
    if kind == "parallel":
        for index, branch in enumerate(_list(config.get("branches"))):
            if isinstance(branch, Mapping):
                where = f"{here}.branches[{index}]"
                inside = _check_frame(walk, branch.get("steps"), f"{where}.steps", names, depth=depth + 1)
                _check_value(
                    walk,
                    branch.get("output"),
                    f"{where}.output",
                    names.plus(steps=inside),
                    takes_secrets=False,
                )


def _check_value(walk: _Walk, value: Any, path: str, names: _Names, *, takes_secrets: bool) -> None:
    for where, mark, held in marks_in(value, path):
        if not isinstance(held, str):
            walk.say(where, "shape", "must be a text")
        elif mark != "$secret":
            _check_source(walk, mark, held, where, names)
        elif not takes_secrets:
            walk.say(where, "secret_not_here", "secrets are put into plugin and http steps only")
        elif held not in walk.secrets:
            walk.say(where, "unknown_secret", f"{held} is not in the list `secrets`")


def _check_source(walk: _Walk, mark: str, source: str, path: str, names: _Names) -> None:
    language = sources.LANGUAGES[mark]
    if (wrong := language.syntax_error(source)) is not None:
        walk.say(path, "expression" if language is expressions else "text", wrong)
        return
    for root in sorted(language.roots_of(source) - names.roots):
        walk.say(path, "unknown_name", f"{root} is not known here")
    for step in sorted(language.steps_of(source) - names.steps):
        known = "has not ended before this" if step in walk.ids else "is not a step before this"
        walk.say(path, "unknown_step", f"{step} {known}")


def _check_schema(walk: _Walk, schema: Any, path: str) -> None:
    if isinstance(schema, Mapping) and (wrong := schema_error(dict(schema))) is not None:
        walk.say(path, "schema", wrong)


def _is_deep(value: Any) -> bool:
    stack = [(value, 0)]
    while stack:
        item, depth = stack.pop()
        if depth > MAX_JSON_DEPTH:
            return True
        if isinstance(item, Mapping):
            stack.extend((inner, depth + 1) for inner in item.values())
        elif isinstance(item, list):
            stack.extend((inner, depth + 1) for inner in item)
    return False


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
