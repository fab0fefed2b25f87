"""The host calls ``email`` and ``notify``: what a plugin has people told, bounded, audited, once for the same work."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from openclaw.domains.audit import service as audit
from openclaw.domains.notifications.service import notices
from openclaw.domains.notifications.service.mails import send_mail
from openclaw.domains.notifications.service.quotas import take_notice
from openclaw.domains.plugins.service.running import ActionCall
from openclaw.domains.workspaces import service as workspaces
from openclaw.infra.db import Database
from openclaw.infra.mail import Mail, MailServer
from openclaw.infra.scope import Scope
from openclaw.kit import ids
from openclaw.sandbox.client import HostCall

_LONGEST_TITLE = 200
_LONGEST_BODY = 5_000


class MessageCalls:
    """Answers them for each call of a plugin, as the user whose work it is."""

    def __init__(self, database: Database, mail: MailServer) -> None:
        self._database = database
        self._mail = mail

    def of(self, call: ActionCall) -> dict[str, HostCall]:
        """The host calls of one call."""
        asked = 0

        def next_id(parameters: Mapping[str, Any]) -> UUID:
            nonlocal asked
            asked += 1
            return _id_of(call, asked, parameters)

        async def email(parameters: Mapping[str, Any]) -> None:
            mail = _mail(parameters)
            delivery_id = next_id(parameters)
            async with self._database.transaction(call.actor) as scope:
                is_new = await send_mail(
                    scope, mail, server=self._mail, origin=f"plugin {call.plugin}", delivery_id=delivery_id
                )
                if is_new:
                    detail = {"plugin": call.plugin, "to": list(mail.to), "subject": mail.subject}
                    subject = ids.to_wire("dlv", delivery_id)
                    await audit.append(scope, "plugins.mail_sent", subject=subject, detail=detail)

        async def notify(parameters: Mapping[str, Any]) -> None:
            title, body = _text(parameters, "title", _LONGEST_TITLE), _text(parameters, "body", _LONGEST_BODY)
            if not title.strip():
                raise ValueError("the title is empty")
            notification_id = next_id(parameters)
            async with self._database.transaction(call.actor) as scope:
                user_id = await _member(scope, parameters.get("to"))
                await take_notice(scope)
                link = f"/workflow-runs/{ids.to_wire('wrun', call.run_id)}" if call.run_id else None
                notice = notices.Notice(
                    "plugin.notice", {"title": title, "body": body, "plugin": call.plugin}, link
                )
                await notices.notify(scope, user_id, notice, notification_id=notification_id)

        return {"email": email, "notify": notify}


def _mail(parameters: Mapping[str, Any]) -> Mail:
    to = parameters.get("to")
    if not isinstance(to, list) or not all(isinstance(each, str) for each in to):
        raise ValueError("`to` is a list of addresses")
    html, reply_to = (parameters.get(name) for name in ("html", "reply_to"))
    return Mail(
        to=tuple(dict.fromkeys(to)),
        subject=str(parameters.get("subject", "")),
        text=str(parameters.get("text", "")),
        html=str(html) if html else None,
        reply_to=str(reply_to) if reply_to else None,
    )


def _text(parameters: Mapping[str, Any], name: str, longest: int) -> str:
    text = str(parameters.get(name) or "")
    if len(text) > longest:
        raise ValueError(f"`{name}` has at most {longest:,} characters")
    return text


async def _member(scope: Scope, wanted: Any) -> UUID:
    """The member of the workspace with that user name; the scope's user for none."""
    if not wanted:
        return scope.user_id
    for member in await workspaces.list_members(scope, scope.workspace_id):
        if str(wanted).casefold() == member.user.username.casefold():
            return member.user.id
    raise ValueError(f"nobody in this workspace is called {str(wanted)[:60]}")


def _id_of(call: ActionCall, number: int, parameters: Mapping[str, Any]) -> UUID:
    """The same for the same call of the same work, so that what is tried again tells nobody twice."""
    said = orjson.dumps(
        [call.key, call.actor.workspace_id.hex, number, dict(parameters)], option=orjson.OPT_SORT_KEYS
    )
    return UUID(bytes=hashlib.sha256(said).digest()[:16])
