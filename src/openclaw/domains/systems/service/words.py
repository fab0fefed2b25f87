"""What differs between two states of a system, in words."""

from collections.abc import Iterable
from typing import Any

from openclaw.domains.systems.schemas import VaultChange
from openclaw.kit.differences import Change

_FIELDS = {
    "name": ("The name", "名称"),
    "description": ("The description", "描述"),
    "provider": ("The provider", "服务商"),
    "model": ("The model", "模型"),
    "skills": ("The skills", "技能"),
    "routing": ("The routing", "分派规则"),
    "deliverables": ("Deliverable", "交付物"),
    "stages": ("Stage", "阶段"),
    "resultSchema": ("The form of results", "成果格式"),
    "roles": ("Role", "角色"),
    "prompts": ("Prompt", "提示词"),
    "memory": ("The memory strategy", "记忆策略"),
    "permissions": ("The permission", "权限"),
    "bindings": ("The bindings", "绑定"),
    "automations": ("Automation", "自动化"),
    "artifacts": ("The list of results", "成果列表"),
}
_KINDS = {
    "added": ("was added", "已添加"),
    "removed": ("was removed", "已移除"),
    "changed": ("was changed", "已更改"),
}
_SHORT = 60


def describe(changes: Iterable[Change], language: str) -> list[VaultChange]:
    """Changes with words for each, in their order."""
    return [
        VaultChange(
            kind=change.kind,
            path=change.path,
            words=_words(change, 1 if language == "zh" else 0),
            before=change.before,
            after=change.after,
        )
        for change in changes
    ]


def _words(change: Change, language: int) -> str:
    field, *rest = change.path.removeprefix("$.").split(".")
    subject = _FIELDS.get(field, (field, field))[language]
    if rest:
        subject += f"“{'.'.join(rest)}”" if language else f" “{'.'.join(rest)}”"
    said = f"{subject}{'' if language else ' '}{_KINDS[change.kind][language]}"
    if change.kind == "changed" and _is_short(change.before) and _is_short(change.after):
        said += (
            f"：{_shown(change.before)} → {_shown(change.after)}"
            if language
            else (f": {_shown(change.before)} → {_shown(change.after)}")
        )
    return said


def _is_short(value: Any) -> bool:
    return value is None or isinstance(value, bool | int) or (isinstance(value, str) and len(value) <= _SHORT)


def _shown(value: Any) -> str:
    return "–" if value is None or value == "" else str(value)
