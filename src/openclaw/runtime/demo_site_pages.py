"""The files of the demo model's websites: plain HTML and CSS, made of what the form says."""

import re
from dataclasses import dataclass
from html import escape

_STYLES = {
    "clean": ("#ffffff", "#1c2430", "#0b5cad", "#f2f5f9", "system-ui, sans-serif"),
    "warm": ("#fffaf3", "#3a2a1d", "#9a3b12", "#f8ecdc", "Georgia, 'Songti SC', serif"),
    "bold": ("#10131a", "#f4f6fb", "#ffd166", "#1b2130", "'Avenir Next', system-ui, sans-serif"),
}
_CONTACT = re.compile(r"contact|impressum|联系|聯繫", re.IGNORECASE)
_ABOUT = re.compile(r"about|story|team|关于|關於|故事|团队", re.IGNORECASE)
_WORDS = {
    "en": {
        "skip": "Skip to the content",
        "menu": "Pages",
        "for": "For {audience}",
        "more": "Read more: {page}",
        "what": "What you find here",
        "page_of": "{page} – what {name} has for you here.",
        "about": "{name} has one purpose: {purpose}",
        "about_next": "Who we are",
        "contact": "Write to us. We answer every message ourselves.",
        "contact_none": "Talk to us in person; we look forward to it.",
        "write": "Write to {email}",
        "home": "Back to {page}",
        "footer": "{name} · {purpose}",
    },
    "zh": {
        "skip": "跳到内容",
        "menu": "页面",
        "for": "面向{audience}",
        "more": "了解更多：{page}",
        "what": "这里有什么",
        "page_of": "{page}：{name}的相关内容。",
        "about": "{name}的宗旨：{purpose}",
        "about_next": "我们是谁",
        "contact": "欢迎来信，我们会亲自回复每一封。",
        "contact_none": "欢迎当面交流，期待见面。",
        "write": "写信至 {email}",
        "home": "返回{page}",
        "footer": "{name} · {purpose}",
    },
}


@dataclass(frozen=True)
class SiteForm:
    """What a person filled in. ``folder`` is the site's own."""

    name: str
    purpose: str
    audience: str
    pages: tuple[str, ...]
    style: str
    language: str
    email: str
    folder: str


def file_names(form: SiteForm) -> list[str]:
    """The file of each page, in order; the first is index.html, and no name is there twice."""
    found = ["index.html"]
    for number, page in enumerate(form.pages[1:], start=2):
        slug = re.sub(r"[^a-z0-9]+", "-", page.lower()).strip("-")[:40]
        name = f"{slug}.html" if slug else f"page-{number}.html"
        found.append(f"page-{number}.html" if name in found else name)
    return found


def build_plan(form: SiteForm) -> str:
    """The plan, in Markdown."""
    lines = [f"# {form.name}", "", form.purpose, ""]
    lines += [f"- {page}: `{name}`" for page, name in zip(form.pages, file_names(form), strict=True)]
    if form.audience:
        lines += ["", f"→ {form.audience}"]
    return "\n".join([*lines, "", f"style: {form.style} · language: {form.language}", ""])


def build_pages(form: SiteForm) -> dict[str, str]:
    """Each page's HTML by the name of its file."""
    names = file_names(form)
    return {name: _page(form, names, index) for index, name in enumerate(names)}


def build_style(form: SiteForm) -> str:
    """The style sheet."""
    ground, ink, accent, panel, font = _STYLES.get(form.style, _STYLES["clean"])
    return f"""\
:root {{ --ground: {ground}; --ink: {ink}; --accent: {accent}; --panel: {panel}; }}
* {{ box-sizing: border-box; }}
body {{ margin: 0; background: var(--ground); color: var(--ink); font: 1.0625rem/1.6 {font}; }}
header, main, footer {{ max-width: 60rem; margin: 0 auto; padding: 1.5rem 1.25rem; }}
header {{ display: flex; flex-wrap: wrap; gap: 0.75rem 2rem; align-items: baseline; justify-content: space-between; }}
header strong {{ font-size: 1.25rem; }}
nav ul {{ display: flex; flex-wrap: wrap; gap: 0.5rem 1.25rem; margin: 0; padding: 0; list-style: none; }}
a {{ color: var(--accent); text-underline-offset: 0.2em; }}
a[aria-current] {{ color: inherit; font-weight: 600; text-decoration: none; }}
a:focus-visible {{ outline: 3px solid var(--accent); outline-offset: 3px; }}
h1 {{ font-size: clamp(2rem, 6vw, 3.25rem); line-height: 1.15; margin: 1rem 0; overflow-wrap: anywhere; }}
.lead {{ font-size: 1.25rem; max-width: 42rem; }}
.cards {{ display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(14rem, 1fr)); padding: 0; }}
.cards li {{ list-style: none; background: var(--panel); border-radius: 0.75rem; padding: 1.25rem; }}
.skip {{ position: absolute; left: -100vw; }}
.skip:focus {{ left: 1rem; top: 1rem; background: var(--panel); padding: 0.5rem 1rem; }}
footer {{ border-top: 1px solid var(--panel); font-size: 0.9375rem; }}
"""


def _page(form: SiteForm, names: list[str], index: int) -> str:
    words, page = _WORDS[form.language], form.pages[index]
    title = form.name if index == 0 else f"{page} · {form.name}"
    description = form.purpose if index == 0 else words["page_of"].format(page=page, name=form.name)
    links = "".join(
        f'<li><a href="{escape(name)}"{" aria-current=" + chr(34) + "page" + chr(34) if at == index else ""}>'
        f"{escape(label)}</a></li>"
        for at, (label, name) in enumerate(zip(form.pages, names, strict=True))
    )
    footer = words["footer"].format(name=form.name, purpose=form.purpose)
    return f"""\
<!doctype html>
<html lang="{form.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<meta name="description" content="{escape(description)}">
<link rel="stylesheet" href="style.css">
</head>
<body>
<a class="skip" href="#content">{escape(words["skip"])}</a>
<header>
<strong>{escape(form.name)}</strong>
<nav aria-label="{escape(words["menu"])}"><ul>{links}</ul></nav>
</header>
<main id="content">
{_content(form, names, index)}
</main>
<footer>{escape(footer)}</footer>
</body>
</html>
"""


def _content(form: SiteForm, names: list[str], index: int) -> str:
    words, page = _WORDS[form.language], form.pages[index]
    if index == 0:
        return _home(form, names)
    lines = [f"<h1>{escape(page)}</h1>"]
    if _CONTACT.search(page):
        lines.append(f'<p class="lead">{escape(words["contact" if form.email else "contact_none"])}</p>')
        if form.email:
            label = words["write"].format(email=form.email)
            lines.append(f'<p><a href="mailto:{escape(form.email)}">{escape(label)}</a></p>')
    elif _ABOUT.search(page):
        about = words["about"].format(name=form.name, purpose=form.purpose)
        lines += [f"<h2>{escape(words['about_next'])}</h2>", f'<p class="lead">{escape(about)}</p>']
    else:
        said = words["page_of"].format(page=page, name=form.name)
        lines += [f'<p class="lead">{escape(said)}</p>', f"<p>{escape(form.purpose)}</p>"]
    back = words["home"].format(page=form.pages[0])
    return "\n".join([*lines, f'<p><a href="index.html">{escape(back)}</a></p>'])


def _home(form: SiteForm, names: list[str]) -> str:
    words = _WORDS[form.language]
    lines = [f"<h1>{escape(form.name)}</h1>", f'<p class="lead">{escape(form.purpose)}</p>']
    if form.audience:
        lines.append(f"<p>{escape(words['for'].format(audience=form.audience))}</p>")
    cards = "".join(
        f'<li><h3>{escape(page)}</h3><p><a href="{escape(name)}">{escape(words["more"].format(page=page))}</a></p></li>'
        for page, name in zip(form.pages[1:], names[1:], strict=True)
    )
    if cards:
        lines += [f"<h2>{escape(words['what'])}</h2>", f'<ul class="cards">{cards}</ul>']
    return "\n".join(lines)
