"""The demo model: deterministic rules in place of a model, so that the whole loop can be seen without a key.

It says of itself that it is a demo. What it asks for are real tool calls, with real approvals and results.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from openclaw.runtime.demo_digest import digest
from openclaw.runtime.demo_phrases import DemoCall, understand
from openclaw.runtime.demo_reports import report
from openclaw.runtime.demo_site import build_site
from openclaw.runtime.history import first_words

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage

_PIECE = 6  # characters: small enough to be seen streaming

_LABEL = {"en": "**Demo model** · ", "zh": "**演示模型** · "}
_HELP = {
    "en": (
        "I am not a language model: I follow a few fixed rules so that you can try OpenClaw without an API key. "
        "I understand, for example:\n\n"
        "- `create notes.txt with three lines in ~/Documents`\n"
        "- `list the files in ~/Documents`\n"
        "- `read ~/Documents/notes.txt`\n"
        '- `replace "old" with "new" in ~/Documents/notes.txt`\n'
        '- `search "word" in ~/Documents`\n'
        "- `run uname -a`\n"
        "- `system info`\n\n"
        "To talk freely, add a model provider (OpenAI-compatible, Anthropic, Google, or a local server such as "
        "Ollama) under **Settings → Model providers**."
    ),
    "zh": (
        "我不是语言模型，只按几条固定规则工作，无需 API 密钥即可体验 OpenClaw。我能听懂，例如：\n\n"
        "- `在 ~/Documents 创建 notes.txt，写三行`\n"
        "- `列出 ~/Documents`\n"
        "- `读取 ~/Documents/notes.txt`\n"
        "- `把 ~/Documents/notes.txt 里的“旧”改成“新”`\n"
        "- `在 ~/Documents 搜索 关键词`\n"
        "- `运行 uname -a`\n"
        "- `系统信息`\n\n"
        "想自由对话，请在**设置 → 模型服务商**中添加一个（OpenAI 兼容、Anthropic、Google，或 Ollama 之类的本地服务）。"
    ),
}
_NO_TOOLS = {
    "en": "I understand, but there is no linked machine to do it on. Link one under **Devices** first.",
    "zh": "我听懂了，但还没有可以操作的机器。请先在**设备**中连接一台。",
}
_WILL = {
    "fs_write": {"en": "I will create `{path}`.", "zh": "我来创建 `{path}`。"},
    "fs_edit": {"en": "I will edit `{path}`.", "zh": "我来修改 `{path}`。"},
    "fs_list": {"en": "I will list `{path}`.", "zh": "我来列出 `{path}`。"},
    "fs_read": {"en": "I will read `{path}`.", "zh": "我来读取 `{path}`。"},
    "fs_search": {"en": "I will search `{path}` for “{query}”.", "zh": "我在 `{path}` 中搜索“{query}”。"},
    "exec": {"en": "I will run `{command}`.", "zh": "我来运行 `{command}`。"},
    "system_info": {"en": "I will look at the machine.", "zh": "我来看看这台机器。"},
}


@dataclass(frozen=True)
class DemoAnswer:
    """What the demo model says, and the tools it calls."""

    text: str
    calls: tuple[DemoCall, ...] = ()


def answer(history: "Sequence[ModelMessage]", *, tools: Collection[str]) -> DemoAnswer:
    """The reply to the last message of ``history``: a report on tool results, a call, or what the demo can do.

    ``tools`` are the names of those that it may call.
    """
    said = next((words for message in reversed(history) if (words := first_words(message))), "")
    language = "zh" if any("\u4e00" <= character <= "\u9fff" for character in said) else "en"
    if (site := build_site(history, said, tools)) is not None:
        label = _LABEL[site.language].removesuffix(" · ")
        return DemoAnswer(f"{label}\n\n{site.text}", site.calls)  # a stage begins with a line of its own
    results = [part for part in history[-1].parts if part.part_kind == "tool-return"] if history else []
    if results:
        lines = [report(part.tool_name, _decoded(part.content), language) for part in results]
        return DemoAnswer(_LABEL[language] + "\n\n".join(lines))
    if (summary := digest(said, language)) is not None:
        return DemoAnswer(_LABEL[language] + summary)
    call = understand(said)
    if call is None:
        return DemoAnswer(_LABEL[language] + _HELP[language])
    if not tools:
        return DemoAnswer(_LABEL[language] + _NO_TOOLS[language])
    return DemoAnswer(_LABEL[language] + _WILL[call.name][language].format(**call.arguments), (call,))


def pieces(text: str) -> Iterator[str]:
    """``text`` as it would stream."""
    for start in range(0, len(text), _PIECE):
        yield text[start : start + _PIECE]


def _decoded(content: Any) -> Any:
    if not isinstance(content, str):
        return content
    try:
        return json.loads(content)
    except ValueError:
        return content
