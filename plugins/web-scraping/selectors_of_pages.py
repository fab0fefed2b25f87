"""CSS selectors: type, `*`, #id, .class, [attribute op value], :first-child, :last-child, :nth-child(n), :not(…),
:contains("text"), the combinators ` `, `>`, `+`, `~`, and lists."""

import re
from collections.abc import Callable, Iterator

from tree import Element

from openclaw.sdk import PluginError

Test = Callable[[Element], bool]
_PART = re.compile(
    r"""\s*(?P<combinator>[>+~,])\s*|(?P<space>\s+)|(?P<star>\*)|(?P<name>[A-Za-z][A-Za-z0-9-]*)
    |\#(?P<id>[\w-]+)|\.(?P<cls>[\w-]+)
    |\[\s*(?P<attribute>[\w:-]+)\s*(?:(?P<op>[~|^$*]?=)\s*(?P<value>"[^"]*"|'[^']*'|[^\]\s]+)\s*)?\]
    |:(?P<pseudo>[a-z-]+)(?:\((?P<argument>(?:[^()"']|"[^"]*"|'[^']*')*)\))?""",
    re.VERBOSE,
)
_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "=": lambda found, wanted: found == wanted,
    "~=": lambda found, wanted: wanted in found.split(),
    "|=": lambda found, wanted: found == wanted or found.startswith(wanted + "-"),
    "^=": lambda found, wanted: bool(wanted) and found.startswith(wanted),
    "$=": lambda found, wanted: bool(wanted) and found.endswith(wanted),
    "*=": lambda found, wanted: bool(wanted) and wanted in found,
}


class _Compound:
    """Tests of one element, and how it stands to the compound before it."""

    def __init__(self, combinator: str) -> None:
        self.combinator = combinator
        self.tests: list[Test] = []

    def fits(self, element: Element) -> bool:
        return all(test(element) for test in self.tests)


def select(root: Element, selector: str) -> list[Element]:
    """Every element that fits, in the order of the page. Raises PluginError: ``bad_selector``."""
    chains = list(_chains(selector))
    return [element for element in root.all() if any(_fits(element, chain) for chain in chains)]


def _chains(selector: str) -> Iterator[list[_Compound]]:
    chain = [_Compound("")]
    position = 0
    text = selector.strip()
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            raise _bad(selector)
        position = found.end()
        if found["combinator"] == ",":
            yield _checked(chain, selector)
            chain = [_Compound("")]
        elif found["combinator"] or found["space"]:
            chain.append(_Compound(found["combinator"] or " "))
        else:
            chain[-1].tests.append(_test(found, selector))
    yield _checked(chain, selector)


def _checked(chain: list[_Compound], selector: str) -> list[_Compound]:
    if not all(compound.tests for compound in chain):
        raise _bad(selector)
    return chain


def _bad(selector: str) -> PluginError:
    return PluginError("bad_selector", f"{selector[:200]!r} is not a selector that is understood.")


def _test(found: re.Match[str], selector: str) -> Test:
    if found["star"]:
        return lambda _: True
    if name := found["name"]:
        return lambda element: element.name == name.lower()
    if wanted := found["id"]:
        return lambda element: element.attributes.get("id") == wanted
    if cls := found["cls"]:
        return lambda element: cls in element.attributes.get("class", "").split()
    if attribute := found["attribute"]:
        return _attribute_test(attribute.lower(), found["op"], (found["value"] or "").strip("\"'"))
    return _pseudo_test(found["pseudo"], found["argument"] or "", selector)


def _attribute_test(name: str, operator: str | None, wanted: str) -> Test:
    if operator is None:
        return lambda element: name in element.attributes
    compare = _OPERATORS[operator]
    return lambda element: name in element.attributes and compare(element.attributes[name], wanted)


def _pseudo_test(name: str, argument: str, selector: str) -> Test:
    if name == "first-child":
        return lambda element: _siblings(element)[0] is element
    if name == "last-child":
        return lambda element: _siblings(element)[-1] is element
    if name == "nth-child" and argument.strip().isdigit():
        number = int(argument)
        return lambda element: _siblings(element).index(element) + 1 == number
    if name == "contains" and argument:
        wanted = argument.strip().strip("\"'")
        return lambda element: wanted in element.text()
    if name == "not" and argument:
        chains = list(_chains(argument))
        return lambda element: not any(_fits(element, chain) for chain in chains)
    raise _bad(selector)


def _siblings(element: Element) -> list[Element]:
    assert element.parent is not None
    return element.parent.elements


def _fits(element: Element, chain: list[_Compound]) -> bool:
    if not chain[-1].fits(element):
        return False
    if len(chain) == 1:
        return True
    return any(_fits(other, chain[:-1]) for other in _related(element, chain[-1].combinator))


def _related(element: Element, combinator: str) -> Iterator[Element]:
    parent = element.parent
    if parent is None:
        return
    if combinator in {" ", ">"}:
        while parent is not None and parent.name:
            yield parent
            parent = parent.parent if combinator == " " else None
        return
    before = parent.elements[: parent.elements.index(element)]
    yield from before[-1:] if combinator == "+" else before
