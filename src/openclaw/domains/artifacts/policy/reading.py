"""What people would read of a file: its text without markup."""

import re
from html.parser import HTMLParser

_UNREAD = frozenset({"script", "style", "template", "noscript"})
_MARKUP = re.compile(r"[#*_`>|~\[\]]+")
_MOST = 40_000


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._inside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._inside += 1
        self.found.extend(value for name, value in attrs if name in ("alt", "title") and value)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD and self._inside:
            self._inside -= 1

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.found.append(data)


def words_in(media_type: str, text: str) -> str:
    """The words of a page, a drawing, Markdown or a plain text, in order; nothing of scripts and style sheets."""
    if media_type in ("text/html", "image/svg+xml", "application/xml"):
        parser = _Words()
        parser.feed(text[: _MOST * 10])
        text = " ".join(parser.found)
    elif media_type == "text/markdown":
        text = _MARKUP.sub(" ", text)
    elif media_type in ("text/css", "text/javascript", "application/json"):
        return ""
    return " ".join(text.split())[:_MOST]
