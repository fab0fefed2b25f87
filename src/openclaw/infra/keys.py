"""Idempotency keys: whoever sends the same twice at once is answered as if it had been one after the other."""

from sqlalchemy import func, select

from openclaw.infra.scope import Scope


async def lock_key(scope: Scope, of: str, key: str) -> None:
    """Until the transaction ends nobody else makes an ``of`` under the actor's key: lock, then look for it."""
    name = f"{of}-key:{scope.workspace_id.hex}:{scope.user_id.hex}:{key}"
    await scope.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
