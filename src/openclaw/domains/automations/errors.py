"""What can go wrong with automations, their runs and their webhooks."""

from dataclasses import dataclass
from typing import ClassVar

from openclaw.kit.errors import Kind, OpenClawError


@dataclass(eq=False)
class AutomationNotFoundError(OpenClawError):
    """No such automation, run or webhook, or not one of the user's."""

    code: ClassVar[str] = "automations.not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    template: ClassVar[str] = "There is no such automation."
    template_zh: ClassVar[str] = "自动化不存在。"


@dataclass(eq=False)
class AutomationConflictError(OpenClawError):
    """It was changed in between: the entity tag is another one by now."""

    code: ClassVar[str] = "automations.conflict"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "Somebody has changed it in between (version {version}). Load it first."
    template_zh: ClassVar[str] = "其间已被修改（版本 {version}），请先重新加载。"

    version: int


@dataclass(eq=False)
class TooManyAutomationsError(OpenClawError):
    """The user has as many as there may be."""

    code: ClassVar[str] = "automations.too_many"
    kind: ClassVar[Kind] = Kind.QUOTA
    template: ClassVar[str] = "There may be {limit} automations at most."
    template_zh: ClassVar[str] = "自动化数量不能超过 {limit} 个。"

    limit: int


@dataclass(eq=False)
class AutomationDisabledError(OpenClawError):
    """It is switched off."""

    code: ClassVar[str] = "automations.disabled"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The automation is switched off."
    template_zh: ClassVar[str] = "该自动化已停用。"


@dataclass(eq=False)
class NotAWebhookError(OpenClawError):
    """It is set off by something else than a webhook."""

    code: ClassVar[str] = "automations.not_a_webhook"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The automation has no webhook."
    template_zh: ClassVar[str] = "该自动化没有 webhook。"


@dataclass(eq=False)
class UnknownActionError(OpenClawError):
    """This release has no such action or event."""

    code: ClassVar[str] = "automations.unknown_action"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "There is no {name}; there are: {known}."
    template_zh: ClassVar[str] = "没有 {name}；可用的有：{known}。"

    name: str
    known: str


@dataclass(eq=False)
class ReplayedDeliveryError(OpenClawError):
    """A delivery of that id was accepted before."""

    code: ClassVar[str] = "automations.replayed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "A delivery of that id was accepted before."
    template_zh: ClassVar[str] = "该投递 ID 此前已被接收。"


@dataclass(eq=False)
class CriteriaNotMetError(OpenClawError):
    """The action ended well, and the automation's own criteria say that it did not succeed."""

    code: ClassVar[str] = "automations.criteria_not_met"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The success criteria are not met."
    template_zh: ClassVar[str] = "未满足成功条件。"


@dataclass(eq=False)
class ActionFailedError(OpenClawError):
    """What the automation set going has failed."""

    code: ClassVar[str] = "automations.action_failed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The action failed: {reason}"
    template_zh: ClassVar[str] = "动作执行失败：{reason}"

    reason: str


@dataclass(eq=False)
class ReceiverFailedError(OpenClawError):
    """The receiver of a webhook did not take it, and may yet."""

    code: ClassVar[str] = "automations.receiver_failed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    template: ClassVar[str] = "The receiver did not take it: {reason}"
    template_zh: ClassVar[str] = "接收方未接收：{reason}"

    reason: str


@dataclass(eq=False)
class ReceiverRefusedError(OpenClawError):
    """The receiver of a webhook cannot be reached from here, or refuses for good."""

    code: ClassVar[str] = "automations.receiver_refused"
    kind: ClassVar[Kind] = Kind.INVALID
    template: ClassVar[str] = "The receiver cannot take it: {reason}"
    template_zh: ClassVar[str] = "接收方无法接收：{reason}"

    reason: str
