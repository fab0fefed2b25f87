"""Tokens that answer a question from a push."""

from openclaw.domains.identity.service import accounts as identity
from openclaw.domains.notifications.models import AnswerTokenRow
from openclaw.domains.notifications.repository import reaching
from openclaw.infra.scope import Scope
from openclaw.infra.secrets import digest


async def use_token(scope: Scope, token: str) -> AnswerTokenRow | None:
    """Use a token up with the transaction of ``scope`` (a system's).

    None when it is unknown, used or over, or when the browser that it was sent to has been signed out.
    """
    row = await reaching.use_token(scope, digest(token))
    if row is None or not await identity.is_signed_in(scope, row.session_id):
        return None
    return row
