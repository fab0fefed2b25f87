"""HTML as a tree, read as forgivingly as pages are written."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
# A tag that ends an open one of the same kind: authors leave `</li>` and `</td>` out.
_ENDS = {
    "li": {"li"},
    "option": {"option"},
    "p": {"p"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"td", "th", "tr"},
    "tbody": {"td", "th", "tr", "thead", "tbody"},
}
_WALLS = frozenset("ul ol table select dl div section article".split())
_UNSEEN = frozenset({"script", "style", "template", "noscript"})
_DEEPEST = 400


@dataclass(eq=False)
class Element:
    """One element; ``children`` are elements and texts."""

    name: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def elements(self) -> "list[Element]":
        return [child for child in self.children if isinstance(child, Element)]

    def all(self) -> "Iterator[Element]":
        """Every element below, in the order of the page."""
        waiting = self.elements[::-1]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += element.elements[::-1]

    def text(self) -> str:
        """What a reader sees, its white space folded."""
        parts: list[str] = []
        waiting: list[Element | str] = [self]
        while waiting:
            node = waiting.pop()
            if isinstance(node, str):
                parts.append(node)
            elif node.name not in _UNSEEN:
                waiting += node.children[::-1]
        return " ".join("".join(parts).split())


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._close_implied(tag)
        parent = self._open[-1]
        element = Element(tag, {name: value or "" for name, value in attrs}, parent)
        parent.children.append(element)
        if tag not in VOID and len(self._open) < _DEEPEST:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        names = [element.name for element in self._open]
        if tag in names[1:]:
            del self._open[len(names) - names[::-1].index(tag) - 1 :]

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)

    def _close_implied(self, tag: str) -> None:
        ends = _ENDS.get(tag, ())
        outermost = len(self._open)
        for index in range(len(self._open) - 1, 0, -1):
            name = self._open[index].name
            if name in _WALLS:
                break
            if name in ends:
                outermost = index
        del self._open[outermost:]


def parse(html: str) -> Element:
    """The page's root, whose only children are the page's outermost elements and texts."""
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.root
