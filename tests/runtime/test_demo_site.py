"""The demo model's website: what it writes for a form, stage by stage, and that nothing in a form gets out of hand."""

import json
import re
from html.parser import HTMLParser
from typing import Any

from pydantic_ai.messages import ModelMessage

from openclaw.runtime.demo import DemoAnswer, answer
from openclaw.runtime.demo_site import COLLECT
from openclaw.runtime.history import ToolOutcome, assistant_message, tool_message, user_message

TOOLS = {"fs_write", "fs_list", "fs_read", COLLECT}
FORM: dict[str, Any] = {
    "siteName": "Tea & Sons",
    "purpose": "Sell tea.",
    "audience": "tea drinkers",
    "pages": ["Home", "About", "Our teas", "Contact"],
    "style": "warm",
    "language": "en",
    "contactEmail": "hello@tea.example",
    "folder": "~/sites",
    "notes": "",
}


def asked(speaks: str = "en", **changes: Any) -> str:
    form = {"template": "website_development", "language": speaks, "intake": FORM | changes}
    return f"Build it.\n\n```openclaw-intake\n{json.dumps(form)}\n```"


def built(said: str, tools: set[str] = TOOLS) -> tuple[list[DemoAnswer], dict[str, str]]:
    """All replies to the request, each call of which works, and the files that were written."""
    history: list[ModelMessage] = [user_message(said)]
    replies, files = list[DemoAnswer](), dict[str, str]()
    while not replies or replies[-1].calls:
        replies.append(answer(history, tools=tools))
        history.append(assistant_message(replies[-1].text))
        outcomes = []
        for number, call in enumerate(replies[-1].calls):
            if call.name == "fs_write":
                files[call.arguments["path"]] = call.arguments["content"]
            outcomes.append(ToolOutcome(f"c{number}", call.name, {"path": "x"}))
        if outcomes:
            history.append(tool_message(outcomes))
    return replies, files


class Page(HTMLParser):
    """What a page links to, and which elements it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_a_form_becomes_a_whole_site_in_stages() -> None:
    replies, files = built(asked())
    assert [[call.name for call in reply.calls] for reply in replies] == [
        ["fs_write"],
        ["fs_write"] * 5,
        ["fs_list", "fs_read"],
        [COLLECT],
        [],
    ]
    assert all(reply.text.startswith("**Demo model**\n\n") for reply in replies)
    names = {path.removeprefix("~/sites/tea-sons/site/") for path in files} - {"~/sites/tea-sons/plan.md"}
    assert len(names) == len(files) - 1, "the plan is beside the site, which is kept whole"
    assert names == {"style.css", "index.html", "about.html", "our-teas.html", "contact.html"}
    for path, text in files.items():
        if not path.endswith(".html"):
            continue
        page = Page(text)
        local = [link for link in page.links if not link.startswith(("#", "mailto:"))]
        assert set(local) <= names, path
        assert {"index.html", "about.html", "our-teas.html", "contact.html"} <= set(local), path
        assert not {"script", "iframe", "form"} & set(page.tags)
        assert page.tags.count("h1") == 1
        assert "Tea &amp; Sons" in text
        assert '<meta name="description"' in text
    assert "mailto:hello@tea.example" in files["~/sites/tea-sons/site/contact.html"]
    assert replies[3].calls[0].arguments == {
        "path": "~/sites/tea-sons/site",
        "title": "Tea & Sons",
        "kind": "site",
        "summary": "Sell tea.",
    }
    assert built(asked()) == (replies, files), "the same form, the same site"


def test_a_hostile_form_stays_text() -> None:
    attack = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    pages = ["../../etc/passwd", attack, "首页", "Same", "same"]
    _, files = built(
        asked(siteName=attack, purpose=attack, audience=attack, pages=pages, contactEmail=attack)
    )
    assert len(files) == 7
    for path, text in files.items():
        assert re.fullmatch(r"~/sites/[a-z0-9-]+/(plan\.md|site/[a-z0-9-]+\.(css|html))", path), path
        if path.endswith(".html"):
            page = Page(text)
            assert not {"script", "img"} & set(page.tags)
            assert not [link for link in page.links if link.startswith(("http", "javascript"))]


def test_it_speaks_chinese_and_builds_in_either_language() -> None:
    replies, files = built(asked("zh", siteName="茶铺", pages=["首页", "联系"], language="zh"))
    assert replies[0].text.startswith("**演示模型**\n\n**1. 计划**")
    (folder,) = {path.removesuffix("/plan.md") for path in files if path.endswith("/plan.md")}
    assert re.fullmatch(r"~/sites/site-[0-9a-f]{6}", folder)
    names = ("plan.md", "site/style.css", "site/index.html", "site/page-2.html")
    assert set(files) == {f"{folder}/{name}" for name in names}
    assert '<html lang="zh">' in files[f"{folder}/site/index.html"]
    _, others = built(asked("zh", siteName="书店", pages=["首页", "联系"], language="zh"))
    assert not set(files) & set(others), "another site has a folder of its own"


def test_it_stops_when_something_does_not_work() -> None:
    refused = {"error": {"code": "denied", "message": "no"}}
    history = [
        user_message(asked()),
        assistant_message("…"),
        tool_message([ToolOutcome("c", "fs_write", refused, is_error=True)]),
    ]
    reply = answer(history, tools=TOOLS)
    assert reply.calls == ()
    assert "you said no" in reply.text


def test_it_says_what_it_cannot_do() -> None:
    assert "no linked machine" in answer([user_message(asked())], tools=()).text
    replies, _ = built(asked(), {"fs_write", "fs_list", "fs_read"})
    assert len(replies) == 4
    assert "Open `index.html`" in replies[-1].text, "where results cannot be saved, the files are told of"
    for broken in ("```openclaw-intake\n{}\n```", '```openclaw-intake\n{"template": 1}\n```'):
        assert answer([user_message(broken)], tools=TOOLS).calls == ()
