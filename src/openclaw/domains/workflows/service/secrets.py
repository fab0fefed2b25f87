"""Secrets of a workspace: written, listed by name, never read by anybody but a step that is carried out."""

from openclaw.domains.workflows import repository
from openclaw.domains.workflows.errors import WorkflowNotFoundError
from openclaw.domains.workflows.schemas import Secret
from openclaw.domains.workspaces.policy import check_role
from openclaw.infra.scope import Role, Scope
from openclaw.infra.secrets import KeyRing

COLUMN = "workflow_secrets.sealed"


async def put_secret(scope: Scope, name: str, value: str, keys: KeyRing) -> None:
    """Keep a secret, in place of one of that name. Raises NotAllowedError."""
    check_role(scope.who, Role.ADMIN)
    sealed = keys.encrypt(value, workspace_id=scope.workspace_id, column=f"{COLUMN}:{name}")
    await repository.put_secret(scope, name, sealed)


async def list_secrets(scope: Scope) -> list[Secret]:
    """The workspace's secrets, without their values."""
    return [Secret.model_validate(row) for row in await repository.list_secrets(scope)]


async def delete_secret(scope: Scope, name: str) -> None:
    """Forget a secret. Raises WorkflowNotFoundError, NotAllowedError."""
    check_role(scope.who, Role.ADMIN)
    if not await repository.delete_secret(scope, name):
        raise WorkflowNotFoundError


async def reveal(scope: Scope, names: list[str], keys: KeyRing) -> dict[str, str]:
    """The values of those that there are, for a step that is being carried out."""
    return {
        row.name: keys.decrypt(row.sealed, workspace_id=row.workspace_id, column=f"{COLUMN}:{row.name}")
        for row in await repository.list_secrets(scope, names)
    }
