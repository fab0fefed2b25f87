"""What the demo model says of a tool's result, good or bad, in English and Chinese."""

from collections.abc import Callable
from typing import Any

_MAX_TEXT = 4000
_MAX_ENTRIES = 50

_FAILED = {
    "denied": {"en": "Not done: you said no.", "zh": "没有执行：此操作已被拒绝。"},
    "expired": {
        "en": "Not done: nobody answered the approval in time.",
        "zh": "没有执行：审批超时，无人答复。",
    },
    "denied_by_local_policy": {
        "en": "Not done: the policy on that machine refuses it.",
        "zh": "没有执行：那台机器的本地策略拒绝了它。",
    },
    "not_found": {"en": "That does not exist on the machine.", "zh": "机器上没有这个文件或文件夹。"},
    "conflict": {
        "en": "The text to replace is not there, or not only once.",
        "zh": "要替换的文字不存在，或不止一处。",
    },
    "permission": {"en": "The machine does not permit it.", "zh": "机器上没有权限。"},
    "interrupted": {
        "en": "It was interrupted on the machine; I cannot tell whether it took effect.",
        "zh": "操作在机器上被中断，无法确定是否已生效。",
    },
    "no_device": {
        "en": "No machine is linked to do it on. Link one under **Devices**, and do this again.",
        "zh": "还没有可以操作的设备。请先在**设备**中连接一台，然后再做一次。",
    },
    "cancelled": {"en": "It was cancelled.", "zh": "操作已取消。"},
    "aborted": {"en": "It was stopped.", "zh": "操作已停止。"},
}
_FAILED_OTHERWISE = {"en": "It did not work.", "zh": "没有成功。"}


def report(tool: str, result: Any, language: str) -> str:
    """One paragraph (or list) on the result of ``tool``; an ``error`` member means that it failed."""
    if isinstance(result, dict) and result.get("error"):
        return _failure(result["error"], language)
    described = _REPORTS.get(tool)
    if described is None or not isinstance(result, dict):
        return _fenced(str(result))
    return described(result, language == "zh")


def _failure(error: Any, language: str) -> str:
    details = error if isinstance(error, dict) else {"message": str(error)}
    code = str(details.get("code", "")).rsplit(".", 1)[-1].lower()
    words = _FAILED.get(code, _FAILED_OTHERWISE)[language]
    said = str(details.get("reason") or details.get("message") or "").strip()
    return f"{words} ({said})" if said and code != "no_device" else words


def _write(result: dict[str, Any], chinese: bool) -> str:
    path, size = result.get("path"), result.get("bytes")
    if chinese:
        return f"已{'创建' if result.get('created') else '改写'} `{path}`（{size} 字节）。"
    return f"{'Created' if result.get('created') else 'Replaced'} `{path}` ({size} bytes)."


def _edit(result: dict[str, Any], chinese: bool) -> str:
    path, count, diff = result.get("path"), result.get("replacements"), result.get("diff") or ""
    head = f"已在 `{path}` 中替换 {count} 处。" if chinese else f"Replaced {count} in `{path}`."
    return f"{head}\n\n{_fenced(diff, 'diff')}" if diff else head


def _list(result: dict[str, Any], chinese: bool) -> str:
    entries = result.get("entries") or []
    path = result.get("path")
    if not entries:
        return f"`{path}` 是空的。" if chinese else f"`{path}` is empty."
    lines = [
        f"- `{entry.get('name')}{'/' if entry.get('type') == 'folder' else ''}`"
        for entry in entries[:_MAX_ENTRIES]
    ]
    if len(entries) > _MAX_ENTRIES or result.get("truncated"):
        lines.append("- …")
    count = len(entries)
    head = f"`{path}` 中有 {count} 项：" if chinese else f"`{path}` holds {count}:"
    return "\n".join([head, "", *lines])


def _read(result: dict[str, Any], chinese: bool) -> str:
    path = result.get("path")
    if result.get("binary"):
        return f"`{path}` 不是文本文件。" if chinese else f"`{path}` is not a text file."
    head = f"`{path}` 的内容：" if chinese else f"`{path}` says:"
    more = ("（未显示完）" if chinese else "(there is more)") if result.get("truncated") else ""
    return f"{head}\n\n{_fenced(str(result.get('content', '')))}{more}"


def _search(result: dict[str, Any], chinese: bool) -> str:
    matches = result.get("matches") or []
    if not matches:
        return "没有找到。" if chinese else "Nothing found."
    lines = [
        f"- `{m.get('path')}:{m.get('line')}` {str(m.get('text', '')).strip()}"
        for m in matches[:_MAX_ENTRIES]
    ]
    head = f"找到 {len(matches)} 处：" if chinese else f"Found {len(matches)}:"
    return "\n".join([head, "", *lines])


def _exec(result: dict[str, Any], chinese: bool) -> str:
    if result.get("timedOut"):
        head = "命令超时，已被终止。" if chinese else "The command took too long and was ended."
    elif result.get("cancelled"):
        head = "命令已取消。" if chinese else "The command was cancelled."
    else:
        code = result.get("exitCode")
        ending = result.get("signal") if code is None else code
        head = f"命令结束，退出码 {ending}。" if chinese else f"The command ended with exit code {ending}."
    shown = [_fenced(str(result[name])) for name in ("stdout", "stderr") if result.get(name)]
    return "\n\n".join([head, *shown])


def _system(result: dict[str, Any], chinese: bool) -> str:
    memory = int(result.get("memoryBytes") or 0) / 2**30
    rows = (
        ("主机" if chinese else "Host", result.get("hostname")),
        (
            "系统" if chinese else "System",
            f"{result.get('system')} {result.get('release')} ({result.get('machine')})",
        ),
        ("处理器" if chinese else "Processors", result.get("cpuCount")),
        ("内存" if chinese else "Memory", f"{memory:.1f} GiB"),
        ("用户" if chinese else "User", result.get("user")),
        ("主目录" if chinese else "Home folder", result.get("home")),
    )
    return "\n".join(f"- {name}: {value}" for name, value in rows)


def _fenced(text: str, kind: str = "") -> str:
    shown = text if len(text) <= _MAX_TEXT else "…" + text[-_MAX_TEXT:]
    fence = "```" if "```" not in shown else "`````"
    return f"{fence}{kind}\n{shown.rstrip()}\n{fence}"


_REPORTS: dict[str, Callable[[dict[str, Any], bool], str]] = {
    "fs_write": _write,
    "fs_edit": _edit,
    "fs_list": _list,
    "fs_read": _read,
    "fs_search": _search,
    "exec": _exec,
    "system_info": _system,
}
