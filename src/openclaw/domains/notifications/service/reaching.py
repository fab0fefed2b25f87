"""How people want to be reached: settings, and the browsers that take pushes."""

from uuid import UUID

from openclaw.domains.identity.service import accounts as identity
from openclaw.domains.notifications.errors import BrowserOnlyError, SubscriptionNotFoundError
from openclaw.domains.notifications.models import NotificationSettingsRow
from openclaw.domains.notifications.policy.kinds import KINDS
from openclaw.domains.notifications.policy.plans import CHANNELS, Wishes, is_zone
from openclaw.domains.notifications.repository import reaching as repository
from openclaw.domains.notifications.schemas import (
    CreatePushSubscription,
    KindWishes,
    NotificationSettings,
    PushSubscription,
    PutNotificationSettings,
    QuietHours,
)
from openclaw.infra.mail import MailServer
from openclaw.infra.scope import Scope
from openclaw.infra.web_push import PushSender, Subscription
from openclaw.kit import ids
from openclaw.kit.errors import InvalidInputError


async def get_settings(scope: Scope, *, mail: MailServer, push: PushSender) -> NotificationSettings:
    """The user's settings, defaults where there are none, and what this server can do."""
    row = await repository.find_settings(scope, scope.user_id)
    wishes = wishes_in(row)
    user = await identity.get_me(scope)
    language = scope.who.language
    return NotificationSettings(
        kinds=[
            KindWishes(
                kind=name,
                name=kind.label.of(language),
                push=wishes.wants(name, "push"),
                mail=wishes.wants(name, "mail"),
                escalates=kind.escalates,
            )
            for name, kind in KINDS.items()
        ],
        time_zone=wishes.time_zone,
        quiet_hours=QuietHours(begin=wishes.quiet[0], end=wishes.quiet[1]) if wishes.quiet else None,
        escalate_minutes=wishes.escalate_minutes,
        mail_address=user.email,
        mail_state="ready" if mail.is_configured else "not_configured",
        push_key=push.public_key,
    )


async def put_settings(scope: Scope, data: PutNotificationSettings) -> None:
    """Replace the user's settings. Raises InvalidInputError."""
    if not is_zone(data.time_zone):
        raise InvalidInputError(field="timeZone", reason="not a time zone")
    quiet = data.quiet_hours
    if quiet is not None and quiet.begin == quiet.end:
        raise InvalidInputError(field="quietHours", reason="begin and end are the same")
    channels: dict[str, dict[str, bool]] = {}
    for each in data.kinds:
        if each.kind not in KINDS:
            raise InvalidInputError(field="kinds", reason="not a kind of notification")
        wanted = {"push": each.push, "mail": each.mail}
        kind = KINDS[each.kind]
        # Only what differs is kept, so that a better default reaches whoever never chose.
        if own := {name: wanted[name] for name in CHANNELS if wanted[name] != getattr(kind, name)}:
            channels[each.kind] = own
    await repository.put_settings(
        scope,
        {
            "channels": channels,
            "time_zone": data.time_zone,
            "quiet_from": quiet.begin if quiet else None,
            "quiet_until": quiet.end if quiet else None,
            "escalate_minutes": data.escalate_minutes,
        },
    )


async def add_browser(scope: Scope, data: CreatePushSubscription) -> PushSubscription:
    """Push to the browser that asks, as long as it is signed in.

    Raises InvalidInputError, BrowserOnlyError (a token of a client has no session to end with).
    """
    session_id = scope.who.session_id
    if session_id is None:
        raise BrowserOnlyError
    checked = Subscription(data.endpoint, data.keys.p256dh, data.keys.auth)
    for known in await repository.list_subscriptions(scope, scope.user_id):
        if known.session_id == session_id and known.endpoint != checked.endpoint:  # the browser has a new one
            await repository.delete_subscription(scope, known.id, scope.user_id)
    await repository.put_subscription(
        scope,
        {
            "id": ids.new_id(),
            "user_id": scope.user_id,
            "session_id": session_id,
            "endpoint": checked.endpoint,
            "p256dh": checked.p256dh,
            "auth": checked.auth,
            "name": data.name,
            "created_at": scope.now(),
        },
    )
    return next(each for each in await list_browsers(scope) if each.current)


async def list_browsers(scope: Scope) -> list[PushSubscription]:
    """The user's browsers that take pushes."""
    return [
        PushSubscription(
            id=row.id,
            name=row.name,
            current=row.session_id == scope.who.session_id,
            created_at=row.created_at,
            used_at=row.used_at,
        )
        for row in await repository.list_subscriptions(scope, scope.user_id)
    ]


async def remove_browser(scope: Scope, subscription_id: UUID) -> None:
    """Push to it no more. Raises SubscriptionNotFoundError."""
    if not await repository.delete_subscription(scope, subscription_id, scope.user_id):
        raise SubscriptionNotFoundError


def wishes_in(row: NotificationSettingsRow | None) -> Wishes:
    """Settings as the policy reads them."""
    if row is None:
        return Wishes()
    has_quiet = row.quiet_from is not None and row.quiet_until is not None
    return Wishes(
        channels=row.channels,
        time_zone=row.time_zone,
        quiet=(row.quiet_from, row.quiet_until) if has_quiet else None,  # type: ignore[arg-type]
        escalate_minutes=row.escalate_minutes,
    )
