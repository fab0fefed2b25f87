"""Mail that is accepted with a transaction and sent afterwards: that of notifications, and that of plugins."""

import html
from uuid import UUID

from openclaw.domains.identity.models import UserRow
from openclaw.domains.notifications.errors import MailQuotaError
from openclaw.domains.notifications.events import DELIVERIES_TOPIC
from openclaw.domains.notifications.models import DeliveryRow, NotificationRow
from openclaw.domains.notifications.policy.kinds import Words, words_of
from openclaw.domains.notifications.repository import deliveries
from openclaw.infra.bus import publish
from openclaw.infra.mail import Mail, MailNotConfiguredError, MailServer
from openclaw.infra.scope import Scope
from openclaw.kit import ids

MAIL_QUOTA = "mail"
_OPEN = Words("Open in OpenClaw", "在 OpenClaw 中打开")
_WHY = Words(
    "You get this mail because of your notification settings: {link}",
    "此邮件根据通知设置发送：{link}",
)
_PAGE = (
    '<!doctype html><html lang="{lang}"><body style="font-family:sans-serif;line-height:1.5;max-width:36em">'
    '<h1 style="font-size:1.2em">{title}</h1><p style="white-space:pre-wrap">{body}</p>{button}'
    '<p style="color:#666;font-size:.85em">{why}</p></body></html>'
)


async def send_mail(
    scope: Scope, mail: Mail, *, server: MailServer, origin: str, delivery_id: UUID | None = None
) -> bool:
    """Accept a mail of the scope's user; it is sent after the commit, and tried again for hours.

    The same ``delivery_id`` again is the same mail, and then it answers False. ``origin``: who has it sent, for people.
    Raises MailNotConfiguredError, MailQuotaError.
    """
    if not server.is_configured:
        raise MailNotConfiguredError
    content = {"subject": mail.subject, "text": mail.text, "html": mail.html, "replyTo": mail.reply_to}
    is_new = await deliveries.add(
        scope,
        {
            "id": delivery_id or ids.new_id(),
            "workspace_id": scope.workspace_id,
            "user_id": scope.user_id,
            "notification_id": None,
            "origin": origin[:100],
            "channel": "mail",
            "target": {"to": list(mail.to)},
            "content": content,
            "is_urgent": False,
            "state": "queued",
            "attempts": 0,
            "due_at": scope.now(),
            "created_at": scope.now(),
        },
    )
    if is_new:
        limit = server.per_hour
        wanted = len(mail.to)
        if not await deliveries.take_quota(scope, scope.workspace_id, MAIL_QUOTA, wanted=wanted, limit=limit):
            raise MailQuotaError(limit=limit)
        await publish(scope, DELIVERIES_TOPIC, {})
    return is_new


def mail_in(row: DeliveryRow) -> Mail:
    """The mail that a delivery holds."""
    content = row.content
    return Mail(
        to=tuple(row.target["to"]),
        subject=content["subject"],
        text=content["text"],
        html=content["html"],
        reply_to=content["replyTo"],
    )


def page_of(notification: NotificationRow) -> str | None:
    """The page of the console that it is about, in its workspace whichever the console was last in."""
    if notification.link is None:
        return None
    mark = "&" if "?" in notification.link else "?"
    return f"{notification.link}{mark}workspace={ids.to_wire('ws', notification.workspace_id)}"


def mail_of(notification: NotificationRow, user: UserRow, *, origin: str) -> Mail:
    """A notification as mail, in its reader's language; links lead to ``origin``."""
    language = user.language
    title, body = words_of(notification.kind, notification.data, language)
    page = page_of(notification)
    link = f"{origin}{page}" if page else None
    why = _WHY.of(language).format(link=f"{origin}/settings/notifications")
    button = f'<p><a href="{html.escape(link)}">{_OPEN.of(language)}</a></p>' if link else ""
    markup = _PAGE.format(
        lang=language, title=html.escape(title), body=html.escape(body), button=button, why=html.escape(why)
    )
    parts = [title, body, f"{_OPEN.of(language)}: {link}" if link else "", f"-- \n{why}"]
    return Mail(
        to=(user.email,), subject=title, text="\n\n".join(part for part in parts if part) + "\n", html=markup
    )
