"""Notifications as they travel."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from openclaw.infra.wire import DeliveryId, Items, NotificationId, PushSubscriptionId, Wire, WireInput

DeliveryState = Literal["queued", "sent", "failed", "cancelled", "skipped"]
Mark = Literal["seen", "read", "unread", "dismissed"]
Minutes = Annotated[int, Field(ge=0, lt=1440)]


class NotificationAction(Wire):
    """What can be done about it at once: a POST of ``body`` to ``path`` of this API."""

    name: str
    label: str
    path: str
    body: dict[str, Any]


class Notification(Wire):
    """Something that the user was told, in the user's language. ``link``: the page of the console that it is about.

    ``settled``: there is nothing to do about it any more. A ``sticky`` one stays until it was seen.
    """

    id: NotificationId
    kind: str
    title: str
    body: str
    link: str | None
    actions: list[NotificationAction]
    sticky: bool
    created_at: datetime
    seen_at: datetime | None
    read_at: datetime | None
    settled_at: datetime | None


class Notifications(Items):
    """Notifications, the newest first."""

    items: list[Notification]


class NotificationCount(Wire):
    """``unread``, of these ``unseen``, of those ``sticky``; and how many deliveries have failed in the last week."""

    unread: int
    unseen: int
    sticky: int
    failed_deliveries: int


class MarkNotification(WireInput):
    """What is to be said of one."""

    state: Mark


class MarkAll(WireInput):
    """``until``: only what was told by then, so that nothing is marked that came meanwhile."""

    state: Literal["seen", "read", "dismissed"]
    until: AwareDatetime | None = Field(default=None, strict=False)


class Marked(Wire):
    """How many it changed."""

    count: int


class DeliveryFailure(Wire):
    """Why it did not work."""

    code: str
    title: str


class Delivery(Wire):
    """A try to reach somebody besides the centre. ``to``: addresses, or the name of the browser.

    ``origin``: ``notification``, or who had the mail sent. ``urgent``: told again because nobody answered.
    """

    id: DeliveryId
    notification_id: NotificationId | None
    origin: str
    channel: Literal["push", "mail"]
    to: list[str]
    subject: str
    state: DeliveryState
    urgent: bool
    attempts: int
    error: DeliveryFailure | None
    created_at: datetime
    due_at: datetime
    finished_at: datetime | None


class Deliveries(Items):
    """Deliveries, the newest first."""

    items: list[Delivery]


class NotificationDetail(Wire):
    """A notification and how it was delivered."""

    notification: Notification
    deliveries: list[Delivery]


class KindWishes(Wire):
    """A kind of notification and by which channels it comes; ``name`` in the user's language."""

    kind: str
    name: str
    push: bool
    mail: bool
    escalates: bool


class QuietHours(Wire):
    """Minutes of the day."""

    begin: int
    end: int


class NotificationSettings(Wire):
    """How the user is reached. ``mailState``: whether this server can send mail. ``pushKey``: its key for browsers."""

    kinds: list[KindWishes]
    time_zone: str
    quiet_hours: QuietHours | None
    escalate_minutes: int
    mail_address: str
    mail_state: Literal["ready", "not_configured"]
    push_key: str


class PutKind(WireInput):
    """By which channels a kind comes."""

    kind: str = Field(max_length=60)
    push: bool
    mail: bool


class PutQuietHours(WireInput):
    """From ``begin`` until ``end``, over midnight when it is later: minutes of the day."""

    begin: Minutes
    end: Minutes


class PutNotificationSettings(WireInput):
    """All of it, in place of what was. ``escalateMinutes``: 0 for never."""

    kinds: list[PutKind] = Field(max_length=100)
    time_zone: str = Field(max_length=64)
    quiet_hours: PutQuietHours | None
    escalate_minutes: int = Field(ge=0, le=1440)


class PushKeys(WireInput):
    """Keys of a browser's subscription, base64url."""

    p256dh: str = Field(alias="p256dh", max_length=100, pattern=r"^[A-Za-z0-9_-]+=*$")
    auth: str = Field(max_length=50, pattern=r"^[A-Za-z0-9_-]+=*$")


class CreatePushSubscription(WireInput):
    """What ``PushSubscription.toJSON()`` of a browser gives, and what to call it."""

    endpoint: str = Field(max_length=1000)
    keys: PushKeys
    name: str = Field(min_length=1, max_length=200)


class PushSubscription(Wire):
    """A browser that takes pushes. ``current``: it is the one that asks."""

    id: PushSubscriptionId
    name: str
    current: bool
    created_at: datetime
    used_at: datetime | None


class PushSubscriptions(Items):
    """Browsers, the newest first."""

    items: list[PushSubscription]


class AnswerByToken(WireInput):
    """An answer from a push, with the token that came with it."""

    token: str = Field(min_length=1, max_length=100)
    decision: Literal["allow", "deny"]


class AnsweredByToken(Wire):
    """What has become of the question: ``allowed`` or ``denied``."""

    state: str
