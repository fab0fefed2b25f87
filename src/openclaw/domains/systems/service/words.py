"""What differs between two states of a system, in words."""

from collections.abc import Iterable, Iterator, Mapping
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
_PARTS = {
    "title": ("the title", "标题"),
    "name": ("the name", "名称"),
    "text": ("the text", "文字"),
    "description": ("the description", "描述"),
    "role": ("the role", "角色"),
    "byPerson": ("who does it", "由谁完成"),
    "provider": ("the provider", "服务商"),
    "model": ("the model", "模型"),
    "skills": ("the skills", "技能"),
    "trigger": ("the trigger", "触发方式"),
    "enabled": ("whether it is on", "是否启用"),
}
_KINDS = {
    "added": ("was added", "已添加"),
    "removed": ("was removed", "已移除"),
    "changed": ("was changed", "已更改"),
}
_SHORT = 60


def describe(changes: Iterable[Change], language: str, *documents: Mapping[str, Any]) -> list[VaultChange]:
    """Changes with words for each, in their order. ``documents``: the states, the first of which names things best."""
    titles = {key: title for document in reversed(documents) for key, title in _titles(document)}
    return [
        VaultChange(
            kind=change.kind,
            path=change.path,
            words=_words(change, titles, 1 if language == "zh" else 0),
            before=change.before,
            after=change.after,
        )
        for change in changes
    ]


def _titles(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """What the things with an id are called, by field and id."""
    for field, held in document.items():
        for part in held if isinstance(held, list) else ():
            if isinstance(part, dict) and "id" in part and (title := part.get("title") or part.get("name")):
                yield (field, str(part["id"])), str(title)


def _words(change: Change, titles: Mapping[tuple[str, str], str], language: int) -> str:
    field, *rest = change.path.removeprefix("$.").split(".")
    subject = _FIELDS.get(field, (field, field))[language]
    if rest:
        # An id may have points in it: what is known by its whole name comes first.
        name, part = (".".join(rest), None)
        if (field, name) not in titles and len(rest) > 1 and rest[-1] in _PARTS:
            name, part = ".".join(rest[:-1]), _PARTS[rest[-1]][language]
        title = titles.get((field, name), name)
        subject += f"“{title}”" if language else f" “{title}”"
        if part is not None:
            subject += f"的{part}" if language else f": {part}"
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
