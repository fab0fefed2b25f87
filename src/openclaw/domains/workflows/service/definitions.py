"""Workflows and their versions: saved, activated, archived, compared, exported."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from openclaw.domains.workflows import repository
from openclaw.domains.workflows.errors import (
    InvalidDefinitionError,
    VersionConflictError,
    WorkflowNotFoundError,
    WrongStateError,
)
from openclaw.domains.workflows.language import checks, yaml_text
from openclaw.domains.workflows.models import WorkflowRow, WorkflowRunRow, WorkflowVersionRow
from openclaw.domains.workflows.schemas import (
    Change,
    Checked,
    DefinitionProblem,
    LastRun,
    ListedWorkflow,
    SaveWorkflow,
    Version,
    Workflow,
    WorkflowDetail,
)
from openclaw.domains.workflows.service import plugin_steps
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.jsonb import storable
from openclaw.infra.scope import Role, Scope
from openclaw.kit import ids
from openclaw.kit.differences import differences
from openclaw.kit.errors import InvalidInputError
from openclaw.kit.pagination import Page, cursor_of, position_of

MAX_VERSIONS = 10_000


def read_definition(definition: dict[str, Any] | None, yaml: str | None, *, language: str) -> Any:
    """The definition of a request, which has it in one form. Raises InvalidDefinitionError, InvalidInputError."""
    if (definition is None) == (yaml is None):
        raise InvalidInputError(field="definition", reason="give either `definition` or `yaml`")
    if yaml is None:
        return definition
    try:
        return yaml_text.from_yaml(yaml)
    except ValueError as error:
        raise checks.invalid([checks.Problem("$", "yaml", str(error))], language) from None


async def check_definition(scope: Scope, definition: dict[str, Any] | None, yaml: str | None) -> Checked:
    """All that is wrong with a definition. Raises InvalidInputError."""
    try:
        raw = read_definition(definition, yaml, language=scope.who.language)
    except InvalidDefinitionError as error:
        return Checked(problems=[DefinitionProblem(**problem) for problem in error.problems], definition=None)
    problems = checks.find_problems(raw) or await plugin_steps.find_problems(scope, raw)
    found = told_problems(problems, scope.who.language)
    return Checked(problems=found, definition=storable(raw))


def told_problems(problems: Sequence[checks.Problem], language: str) -> list[DefinitionProblem]:
    """Problems as they travel, in ``language``; of very many the first."""
    return [
        DefinitionProblem(path=p.path, code=p.code, message=p.words(language))
        for p in problems[: checks.MAX_ERRORS]
    ]


async def list_workflows(
    scope: Scope, *, status: str | None, words: str | None = None, cursor: str | None, limit: int
) -> Page[ListedWorkflow]:
    """A page of the workspace's workflows, each with the user's newest run of it. Raises InvalidInputError."""
    rows = await repository.list_workflows(
        scope, status=status, words=words, before=position_of(cursor), limit=limit + 1
    )
    shown = rows[:limit]
    last = await repository.last_runs(scope, [row.id for row in shown])
    following = cursor_of(shown[-1].updated_at, shown[-1].id) if len(rows) > limit else None
    return Page([_listed(row, last.get(row.id)) for row in shown], following)


async def create_workflow(scope: Scope, data: SaveWorkflow) -> WorkflowDetail:
    """A new workflow, as a draft. Raises InvalidDefinitionError, NotAllowedError."""
    check_role(scope.who, Role.MEMBER)
    raw = await _checked(scope, data)
    row = WorkflowRow(
        id=ids.new_id(),
        workspace_id=scope.workspace_id,
        name=raw["name"],
        description=raw.get("description", ""),
        status="draft",
        latest_version=0,
        active_version=None,
        owner_id=scope.user_id,
        created_at=scope.now(),
        updated_at=scope.now(),
    )
    await repository.add(scope, row)
    return await _add_version(scope, row, raw)


async def save_workflow(scope: Scope, workflow_id: UUID, data: SaveWorkflow) -> WorkflowDetail:
    """A new version; it runs once it is active.

    Raises WorkflowNotFoundError, InvalidDefinitionError, VersionConflictError, WrongStateError, NotAllowedError.
    """
    check_role(scope.who, Role.MEMBER)
    row = await access_workflow(scope, workflow_id, lock=True)
    raw = await _checked(scope, data)
    if row.status == "archived" or row.latest_version >= MAX_VERSIONS:
        raise WrongStateError(state=row.status)
    if data.base_version is not None and data.base_version != row.latest_version:
        raise VersionConflictError(version=row.latest_version)
    return await _add_version(scope, row, raw)


async def access_workflow(
    scope: Scope, workflow_id: UUID, *, lock: bool = False, use: bool = False
) -> WorkflowRow:
    """A workflow of the workspace; ``use``: one of which a run begins. Raises WorkflowNotFoundError."""
    row = await repository.find_workflow(scope, workflow_id, lock=lock, use=use)
    if row is None:
        raise WorkflowNotFoundError
    return row


async def access_version(scope: Scope, workflow_id: UUID, version: int) -> WorkflowVersionRow:
    """A version of a workflow of the workspace. Raises WorkflowNotFoundError."""
    row = await repository.find_version(scope, workflow_id, version)
    if row is None:
        raise WorkflowNotFoundError
    return row


async def get_workflow(scope: Scope, workflow_id: UUID, version: int | None = None) -> WorkflowDetail:
    """A workflow with one version's definition, the newest by default. Raises WorkflowNotFoundError."""
    row = await access_workflow(scope, workflow_id)
    wanted = await access_version(scope, workflow_id, version or row.latest_version)
    return _detail(row, wanted)


async def list_versions(scope: Scope, workflow_id: UUID) -> list[Version]:
    """Versions, the newest first. Raises WorkflowNotFoundError."""
    await access_workflow(scope, workflow_id)
    return [Version.model_validate(row) for row in await repository.list_versions(scope, workflow_id)]


async def activate(scope: Scope, workflow_id: UUID, version: int | None) -> Workflow:
    """From now on runs are of that version. Raises WorkflowNotFoundError, NotAllowedError."""
    check_role(scope.who, Role.MEMBER)
    row = await access_workflow(scope, workflow_id, lock=True)
    wanted = await access_version(scope, workflow_id, version or row.latest_version)
    row.status, row.active_version, row.updated_at = "active", wanted.version, scope.now()
    return Workflow.model_validate(row)


async def archive(scope: Scope, workflow_id: UUID) -> Workflow:
    """Put a workflow away: it is not started any more; runs go on. Raises WorkflowNotFoundError, NotAllowedError."""
    check_role(scope.who, Role.MEMBER)
    row = await access_workflow(scope, workflow_id, lock=True)
    row.status, row.updated_at = "archived", scope.now()
    return Workflow.model_validate(row)


async def compare(scope: Scope, workflow_id: UUID, *, before: int, after: int) -> list[Change]:
    """What changed between two versions. Raises WorkflowNotFoundError."""
    old = await access_version(scope, workflow_id, before)
    new = await access_version(scope, workflow_id, after)
    found = differences(old.definition, new.definition)
    return [Change(kind=c.kind, path=c.path, before=c.before, after=c.after) for c in found]


async def export_yaml(scope: Scope, workflow_id: UUID, version: int | None) -> str:
    """A version as YAML. Raises WorkflowNotFoundError."""
    found = await get_workflow(scope, workflow_id, version)
    return yaml_text.to_yaml(yaml_text.in_order(found.definition))


def _listed(row: WorkflowRow, last: WorkflowRunRow | None) -> ListedWorkflow:
    plain = Workflow.model_validate(row).model_dump()
    return ListedWorkflow(**plain, last_run=LastRun.model_validate(last) if last is not None else None)


async def _checked(scope: Scope, data: SaveWorkflow) -> dict[str, Any]:
    language = scope.who.language
    raw = read_definition(data.definition, data.yaml, language=language)
    checks.parse(raw, language)
    if problems := await plugin_steps.find_problems(scope, raw):
        raise checks.invalid(problems, language)
    return raw


async def _add_version(scope: Scope, row: WorkflowRow, raw: dict[str, Any]) -> WorkflowDetail:
    row.latest_version += 1
    row.name, row.description, row.updated_at = raw["name"], raw.get("description", ""), scope.now()
    version = WorkflowVersionRow(
        workflow_id=row.id,
        version=row.latest_version,
        workspace_id=scope.workspace_id,
        definition=storable(raw),
        created_by_user_id=scope.user_id,
        created_at=scope.now(),
    )
    await repository.add(scope, version)
    return _detail(row, version)


def _detail(row: WorkflowRow, version: WorkflowVersionRow) -> WorkflowDetail:
    plain = Workflow.model_validate(row).model_dump()
    return WorkflowDetail(**plain, version=version.version, definition=version.definition)
