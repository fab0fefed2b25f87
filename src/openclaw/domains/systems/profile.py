"""What a system's profile may say: its form as a published JSON Schema, and what a form alone cannot tell."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from openclaw.domains.systems.errors import InvalidProfileError
from openclaw.domains.systems.sayings import in_language
from openclaw.infra.json_schema import json_path, schema_error
from openclaw.infra.jsonb import checked
from openclaw.infra.texts import MAX_TEXT, attributes_of, roots_of, syntax_error

LANGUAGE = "openclaw.system/1"
MAX_BYTES = 131_072
MAX_PROBLEMS = 100
NAMES = frozenset({"intake", "language"})  # what a text may name

RoleId = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,39}$")]
Id = Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Text = Annotated[
    str,
    Field(max_length=MAX_TEXT, description="Text with {{ … }}.", json_schema_extra={"format": "template"}),
]
Skills = Annotated[list[Annotated[str, Field(min_length=1, max_length=120)]], Field(max_length=50)]
Reference = Annotated[str, Field(pattern="^[a-z]+_[0-9a-f]{32}$", description="An id as it travels.")]
Model = Annotated[str, Field(min_length=1, max_length=200)]


class Part(BaseModel):
    """Base of every part: strict, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, alias_generator=to_camel)


class RolePart(Part):
    """Somebody in the team. ``provider`` and ``model`` are those of the system unless said here."""

    id: RoleId
    name: Name
    description: Annotated[str, Field(max_length=2000)] = ""
    skills: Skills = []
    provider: Reference | None = None
    model: Model | None = None


class MemoryPart(Part):
    """A bucket of what is remembered, and how much of it (tokens) a run is told at most."""

    kind: Literal[
        "user_profile",
        "project_memory",
        "system_rules",
        "tool_usage",
        "result_history",
        "brand_style",
        "channel_context",
        "custom",
    ]
    name: Name | None = None
    enabled: bool
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class RoutingPart(Part):
    """Which role a kind of task goes to."""

    default_role: RoleId | None = None
    task_roles: Annotated[dict[Name, RoleId], Field(max_length=50)] = {}


class PermissionsPart(Part):
    """What runs of the system may do; null: what the workspace and the machine say. They can only be stricter."""

    allow_bash: bool | None = None
    allow_file_write: bool | None = None
    allow_network: bool | None = None
    allow_browser: bool | None = None


class PromptPart(Part):
    """What the agent is told, for everybody or for one role."""

    id: Id
    title: Name
    role: RoleId | None = None
    text: Text


class StagePart(Part):
    """A stage of a launch, in order. ``byPerson``: the agent stops before it, and a person does it."""

    id: Id
    title: Name
    role: RoleId | None = None
    text: Text
    by_person: bool = False


class DeliverablePart(Part):
    """Something that comes out."""

    id: Id
    title: Name


class AutomationPart(Part):
    """An automation that belongs to the system."""

    id: Reference
    name: Name
    trigger: Literal["task_complete", "schedule", "webhook", "manual"]
    enabled: bool


class Profile(Part):
    """What a system is: its team, memory, routing, permissions, model, prompts, and what comes out of it."""

    roles: Annotated[list[RolePart], Field(min_length=1, max_length=20)]
    memory: Annotated[list[MemoryPart], Field(max_length=20)] = []
    routing: RoutingPart = RoutingPart()
    permissions: PermissionsPart = PermissionsPart()
    provider: Reference | None = None
    model: Model | None = None
    skills: Skills = []
    prompts: Annotated[list[PromptPart], Field(max_length=30)] = []
    stages: Annotated[list[StagePart], Field(max_length=20)] = []
    deliverables: Annotated[list[DeliverablePart], Field(max_length=30)] = []
    result_schema: Annotated[
        dict[str, Any],
        Field(description="JSON Schema, draft 2020-12.", json_schema_extra={"format": "json-schema"}),
    ] = {}
    bindings: Annotated[list[Reference], Field(max_length=50)] = []
    automations: Annotated[list[AutomationPart], Field(max_length=50)] = []


def profile_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a profile."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:openclaw:schema:{LANGUAGE.removeprefix('openclaw.')}",
        **Profile.model_json_schema(by_alias=True),
        "title": "OpenClaw system profile",
    }


def find_problems(raw: Any, language: str, fields: Collection[str] | None = None) -> list[dict[str, Any]]:
    """All that is wrong with a profile, as ``{path, message}`` in ``language``; nothing when it is one.

    ``fields`` are those of the form that its texts may name; None: whatever they name is fine.
    """
    found = list(islice(_find(raw, fields), MAX_PROBLEMS))
    return [{"path": path, "message": in_language(language, message)[:300]} for path, message in found]


def _find(raw: Any, fields: Collection[str] | None) -> Iterator[tuple[str, str]]:
    try:
        size = len(orjson.dumps(checked(raw)))
    except (TypeError, ValueError, RecursionError):
        yield "$", "holds numbers beyond 64 bits, or is nested too deeply"
        return
    if size > MAX_BYTES:
        yield "$", f"is over the limit of {MAX_BYTES:,} bytes"
        return
    try:
        profile = Profile.model_validate(raw)
    except ValidationError as error:
        yield from ((json_path(each["loc"]), each["msg"]) for each in error.errors())
        return
    yield from _breaches(profile, fields)


def parse(raw: Any, language: str, fields: Collection[str]) -> dict[str, Any]:
    """A profile in full, as it is kept: every field there, nothing that PostgreSQL cannot hold.

    Raises InvalidProfileError.
    """
    problems = find_problems(raw, language, fields)
    if problems:
        first = f"{problems[0]['path']}: {problems[0]['message']}"
        raise InvalidProfileError(count=len(problems), first=first, problems=problems)
    return Profile.model_validate(checked(raw)).model_dump(by_alias=True, mode="json")


def _breaches(profile: Profile, fields: Collection[str] | None) -> Iterator[tuple[str, str]]:
    roles = {role.id for role in profile.roles}
    yield from _twice("$.roles", [role.id for role in profile.roles])
    for name in ("prompts", "stages", "deliverables", "automations"):
        yield from _twice(f"$.{name}", [part.id for part in getattr(profile, name)])
    for name in ("prompts", "stages"):
        for part in getattr(profile, name):
            yield from _text(f"$.{name}.{part.id}", part, roles, fields)
    used = [("$.routing.defaultRole", profile.routing.default_role)]
    used += [(f"$.routing.taskRoles.{kind}", role) for kind, role in profile.routing.task_roles.items()]
    for path, role in used:
        if role is not None and role not in roles:
            yield path, f"there is no role {role}"
    for number, bucket in enumerate(profile.memory):
        if (bucket.kind == "custom") != (bucket.name is not None):
            yield f"$.memory[{number}]", "a custom bucket has a name, and no other does"
    yield from _twice("$.memory", [f"{bucket.kind} {bucket.name or ''}".strip() for bucket in profile.memory])
    if (wrong := schema_error(profile.result_schema)) is not None:
        yield "$.resultSchema", wrong


def _text(
    path: str, part: PromptPart | StagePart, roles: set[str], fields: Collection[str] | None
) -> Iterator[tuple[str, str]]:
    if part.role is not None and part.role not in roles:
        yield f"{path}.role", f"there is no role {part.role}"
    if (wrong := syntax_error(part.text)) is not None:
        yield f"{path}.text", wrong
    elif unknown := sorted(roots_of(part.text) - NAMES):
        yield f"{path}.text", f"there is nothing called {unknown[0]}"
    elif fields is not None and (unknown := sorted(attributes_of(part.text, "intake") - set(fields))):
        yield f"{path}.text", f"the form has no field {unknown[0]}"


def _twice(path: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name, count in Counter(names).items():
        if count > 1:
            yield path, f"{name} is there {count} times"
