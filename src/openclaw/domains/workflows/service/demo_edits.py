"""What the demo model can change in a workflow: a few phrasings in English and Chinese, each for one real edit."""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Steps = list[dict[str, Any]]


@dataclass(frozen=True)
class DemoEdit:
    """The definition after the edit, and what was done in the language it was asked in."""

    definition: dict[str, Any]
    explanation: str


_STEP = r"[\"'“「`]?(?P<step>[A-Za-z_][A-Za-z0-9_]*)[\"'”」`]?"
_UNITS = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86_400,
    "秒": 1,
    "分": 60,
    "小时": 3600,
    "天": 86_400,
}
_TEXTS = {
    "en": {
        "approval": "Added an approval {where} `{step}`: the run waits there until somebody agrees.",
        "delay": "Added a wait of {seconds} seconds {where} `{step}`.",
        "removed": "Removed `{step}`; what came before it now leads to what came after.",
        "retry": "`{step}` is now tried again up to {count} times when it fails.",
        "renamed": "The workflow is now called “{name}”.",
        "no_step": "There is no step `{step}` in the main line of this workflow. Its steps are: {steps}.",
        "no_retry": "`{step}` is worked out here and cannot be tried again.",
        "last": "`{step}` is the only step; a workflow needs one.",
        "before": "before",
        "after": "after",
        "help": (
            "I am the demo model and follow fixed rules. I understand, for example: “add an approval before fetch”, "
            "“wait 10 minutes after fetch”, “remove fetch”, “retry fetch 3 times”, “rename it to Daily report”. "
            "For everything else add a model provider in the settings."
        ),
        "question": "Go on with {step}?",
    },
    "zh": {
        "approval": "已在 `{step}` {where}添加审批：运行会在此等待，直到有人同意。",
        "delay": "已在 `{step}` {where}添加 {seconds} 秒的等待。",
        "removed": "已删除 `{step}`，其前后的步骤已直接相连。",
        "retry": "`{step}` 失败时最多重试 {count} 次。",
        "renamed": "工作流已改名为“{name}”。",
        "no_step": "此工作流的主线中没有步骤 `{step}`。现有步骤：{steps}。",
        "no_retry": "`{step}` 由引擎自行计算，无法重试。",
        "last": "`{step}` 是唯一的步骤，工作流至少需要一个步骤。",
        "before": "之前",
        "after": "之后",
        "help": (
            "我是演示模型，只按固定规则工作。我能听懂，例如：“在 fetch 之前添加审批”、“在 fetch 之后等待 10 分钟”、"
            "“删除 fetch”、“fetch 重试 3 次”、“改名为 每日报告”。其他修改请先在设置中添加模型服务商。"
        ),
        "question": "是否继续执行 {step}？",
    },
}
_WORKED_OUT = frozenset({"loop", "parallel", "condition", "transform", "delay"})
_I = re.IGNORECASE


def edit(definition: dict[str, Any], words: str) -> DemoEdit:
    """The edit that ``words`` ask for; the definition as it was, with words on what is understood, when it is none."""
    texts = _TEXTS["zh" if re.search(r"[\u4e00-\u9fff]", words) else "en"]
    said = words.strip().rstrip(".。!！")
    changed = copy.deepcopy(definition)
    for pattern, act in _RULES:
        match = pattern.search(said)
        if match is None:
            continue
        name = match.groupdict().get("step")
        steps = changed.get("steps")
        if name is not None and (not isinstance(steps, list) or _find(steps, name) is None):
            known = ", ".join(f"`{s['id']}`" for s in steps or () if isinstance(s, dict) and "id" in s)
            return DemoEdit(definition, texts["no_step"].format(step=name, steps=known or "–"))
        return DemoEdit(changed, act(changed, match, texts))
    return DemoEdit(definition, texts["help"])


def _approval(raw: dict[str, Any], match: re.Match[str], texts: dict[str, str]) -> str:
    step, where = match["step"], _where(match)
    made = {"type": "approval", "config": {"message": texts["question"].format(step=step)}}
    _insert(raw, step, f"approve_{step}", made, is_before=where == "before")
    return texts["approval"].format(step=step, where=texts[where])


def _delay(raw: dict[str, Any], match: re.Match[str], texts: dict[str, str]) -> str:
    step, where = match["step"], _where(match)
    unit = next(size for name, size in _UNITS.items() if match["unit"].lower().startswith(name))
    seconds = min(int(match["count"]) * unit, 31_536_000)
    made = {"type": "delay", "config": {"for": seconds}}
    _insert(raw, step, f"wait_{where}_{step}", made, is_before=where == "before")
    return texts["delay"].format(step=step, where=texts[where], seconds=seconds)


def _remove(raw: dict[str, Any], match: re.Match[str], texts: dict[str, str]) -> str:
    step, steps = match["step"], raw["steps"]
    if len(steps) == 1:
        return texts["last"].format(step=step)
    gone = _find(steps, step)
    assert gone is not None
    steps.remove(gone)
    following: list[str] = list(gone.get("next_steps") or ())
    _redirect(steps, step, following)
    for other in steps:
        if other.get("on_failure") == step:
            del other["on_failure"]
    if isinstance(raw.get("layout"), dict):
        raw["layout"].pop(step, None)
    return texts["removed"].format(step=step)


def _retry(raw: dict[str, Any], match: re.Match[str], texts: dict[str, str]) -> str:
    found = _find(raw["steps"], match["step"])
    assert found is not None
    if found.get("type") in _WORKED_OUT:
        return texts["no_retry"].format(step=match["step"])
    count = max(1, min(int(match["count"]), 20))
    found["retries"] = {**(found.get("retries") or {}), "max": count}
    return texts["retry"].format(step=match["step"], count=count)


def _rename(raw: dict[str, Any], match: re.Match[str], texts: dict[str, str]) -> str:
    raw["name"] = match["name"].strip(" \"'“”「」")[:100]
    return texts["renamed"].format(name=raw["name"])


_WHERE = r"(?P<where>before|after)"
_UNIT = r"(?P<count>\d{1,7})\s*(?P<unit>seconds?|minutes?|hours?|days?)"
_UNIT_ZH = r"(?P<count>\d{1,7})\s*(?:个)?(?P<unit>秒|分钟?|小时|天)"
_WHERE_ZH = r"(?:步骤)?\s*(?P<where>之?前|之?后)面?"
_Act = Callable[[dict[str, Any], re.Match[str], dict[str, str]], str]
_RULES: tuple[tuple[re.Pattern[str], _Act], ...] = (
    (re.compile(rf"approval\s+{_WHERE}\s+(?:the\s+)?(?:step\s+)?{_STEP}", _I), _approval),
    (re.compile(rf"{_STEP}\s*{_WHERE_ZH}.*(?:审批|批准|确认)"), _approval),
    (re.compile(rf"wait\s+(?:for\s+)?{_UNIT}\s+{_WHERE}\s+(?:the\s+)?(?:step\s+)?{_STEP}", _I), _delay),
    (re.compile(rf"{_STEP}\s*{_WHERE_ZH}.*等待?\s*{_UNIT_ZH}"), _delay),
    (re.compile(rf"^(?:remove|delete|drop)\s+(?:the\s+)?(?:step\s+)?{_STEP}$", _I), _remove),
    (re.compile(rf"^(?:删除|去掉|移除)\s*(?:步骤)?\s*{_STEP}$"), _remove),
    (
        re.compile(
            rf"retry\s+(?:the\s+)?(?:step\s+)?{_STEP}\s+(?:up\s+to\s+)?(?P<count>\d{{1,3}})\s+times", _I
        ),
        _retry,
    ),
    (re.compile(rf"{_STEP}\s*(?:失败时)?(?:最多)?重试\s*(?P<count>\d{{1,3}})\s*次"), _retry),
    (re.compile(r"(?:rename|call)\s+(?:it|the\s+workflow|this)\s+(?:to\s+)?(?P<name>\S.*)$", _I), _rename),
    (re.compile(r"(?:改名|重命名)(?:为|成)\s*(?P<name>\S.*)$"), _rename),
)


def _where(match: re.Match[str]) -> str:
    return "before" if match["where"].lower() in ("before", "前", "之前") else "after"


def _find(steps: Steps, name: str) -> dict[str, Any] | None:
    return next((s for s in steps if isinstance(s, dict) and s.get("id") == name), None)


def _insert(raw: dict[str, Any], step: str, wanted: str, made: dict[str, Any], *, is_before: bool) -> None:
    """Put a step into the line before or after another one."""
    steps: Steps = raw["steps"]
    taken = set(re.findall(r'"id": "([^"]+)"', json.dumps(steps)))
    name = wanted[:60]
    while name in taken:
        name = f"{name[:58]}_2" if not name[-1].isdigit() else f"{name[:-1]}{int(name[-1]) + 1}"
    at = _find(steps, step)
    assert at is not None
    if is_before:
        _redirect(steps, step, [name])
        made = {"id": name, **made, "next_steps": [step]}
        for other in steps:
            if other.get("on_failure") == step:
                other["on_failure"] = name
    else:
        made = {"id": name, **made, "next_steps": list(at.get("next_steps") or ())}
        at["next_steps"] = [name]
    if not made["next_steps"]:
        del made["next_steps"]
    steps.insert(steps.index(at) + (0 if is_before else 1), made)


def _redirect(steps: Steps, step: str, to: list[str]) -> None:
    """Lead to ``to`` wherever something leads to ``step``."""
    for other in steps:
        config = other.get("config")
        holders = [(other, "next_steps")]
        if isinstance(config, dict) and other.get("type") == "condition":
            holders += [(config, "default"), *((case, "next_steps") for case in config.get("cases") or ())]
        for holder, field in holders:
            if isinstance(holder, dict) and step in (holder.get(field) or ()):
                line = [found for name in holder[field] for found in (to if name == step else [name])]
                holder[field] = list(dict.fromkeys(line))
