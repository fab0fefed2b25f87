"""Texts with ``{{ … }}``: Jinja for text only, cut down to what cannot grow without bound or reach anything.

The template language can multiply, call and assign, and so make gigabytes out of ten characters. What is left here
names values, tests, loops over them and passes them through a few filters; the result has a limit.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes
from jinja2.runtime import LoopContext, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

MAX_TEXT = 20_000  # characters of a text with {{ … }}
MAX_RENDERED = 262_144  # characters of what such a text becomes
_FILTERS = frozenset(
    "abs capitalize default d escape e first float int join last length count lower round sort string title tojson"
    " trim truncate unique upper".split()
)
_TESTS = frozenset("defined none string number mapping sequence true false boolean integer float".split())
_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.Filter,
    nodes.Test,
    nodes.For,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Concat,
)
_NAMES = {
    nodes.Call: "a call",
    nodes.Mul: "*",
    nodes.Pow: "**",
    nodes.Mod: "%",
    nodes.Assign: "set",
    nodes.AssignBlock: "set",
}
_MAX_VISITS = 100_000
_MAX_CHARACTERS = 64 * 1_048_576


class _Environment(ImmutableSandboxedEnvironment):
    """Names are those of the data: a field called ``items`` is that field, and nothing has methods."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """``obj.attribute``."""
        return (
            super().getattr(obj, attribute) if isinstance(obj, LoopContext) else self.getitem(obj, attribute)
        )

    def getitem(self, obj: Any, argument: Any) -> Any:
        """``obj[argument]``."""
        if isinstance(obj, Undefined):
            return super().getitem(obj, argument)
        try:
            return obj[argument]
        except (TypeError, LookupError):
            return self.undefined(obj=obj, name=argument)


def _environment() -> ImmutableSandboxedEnvironment:
    # What is made is text for a program, a person's terminal or a model, never HTML: nothing is to be escaped.
    environment = _Environment(undefined=StrictUndefined, autoescape=False)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    environment.tests = {name: environment.tests[name] for name in _TESTS}
    return environment


_ENVIRONMENT = _environment()


@lru_cache(maxsize=512)
def _compiled(source: str) -> Template:
    return _ENVIRONMENT.from_string(source)


def syntax_error(source: str) -> str | None:
    """What is wrong with a text as such, in one line; None when nothing is."""
    if len(source) > MAX_TEXT:
        return f"is over the limit of {MAX_TEXT:,} characters"
    try:
        tree = _ENVIRONMENT.parse(source)
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _NODES):
                return f"{_NAMES.get(type(node), type(node).__name__.lower())} is not possible in a text"
            if isinstance(node, nodes.For) and (node.recursive or node.test):
                return "a loop in a text takes neither a condition nor `recursive`"
        if _depth(tree) > 2:
            return "loops in a text may be nested twice at most"
        _compiled(source)
    except (TemplateError, RecursionError, SyntaxError) as error:
        return str(error).splitlines()[0][:200] if str(error) else "cannot be read"
    return None


def roots_of(source: str) -> set[str]:
    """The names that a well-formed text starts from, those of its loops left out."""
    own = {"loop"}
    found: set[str] = set()
    for node in _ENVIRONMENT.parse(source).find_all(nodes.Name):
        (own if node.ctx != "load" else found).add(node.name)
    return found - own


class TextError(ValueError):
    """A text could not be worked out; the message says why. ``limit``: the limit that it met, if that is why."""

    def __init__(self, message: str, *, limit: int | None = None) -> None:
        super().__init__(message)
        self.limit = limit


def render(source: str, names: Mapping[str, Any]) -> str:
    """The text with its values put in. Raises TextError."""
    if "{" not in source:
        return source
    if (wrong := syntax_error(source)) is not None:
        raise TextError(wrong)
    known = {name: names[name] for name in roots_of(source) if name in names}
    _check_cost(source, known)
    pieces: list[str] = []
    length = 0
    try:
        for piece in _compiled(source).generate(known):
            length += len(piece)
            if length > MAX_RENDERED:
                raise TextError("The text", limit=MAX_RENDERED)
            pieces.append(piece)
    except TextError:
        raise
    except RecursionError:
        raise TextError("is nested too deeply") from None
    except Exception as error:  # noqa: BLE001  (whatever a filter raises, it is the text's fault)
        raise TextError(str(error)[:300]) from None
    return "".join(pieces)


def _check_cost(source: str, known: Mapping[str, Any]) -> None:
    """What one piece of the text could grow to, bounded from the sizes of the data before anything is rendered."""
    longest, widest = sizes(known)
    tree = _ENVIRONMENT.parse(source)
    if (widest + 1) ** _depth(tree) > _MAX_VISITS:
        raise TextError("What the text would look at", limit=_MAX_VISITS)
    joins = sum(1 for node in tree.find_all(nodes.Filter) if node.name == "join")
    parts = sum(len(node.nodes) for node in tree.find_all(nodes.Concat))
    if max(longest, widest) ** (joins + 1) * (parts + 1) > _MAX_CHARACTERS:
        raise TextError("What the text would make", limit=_MAX_CHARACTERS)


def sizes(value: Any) -> tuple[int, int]:
    """The longest text and the largest collection in ``value``."""
    longest = widest = 0
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            longest = max(longest, len(item))
        elif isinstance(item, Mapping):
            if item is not value:
                widest = max(widest, len(item))
            stack.extend(item.values())
        elif isinstance(item, list):
            widest = max(widest, len(item))
            stack.extend(item)
    return longest, widest


def _depth(node: nodes.Node) -> int:
    inner = max((_depth(child) for child in node.iter_child_nodes()), default=0)
    return inner + isinstance(node, nodes.For)


def attributes_of(source: str, name: str) -> set[str]:
    """The attributes that a well-formed text reads of ``name``: ``a`` in ``{{ name.a }}``."""
    return {
        node.attr
        for node in _ENVIRONMENT.parse(source).find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == name
    }
