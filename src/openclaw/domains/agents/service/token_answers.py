"""Answers from a notification: by a token that is good for one question, once."""

from dataclasses import replace

from openclaw.domains.agents.errors import AnswerTokenError
from openclaw.domains.agents.schemas import Approval, Decide
from openclaw.domains.agents.service import approvals
from openclaw.domains.agents.service.telling import approval_in
from openclaw.domains.notifications.schemas import AnswerByToken
from openclaw.domains.notifications.service.answers import use_token
from openclaw.domains.workspaces import service as workspaces
from openclaw.infra.scope import Actor, Scope


async def answer_by_token(
    scope: Scope, data: AnswerByToken, *, address: str | None, language: str
) -> Approval:
    """Answer the token's question as its user. Needs a system scope; a refused answer leaves the token as it was.

    Raises AnswerTokenError (unknown, used, over, signed out), and as `approvals.decide`.
    """
    token = await use_token(scope, data.token)
    approval_id = approval_in(token.subject) if token else None
    if token is None or approval_id is None:
        raise AnswerTokenError
    role = await workspaces.find_standing(scope, user_id=token.user_id, workspace_id=token.workspace_id)
    if role is None:
        raise AnswerTokenError
    actor = Actor(
        token.user_id,
        token.workspace_id,
        role,
        session_id=token.session_id,
        address=address,
        language=language,
    )
    decision = Decide(decision="allow_once" if data.decision == "allow" else "deny")
    return await approvals.decide(replace(scope, actor=actor), approval_id, decision)
