"""A definition as YAML. What is written reads back as the very same JSON, whatever the texts look like.

Of YAML only what JSON has is read: no tags, no anchors, no dates, no `yes` for true.
"""

import math
import re
from typing import Any

import yaml

from openclaw.domains.workflows.language.limits import MAX_DEFINITION_BYTES, MAX_JSON_DEPTH

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ORDER = (
    "openclaw name description input secrets timeout id type config when next_steps on_failure retries"
    " default cases items while as max_iterations concurrency on_error wait steps branches output layout"
).split()
_RESOLVERS = (
    ("tag:yaml.org,2002:bool", r"true|false", "tf"),
    ("tag:yaml.org,2002:int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("tag:yaml.org,2002:float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", "-0123456789"),
    ("tag:yaml.org,2002:null", r"null|~|", ["n", "~", ""]),
)


class _Reader(_Loader):  # type: ignore[misc,valid-type]
    """Reads the core of YAML that JSON has."""


class _Writer(yaml.SafeDumper):
    """Writes what `_Reader` reads; what would be read as something else is quoted."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002, ANN401, RUF100
        """Never a reference: the same list twice is two lists."""
        return True


for _class in (_Reader, _Writer):
    _class.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _RESOLVERS:
    _Reader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), _first)
    _Writer.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), _first)


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str):
            raise yaml.MarkedYAMLError(problem="keys must be texts", problem_mark=key_node.start_mark)
        if key in found:
            raise yaml.MarkedYAMLError(problem=f"{key!r} is given twice", problem_mark=key_node.start_mark)
        found[key] = loader.construct_object(value_node, deep=True)
    return found


def _float(writer: yaml.SafeDumper, value: float) -> yaml.ScalarNode:
    return writer.represent_scalar("tag:yaml.org,2002:float", repr(value))


def _text(writer: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    is_block = "\n" in value and not re.search(
        r"[^\S\n]\n|\n[^\S\n]|^\s|[^\n\x20-\x7e\u00a0-\ud7ff]|\s$", value
    )
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style="|" if is_block else None)


_Reader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Reader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node)))
_Reader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(loader.construct_scalar(node)))
_Writer.add_representer(float, _float)
_Writer.add_representer(str, _text)


def in_order(value: Any) -> Any:
    """The same data with the fields of the language where people look for them; databases keep no order of keys."""
    if isinstance(value, list):
        return [in_order(item) for item in value]
    if not isinstance(value, dict):
        return value
    known = [name for name in _ORDER if name in value]
    return {name: in_order(value[name]) for name in [*known, *(n for n in value if n not in _ORDER)]}


def to_yaml(definition: Any) -> str:
    """JSON data as YAML."""
    return yaml.dump(
        definition, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=100, default_flow_style=False
    )


def from_yaml(text: str) -> Any:
    """The JSON data in a YAML text. Raises ValueError, with the line."""
    if len(text.encode("utf-8", "replace")) > MAX_DEFINITION_BYTES * 2:
        raise ValueError(f"the text is over the limit of {MAX_DEFINITION_BYTES * 2:,} bytes")
    try:
        _check_events(text)
        data = yaml.load(text, Loader=_Reader)  # noqa: S506  (a SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise ValueError(f"{where}{error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise ValueError(str(error).splitlines()[0][:200]) from None
    _check_numbers(data)
    return data


def _check_events(text: str) -> None:
    """Refuse what JSON has not before anything is built: aliases multiply, tags make objects."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        problem = None
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            problem = "anchors and aliases are not read"
        elif getattr(event, "tag", None):
            problem = "tags are not read"
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_JSON_DEPTH:
                problem = f"is nested deeper than {MAX_JSON_DEPTH}"
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if problem:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=event.start_mark)


def _check_numbers(value: Any) -> None:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, float) and not math.isfinite(item):
            raise ValueError("a number is too large")
        if isinstance(item, int) and abs(item) >= 2**63:
            raise ValueError("a number is too large")
        if isinstance(item, dict):
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
