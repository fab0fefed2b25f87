"""Failures of notifications and of their delivery."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class NotificationNotFoundError(OpenClawError):
    """No such notification, or not one of the user's."""

    code: ClassVar[str] = "notifications.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such notification."
    template_zh: ClassVar[str] = "没有这条通知。"


@dataclass(eq=False)
class DeliveryNotFoundError(OpenClawError):
    """No such delivery, or not one of the user's."""

    code: ClassVar[str] = "notifications.delivery_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such delivery."
    template_zh: ClassVar[str] = "没有这次发送。"


@dataclass(eq=False)
class DeliveryNotFailedError(OpenClawError):
    """Only a failed delivery is tried again."""

    code: ClassVar[str] = "notifications.delivery_not_failed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "It has not failed: it is {state}."
    template_zh: ClassVar[str] = "它没有失败，当前状态为 {state}。"

    state: str


@dataclass(eq=False)
class StickyError(OpenClawError):
    """A sticky notification stays until it was seen."""

    code: ClassVar[str] = "notifications.sticky"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "This notification stays until it was seen."
    template_zh: ClassVar[str] = "此通知在查看之前会一直保留。"


@dataclass(eq=False)
class MailQuotaError(OpenClawError):
    """The workspace has sent what it may in an hour."""

    code: ClassVar[str] = "notifications.mail_quota"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "This workspace has sent its {limit} mails of the hour."
    template_zh: ClassVar[str] = "此工作区本小时的 {limit} 封邮件额度已用完。"

    limit: int


@dataclass(eq=False)
class NoticeQuotaError(OpenClawError):
    """Plugins of the workspace have notified people as often as they may in an hour."""

    code: ClassVar[str] = "notifications.notice_quota"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "Plugins of this workspace have given their {limit} notifications of the hour."
    template_zh: ClassVar[str] = "此工作区的插件本小时的 {limit} 条通知额度已用完。"

    limit: int


@dataclass(eq=False)
class SubscriptionNotFoundError(OpenClawError):
    """No such browser, or not one of the user's."""

    code: ClassVar[str] = "notifications.browser_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such browser."
    template_zh: ClassVar[str] = "没有这个浏览器。"


@dataclass(eq=False)
class BrowserOnlyError(OpenClawError):
    """Pushes go to a signed-in browser."""

    code: ClassVar[str] = "notifications.browser_only"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    template: ClassVar[str] = "Only a signed-in browser can take pushes."
    template_zh: ClassVar[str] = "只有已登录的浏览器才能接收推送。"
