"""Routes of notifications."""

from typing import Annotated

from fastapi import Path, Query

from openclaw.domains.identity.errors import NotSignedInError
from openclaw.domains.notifications.errors import (
    BrowserOnlyError,
    DeliveryNotFailedError,
    DeliveryNotFoundError,
    NotificationNotFoundError,
    StickyError,
    SubscriptionNotFoundError,
)
from openclaw.domains.notifications.schemas import (
    CreatePushSubscription,
    Deliveries,
    Delivery,
    DeliveryState,
    MarkAll,
    Marked,
    MarkNotification,
    Notification,
    NotificationCount,
    NotificationDetail,
    Notifications,
    NotificationSettings,
    PushSubscription,
    PushSubscriptions,
    PutNotificationSettings,
)
from openclaw.domains.notifications.service import deliveries, notices, reaching
from openclaw.infra.web.context import CurrentPlatform, CurrentScope
from openclaw.infra.web.routes import errors, slice_router
from openclaw.infra.wire import DeliveryId, NotificationId, PushSubscriptionId
from openclaw.kit.pagination import MAX_PAGE

router = slice_router("notifications")
AtNotification = Annotated[NotificationId, Path()]
Cursor = Annotated[str | None, Query(max_length=300)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
_MOST_DELIVERIES = 100


@router.get("/notifications", operation_id="listNotifications", responses=errors(NotSignedInError))
async def list_notifications(
    scope: CurrentScope,
    unread: Annotated[bool, Query()] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Notifications:
    """What the user was told in the workspace, the newest first, without what was put away."""
    page = await notices.list_notifications(scope, is_unread=unread, cursor=cursor, limit=limit)
    return Notifications(items=page.items, next_cursor=page.next_cursor)


@router.get("/notifications/count", operation_id="countNotifications", responses=errors(NotSignedInError))
async def count_notifications(scope: CurrentScope) -> NotificationCount:
    """How many are unread, unseen and sticky, and how many deliveries have failed lately."""
    return await notices.count(scope)


@router.post("/notifications/test", operation_id="testNotifications", responses=errors(NotSignedInError))
async def test_notifications(scope: CurrentScope) -> NotificationCount:
    """Tell oneself something, by every channel that is on."""
    await notices.notify(scope, scope.user_id, notices.Notice("notification.test", {}, "/notifications"))
    return await notices.count(scope)


@router.post(
    "/notifications/mark-all", operation_id="markAllNotifications", responses=errors(NotSignedInError)
)
async def mark_all(scope: CurrentScope, data: MarkAll) -> Marked:
    """Say of all of them that they were seen or read, or put them away; sticky ones not before they were seen."""
    return Marked(count=await notices.mark_all(scope, data.state, data.until))


@router.get(
    "/notifications/settings", operation_id="getNotificationSettings", responses=errors(NotSignedInError)
)
async def get_settings(scope: CurrentScope, platform: CurrentPlatform) -> NotificationSettings:
    """How the user is reached, and what this server can do."""
    return await reaching.get_settings(scope, mail=platform.mail, push=platform.push)


@router.put(
    "/notifications/settings", operation_id="putNotificationSettings", responses=errors(NotSignedInError)
)
async def put_settings(
    scope: CurrentScope, platform: CurrentPlatform, data: PutNotificationSettings
) -> NotificationSettings:
    """Replace the user's settings, in every workspace."""
    await reaching.put_settings(scope, data)
    return await reaching.get_settings(scope, mail=platform.mail, push=platform.push)


@router.get(
    "/notifications/push-subscriptions",
    operation_id="listPushSubscriptions",
    responses=errors(NotSignedInError),
)
async def list_browsers(scope: CurrentScope) -> PushSubscriptions:
    """The user's signed-in browsers that take pushes."""
    return PushSubscriptions(items=await reaching.list_browsers(scope))


@router.post(
    "/notifications/push-subscriptions",
    status_code=201,
    operation_id="createPushSubscription",
    responses=errors(NotSignedInError, BrowserOnlyError),
)
async def add_browser(scope: CurrentScope, data: CreatePushSubscription) -> PushSubscription:
    """Push to the browser that asks, until it signs out. Again: in place of what was known of it."""
    return await reaching.add_browser(scope, data)


@router.delete(
    "/notifications/push-subscriptions/{subscription_id}",
    status_code=204,
    operation_id="deletePushSubscription",
    responses=errors(NotSignedInError, SubscriptionNotFoundError),
)
async def remove_browser(scope: CurrentScope, subscription_id: Annotated[PushSubscriptionId, Path()]) -> None:
    """Push to it no more."""
    await reaching.remove_browser(scope, subscription_id)


@router.get(
    "/notifications/deliveries", operation_id="listNotificationDeliveries", responses=errors(NotSignedInError)
)
async def list_deliveries(
    scope: CurrentScope,
    state: Annotated[DeliveryState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Deliveries:
    """Pushes and mails of the user, the newest first, also the mails that plugins had sent for them."""
    page = await deliveries.list_deliveries(
        scope, state=state, notification_id=None, cursor=cursor, limit=limit
    )
    return Deliveries(items=page.items, next_cursor=page.next_cursor)


@router.post(
    "/notifications/deliveries/{delivery_id}/retry",
    status_code=202,
    operation_id="retryNotificationDelivery",
    responses=errors(NotSignedInError, DeliveryNotFoundError, DeliveryNotFailedError),
)
async def retry_delivery(scope: CurrentScope, delivery_id: Annotated[DeliveryId, Path()]) -> Delivery:
    """Try a failed delivery again."""
    return await deliveries.retry(scope, delivery_id)


@router.get(
    "/notifications/{notification_id}",
    operation_id="getNotification",
    responses=errors(NotSignedInError, NotificationNotFoundError),
)
async def get_notification(scope: CurrentScope, notification_id: AtNotification) -> NotificationDetail:
    """One, and how it was delivered."""
    row = await notices.access_notification(scope, notification_id)
    page = await deliveries.list_deliveries(
        scope, state=None, notification_id=row.id, cursor=None, limit=_MOST_DELIVERIES
    )
    return NotificationDetail(notification=notices.view(row, scope.who.language), deliveries=page.items)


@router.patch(
    "/notifications/{notification_id}",
    operation_id="markNotification",
    responses=errors(NotSignedInError, NotificationNotFoundError, StickyError),
)
async def mark_notification(
    scope: CurrentScope, notification_id: AtNotification, data: MarkNotification
) -> Notification:
    """Say that it was seen or read, or not read after all, or put it away."""
    return await notices.mark(scope, notification_id, data.state)
