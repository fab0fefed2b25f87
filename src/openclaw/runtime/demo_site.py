"""How the demo model builds a website: by the form of a launch, in fixed stages, with real calls of tools.

What it writes is the same for the same form. Each stage is one reply; how far it is, it reads off the conversation.
"""

import hashlib
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from openclaw.runtime.demo_phrases import DemoCall
from openclaw.runtime.demo_reports import report
from openclaw.runtime.demo_site_pages import SiteForm, build_pages, build_plan, build_style

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage

COLLECT = "fs_collect"  # keeps a folder of the machine as a result
_FORM = re.compile(r"```openclaw-intake\n(?P<form>\{.*\})\n```")
_TEMPLATE = "website_development"
_MAX_PAGES = 8
_WORDS = {
    "en": {
        "plan": "**1. Plan** · {count} pages for “{name}”. I write the plan down first.",
        "pages": "**2. Pages** · I write the style sheet and {count} pages into `{folder}`.",
        "preview": "**3. Preview** · I look at what is there.",
        "export": "**4. Export** · I save the site as a result.",
        "saved": "The site “{name}” is saved as a result: {count} pages, each linked from every other, no scripts, "
        "nothing from other hosts. Look at the preview; **publishing is yours**, on the result's page.",
        "kept": "The site “{name}” is in `{folder}`: {count} pages, each linked from every other, no scripts, nothing "
        "from other hosts. Open `index.html` to look at it.",
        "failed": "I stop here, for something did not work:",
        "no_tools": "There is no linked machine to build the site on. Link one under **Devices** first.",
    },
    "zh": {
        "plan": "**1. 计划** · 为“{name}”制作 {count} 个页面。我先写下计划。",
        "pages": "**2. 页面** · 我把样式表和 {count} 个页面写入 `{folder}`。",
        "preview": "**3. 预览** · 我检查已写入的内容。",
        "export": "**4. 导出** · 我把网站保存为结果。",
        "saved": "网站“{name}”已保存为结果：{count} 个页面，互相链接，没有脚本，不从其他主机加载内容。"
        "请查看预览；**发布需手动确认**，请在结果页面操作。",
        "kept": "网站“{name}”已写入 `{folder}`：{count} 个页面，互相链接，没有脚本，不从其他主机加载内容。"
        "打开 `index.html` 即可查看。",
        "failed": "有步骤未成功，我在此停止：",
        "no_tools": "还没有可以制作网站的设备。请先在**设备**中连接一台。",
    },
}


@dataclass(frozen=True)
class SiteReply:
    """What is said at a stage, in ``language``, and the calls of its tools."""

    text: str
    language: str
    calls: tuple[DemoCall, ...] = ()


def build_site(history: "Sequence[ModelMessage]", said: str, tools: Collection[str]) -> SiteReply | None:
    """The next stage of the site that ``said`` asks for with its form; None when it asks for none."""
    asked = _read_form(said)
    if asked is None:
        return None
    form, language = asked
    words = _WORDS[language]
    if not tools:
        return SiteReply(words["no_tools"], language)
    replies = _since(history, said)
    failed = _failures(replies, language)
    if failed:
        return SiteReply("\n\n".join([words["failed"], *failed]), language)
    stage = sum(1 for message in replies if message.kind == "response")
    filled = {"name": form.name, "count": len(form.pages), "folder": form.folder}
    stages = ["plan", "pages", "preview", *(["export"] if COLLECT in tools else [])]
    if stage >= len(stages):
        ended = "saved" if COLLECT in tools else "kept"
        return SiteReply(words[ended].format(**filled), language)
    return SiteReply(words[stages[stage]].format(**filled), language, _calls(stages[stage], form))


def _calls(stage: str, form: SiteForm) -> tuple[DemoCall, ...]:
    def write(name: str, content: str) -> DemoCall:
        return DemoCall("fs_write", {"path": f"{form.folder}/{name}", "content": content})

    match stage:
        case "plan":  # beside the site: it is not published
            plan = {"path": form.folder.removesuffix("/site") + "/plan.md", "content": build_plan(form)}
            return (DemoCall("fs_write", plan),)
        case "pages":
            pages = build_pages(form)
            return (write("style.css", build_style(form)), *(write(name, pages[name]) for name in pages))
        case "preview":
            look = {"path": f"{form.folder}/index.html"}
            return (DemoCall("fs_list", {"path": form.folder}), DemoCall("fs_read", look))
        case _:
            kept = {"path": form.folder, "title": form.name, "kind": "site", "summary": form.purpose}
            return (DemoCall(COLLECT, kept),)


def _read_form(said: str) -> tuple[SiteForm, str] | None:
    """The form in what was said, and the language to answer in."""
    found = _FORM.search(said)
    if found is None:
        return None
    try:
        data: Any = json.loads(found["form"])
        if data["template"] != _TEMPLATE:
            return None
        intake = cast("dict[str, Any]", data["intake"])
        name = _line(intake["siteName"])
        folder = str(intake.get("folder") or "~/openclaw-sites").rstrip("/")
        form = SiteForm(
            name=name,
            purpose=_line(intake["purpose"]),
            audience=_line(intake.get("audience", "")),
            pages=tuple(_line(page) for page in intake["pages"][:_MAX_PAGES]),
            style=str(intake.get("style", "clean")),
            language="zh" if intake.get("language") == "zh" else "en",
            email=_line(intake.get("contactEmail", "")),
            folder=f"{folder}/{_slug(name)}/site",
        )
    except (ValueError, KeyError, TypeError):
        return None
    return form, "zh" if data.get("language") == "zh" else "en"


def _since(history: "Sequence[ModelMessage]", said: str) -> "Sequence[ModelMessage]":
    """What came after the message that asks for the site."""
    for index in range(len(history) - 1, -1, -1):
        parts = history[index].parts
        if any(part.part_kind == "user-prompt" and part.content == said for part in parts):
            return history[index + 1 :]
    return ()


def _failures(messages: "Sequence[ModelMessage]", language: str) -> list[str]:
    found: list[str] = []
    for message in messages:
        for part in message.parts:
            if part.part_kind != "tool-return":
                continue
            content: Any = part.content
            try:
                content = json.loads(content) if isinstance(content, str) else content
            except ValueError:
                continue
            if isinstance(content, dict) and cast("dict[str, Any]", content).get("error"):
                found.append(report(part.tool_name, content, language))
    return found


def _line(text: Any) -> str:
    return " ".join(str(text).split())


def _slug(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
    # A name without such letters still has a folder of its own: another site's files must not be written over.
    return words or f"site-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
