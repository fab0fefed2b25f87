"""Kinds of notifications: their words, and how each is delivered unless its user wants it otherwise. Pure."""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openclaw.kit.errors import OpenClawError

_LONGEST_TITLE = 200
_LONGEST_BODY = 5_000
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


@dataclass(frozen=True)
class Words:
    """A text in each language, with places for the data's members."""

    en: str
    zh: str

    def of(self, language: str) -> str:
        """The text in ``language``."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, kw_only=True)
class NoticeKind:
    """``label`` names it in the settings. ``escalates``: it is a question, told again when nobody answers.

    ``answers``: the route that takes the token of a push, where one answers it.
    """

    label: Words
    title: Words
    body: Words
    push: bool = True
    mail: bool = False
    escalates: bool = False
    answers: str | None = None


KINDS: dict[str, NoticeKind] = {
    "approval.asked": NoticeKind(
        label=Words("An approval is needed", "需要批准"),
        title=Words("{asker} asks to use {tool}", "{asker} 请求使用 {tool}"),
        body=Words("{summary}\n{device}", "{summary}\n{device}"),
        escalates=True,
        answers="/api/v2/approvals/answer",
    ),
    "run.failed": NoticeKind(
        label=Words("A conversation's run failed", "对话运行失败"),
        title=Words("A run failed", "运行失败"),
        body=Words("{error}", "{error}"),
    ),
    "task.failed": NoticeKind(
        label=Words("A task failed, was lost or took too long", "任务失败、失联或超时"),
        title=Words("Task failed: {title}", "任务失败：{title}"),
        body=Words("{error}", "{error}"),
    ),
    "task.not_moved": NoticeKind(
        label=Words("A task could not be handed over", "任务无法转移"),
        title=Words("Task not handed over: {title}", "任务未能转移：{title}"),
        body=Words("{error} The hand-over was given up.", "{error} 转移已取消。"),
    ),
    "task.nothing_worked": NoticeKind(
        label=Words("A task ended, but nothing that it tried worked", "任务已结束，但没有一步成功"),
        title=Words("Nothing worked in: {title}", "没有一步成功：{title}"),
        body=Words(
            "The task has ended, but every call of a tool failed or was refused ({count}). "
            "Do not rely on what it says it did.",
            "任务已结束，但所有工具调用都失败或被拒绝（{count} 次）。请勿轻信其所述结果。",
        ),
    ),
    "workflow.failed": NoticeKind(
        label=Words("A workflow failed", "工作流失败"),
        title=Words("Workflow failed: {title}", "工作流失败：{title}"),
        body=Words("{error}", "{error}"),
    ),
    "workflow.waiting": NoticeKind(
        label=Words("A workflow waits for an answer", "工作流等待答复"),
        title=Words("{title} waits for your answer", "{title} 在等待答复"),
        body=Words("{message}", "{message}"),
        escalates=True,
    ),
    "device.revoked": NoticeKind(
        label=Words("A machine was unlinked", "设备已解除连接"),
        title=Words("{device} is no longer linked", "{device} 已解除连接"),
        body=Words("Link it again on that machine to use it.", "如需继续使用，请在该设备上重新连接。"),
    ),
    "device.stolen": NoticeKind(
        label=Words("A machine was unlinked because its key may be stolen", "设备密钥疑似被盗，已解除连接"),
        title=Words("{device} was unlinked", "{device} 已解除连接"),
        body=Words(
            "An old key of its was used again, as happens when it was copied. Look at that machine before you link it.",
            "其旧密钥被重复使用，可能已被复制。请先检查该设备再重新连接。",
        ),
        mail=True,
    ),
    "security.password_changed": NoticeKind(
        label=Words("The password was changed", "密码已更改"),
        title=Words("Your password was changed", "密码已更改"),
        body=Words(
            "If that was not you, ask the server's operator for help.",
            "如果不是本人操作，请联系服务器运营者。",
        ),
        mail=True,
    ),
    "security.session_stolen": NoticeKind(
        label=Words("A session was ended because it may be stolen", "会话疑似被盗并已结束"),
        title=Words("A session of yours was ended", "一个会话已被结束"),
        body=Words(
            "Its key was used a second time, as happens when it was copied. Change your password.",
            "其密钥被重复使用，可能已被复制。请更改密码。",
        ),
        mail=True,
    ),
    "plugin.notice": NoticeKind(
        label=Words("A plugin tells you something", "插件通知"),
        title=Words("{title}", "{title}"),
        body=Words("{body}", "{body}"),
    ),
    "automation.notice": NoticeKind(
        label=Words("An automation tells you something", "自动化通知"),
        title=Words("{title}", "{title}"),
        body=Words("{body}", "{body}"),
    ),
    "automation.disabled": NoticeKind(
        label=Words("An automation was switched off after failures", "自动化因连续失败而停用"),
        title=Words("{name} was switched off", "{name} 已停用"),
        body=Words("It failed {failures} times in a row. {error}", "连续失败 {failures} 次。{error}"),
        mail=True,
    ),
    "automation.silent": NoticeKind(
        label=Words("An automation has not run as expected", "自动化未按预期运行"),
        title=Words("{name} has not run", "{name} 没有运行"),
        body=Words(
            "It is expected to run at least every {expectedSeconds} s.",
            "预期至少每 {expectedSeconds} 秒运行一次。",
        ),
        mail=True,
    ),
    "notification.test": NoticeKind(
        label=Words("A test", "测试"),
        title=Words("This is a test", "这是一条测试通知"),
        body=Words("Notifications reach you here.", "通知会送达这里。"),
        mail=True,
    ),
}

ACTIONS = {"allow": Words("Allow", "允许"), "deny": Words("Deny", "拒绝"), "open": Words("Open", "打开")}


class _Filling(string.Formatter):
    """Only names of members, and nothing for one that is missing: an older row may have fewer."""

    def get_field(self, field_name: str, args: Any, kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        return kwargs.get(field_name, ""), field_name


def words_of(kind: str, data: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Title and body. An error among the data (as it is stored) is said in its own words.

    A kind of another release is named as it is.
    """
    known = KINDS.get(kind)
    if known is None:
        return kind, ""
    said = {name: _said(value, language) for name, value in data.items()}
    title = _Filling().vformat(known.title.of(language), (), said)
    body = _Filling().vformat(known.body.of(language), (), said)
    return " ".join(_CONTROL.sub(" ", title).split())[:_LONGEST_TITLE], body.strip()[:_LONGEST_BODY]


def _said(value: Any, language: str) -> str:
    if isinstance(value, dict) and "code" in value and "data" in value:
        return OpenClawError.from_wire(value).words(language)
    return value if isinstance(value, str) else str(value)
