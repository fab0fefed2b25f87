"""The language without a run: what is a workflow, what is wrong with it, its text form, its expressions."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openclaw.domains.workflows.language import expressions, faults, texts, yaml_text
from openclaw.domains.workflows.language.checks import find_problems
from openclaw.domains.workflows.language.failures import StepError
from openclaw.domains.workflows.language.schema import language_schema
from openclaw.domains.workflows.language.values import masked, references, reveal
from openclaw.infra.json_schema import data_errors, schema_error
from openclaw.kit.differences import differences
from tests.domains.workflows.running import definition, expr, step, transform
from tests.domains.workflows.strategies import definitions

RULES = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abc:# -'\"\n{}$~é", max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def codes(raw: Any) -> set[tuple[str, str]]:
    return {(problem.path, problem.code) for problem in find_problems(raw)}


def same(one: Any, other: Any) -> bool:
    return repr(one) == repr(other)  # 1, 1.0 and True are equal, and not the same


@given(JSON)
@RULES
def test_any_json_is_the_same_after_yaml(value: Any) -> None:
    assert same(yaml_text.from_yaml(yaml_text.to_yaml({"value": value})), {"value": value})


@given(definitions(), JSON)
@RULES
def test_text_and_definition_are_one(raw: dict[str, Any], value: Any) -> None:
    raw["variables"] = {"any": value}
    text = yaml_text.to_yaml(raw)
    assert same(yaml_text.from_yaml(text), raw)
    assert yaml_text.to_yaml(yaml_text.from_yaml(text)) == text
    assert differences(raw, yaml_text.from_yaml(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "no",
        "on",
        "1_000",
        "0x1F",
        "010",
        "1:30",
        "2026-01-01",
        "~",
        "null",
        "",
        "1e5",
        "- a",
        "!x",
        "&a",
        "*a",
    ],
)
def test_texts_that_yaml_might_take_for_something_else(text: str) -> None:
    assert yaml_text.from_yaml(yaml_text.to_yaml([text])) == [text]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: &x [1]\nb: *x", "anchors"),
        ("a: !!python/object:os.system {}", "tags"),
        ("a: 1\na: 2", "twice"),
        ("1: 2", "keys"),
        ("[" * 50 + "]" * 50, "nested"),
        ("a: 1e999", "too large"),
        ("a: [", "line"),
        ("x" * 600_000, "limit"),
    ],
)
def test_yaml_that_is_more_than_json_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        yaml_text.from_yaml(text)


def test_every_problem_is_told_at_once_with_its_path() -> None:
    raw = definition(
        step("plugin", "a", {"plugin": ""}, next_steps=["nobody"]),
        transform("a"),
        transform("b", expr("1 +")),
        transform("c", {"x": [expr("steps.z.output + unheard")]}),
        step("delay", "d", {}, retries={"max": 1}),
        step("approval", "e", {"message": "{{ 9 ** 9 }}"}, on_failure="f"),
        transform("g", next_steps=["f"]),
        transform("f", {"$secret": "KEY"}),
        step("loop", "h", {"items": [], "while": "true", "steps": [step("nonsense", "i")]}),
        step("http", "j", {"url": "x", "headers": {"k": {"$secret": "KEY"}}}),
        input={"type": "nothing"},
        layout={"ghost": {"x": 0, "y": 0}},
    )
    assert codes(raw) == {
        ("$.steps[0].config.plugin", "shape"),
        ("$.steps[0].next_steps[0]", "unknown_step"),
        ("$.steps[1].id", "duplicate_id"),
        ("$.steps[2].config.set.$expr", "expression"),
        ("$.steps[3].config.set.x[0].$expr", "unknown_step"),
        ("$.steps[3].config.set.x[0].$expr", "unknown_name"),
        ("$.steps[4].config", "shape"),
        ("$.steps[4].retries", "shape"),
        ("$.steps[5].config.message", "text"),
        ("$.steps[5].on_failure", "handler_in_flow"),
        ("$.steps[7].config.set.$secret", "secret_not_here"),
        ("$.steps[8].config", "shape"),
        ("$.steps[8].config.steps[0]", "shape"),
        ("$.steps[9].config.headers.k.$secret", "unknown_secret"),
        ("$.input", "schema"),
        ("$.layout.ghost", "unknown_step"),
    }


@pytest.mark.parametrize(
    "raw",
    [None, [], 5, {}, {"steps": 1}, {"steps": [None, 1, {"id": 5}]}, {"steps": [{"id": "a", "config": []}]}],
)
def test_whatever_it_is_the_answer_is_problems(raw: Any) -> None:
    assert find_problems(raw)


def test_limits_have_words_of_their_own() -> None:
    steps = [transform(f"s{n}") for n in range(257)]
    assert ("$.steps", "too_many_steps") in codes(definition(*steps))
    assert codes(definition(*steps[:256])) == set()
    assert ("$", "too_large") in codes(definition(transform("a", "x" * 300_000)))
    nested = transform("leaf")
    for level in range(10):
        nested = step("loop", f"l{level}", {"items": [], "steps": [nested]})
    assert any(code == "too_deep" for _, code in codes(definition(nested)))
    deep: Any = 1
    for _ in range(40):
        deep = [deep]
    assert codes(definition(transform("a", deep))) == {("$", "too_deep")}


def test_definitions_made_to_take_long_are_answered_quickly() -> None:
    """Without the counts first this takes minutes, and the time limit of tests ends it."""
    dense = [transform(f"s{n}", next_steps=[f"s{m}" for m in range(n + 1, 256)]) for n in range(256)]
    assert codes(definition(*dense)) == {("$.steps", "too_many_edges")}
    chain = [transform(f"s{n}", next_steps=[f"s{n + 1}"]) for n in range(2000)]
    assert codes(definition(*chain)) == {("$.steps", "too_many_steps")}


def test_a_step_cannot_read_what_has_not_ended_before_it() -> None:
    raw = definition(transform("a", expr("steps.b.output"), next_steps=["b"]), transform("b"))
    assert codes(raw) == {("$.steps[0].config.set.$expr", "unknown_step")}
    raw = definition(transform("a", next_steps=["b"]), transform("b", expr("steps.a.output")))
    assert codes(raw) == set()


def test_handlers_that_multiply_are_refused_quickly() -> None:
    levels = [
        step(
            "http",
            f"{side}{n}",
            {"url": "x"},
            on_failure=f"a{n + 1}",
            next_steps=[f"b{n}"] if side == "a" else [],
        )
        for n in range(60)
        for side in "ab"
    ]
    found = codes(definition(*levels, transform("a60")))
    assert any(code == "too_deep" for _, code in found)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("input.n + 1", 6),
        ("input.list.map(x, x * 2)", [2, 4, 6]),
        ("'yes' if_not", None),
        ("timestamp('2026-01-01T00:00:00Z') + duration('1h')", "2026-01-01T01:00:00Z"),
        ("input.n > 3 ? 'large' : 'small'", "large"),
    ],
)
def test_expressions(source: str, value: Any) -> None:
    names = {"input": {"n": 5, "list": [1, 2, 3]}}
    if value is None:
        assert expressions.syntax_error(source)
    else:
        assert expressions.evaluate(source, names) == value


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("input.nothing", "nothing"),
        ("input.n + 'x'", "types"),
        ("1 / 0", "zero"),
        ("{1: 2}", "texts"),
        ("1.0 / 0.0", "not a number"),
        ("input.list.//\nmap(a, input.list./* */", "not possible"),
        (
            "r'\\' + input.list.map(a, input.list.map(b, input.list.map(c, '1')))[0][0][0] + '\\''",
            "limit|types",
        ),
        ("input.list.//\nmap(a, input.list.//\nmap(b, input.list.//\nmap(c, 1)))", "limit"),
        ("input.list.repeat(5)", "no function"),
        ("input.list.map(a, input.list.map(b, input.list.map(c, 1)))", "limit"),
        ("input.text" + " + input.text" * 100, "limit"),
    ],
)
def test_expressions_that_fail_or_cost_too_much(source: str, words: str) -> None:
    names = {"input": {"n": 1, "list": list(range(1000)), "text": "x" * 1_000_000}}
    with pytest.raises(StepError, match=words):
        expressions.evaluate(source, names)


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ range(999999999) }}",
        "{{ '%1000000000d' % 1 }}",
        "{% set a = 'x' %}",
        "{% for a in l recursive %}{% endfor %}",
        "{{ x|attr('y') }}",
        "{% include 'x' %}",
        "{{ 'x'|center(1000000000) }}",
        "{% macro a() %}{% endmacro %}",
        "{{ ",
        "{{ big|join(big) }}",
        "{{ " + "~".join(["big"] * 100) + " }}",
    ],
)
def test_texts_that_could_grow_or_reach_are_refused(source: str) -> None:
    with pytest.raises(StepError):
        texts.render(source, {"x": {}, "l": [], "big": "x" * 1_000_000})


def test_words_of_the_library_that_are_cut_say_so() -> None:
    said = faults.of_value(RuntimeError("of no kind " * 40), "a", "a", frozenset())
    assert len(said) == 300
    assert said.endswith("…")


def test_texts() -> None:
    names = {"item": {"name": "Ann", "list": ["a", "b"]}}
    source = "{% for x in item.list %}{{ x|upper }}{% if not loop.last %}, {% endif %}{% endfor %} {{ item['name'] }}"
    assert texts.syntax_error(source) is None
    assert texts.render(source, names) == "A, B Ann"
    with pytest.raises(StepError, match="unknown"):
        texts.render("{{ item.unknown }}", names)
    with pytest.raises(StepError, match="limit"):
        texts.render("{{ a }}" * 5, {"a": "x" * 100_000})
    with pytest.raises(StepError, match="limit"):
        texts.render("{% for a in l %}{% for b in l %}x{% endfor %}{% endfor %}", {"l": list(range(1000))})


def test_secrets_are_put_in_late_and_taken_out_of_what_comes_back() -> None:
    key = {"$secret": "KEY"}
    config = {"headers": {"Authorization": key}, "url": "x", "body": {"$expr": "input"}, "list": [key, 1]}
    inputs = config | {"body": {"b": key, "l": [key]}}
    assert references(config, inputs) == {"KEY"}
    revealed = reveal(config, inputs, {"KEY": "s3cret"}.__getitem__)
    assert revealed["headers"] == {"Authorization": "s3cret"}
    assert revealed["list"] == ["s3cret", 1]
    assert revealed["body"] == inputs["body"], "what came with data is data, whatever its form"
    assert references({"body": {"$expr": "input"}}, {"body": key}) == set()
    came = {"echo": ["Bearer s3cret"], "s3cret": 1}
    assert masked(came, {"KEY": "s3cret"}) == {"echo": ["Bearer [KEY]"], "[KEY]": 1}


@pytest.mark.parametrize("told", ['pä"s/s', 'p\\u00e4\\"s/s', "p%C3%A4%22s%2Fs", "cMOkInMvcw=="])
def test_a_secret_is_taken_out_however_it_is_spelled(told: str) -> None:
    assert masked(f"<{told}>", {"KEY": 'pä"s/s'}) == "<[KEY]>"


def test_names_in_texts_are_the_datas_own() -> None:
    data = {"input": {"items": ["a"], "keys": 1, "text": "x", "values": None}}
    assert texts.render("{{ input.items[0] }}{{ input.keys }}{{ input['values'] }}", data) == "a1None"
    for method in ("input.get", "input['pop']", "input.text.upper", "input.items.count"):
        with pytest.raises(StepError, match="has no"):
            texts.render(f"{{{{ {method} }}}}", data)


@pytest.mark.parametrize(
    "reference", ["http://127.0.0.1:1/x", "file:///etc/passwd", "https://example.com/schema"]
)
def test_schemas_of_tenants_fetch_nothing(reference: str) -> None:
    assert schema_error({"$ref": reference})


def test_schemas_of_tenants_do_not_run_for_ever() -> None:
    assert data_errors({"pattern": "^(a+)+$"}, "a" * 40 + "!")
    assert data_errors({"properties": {"n": {"type": "integer"}}}, {"n": "x"})[0][0] == "$.n"


@given(definitions())
@RULES
def test_the_published_schema_takes_every_workflow(raw: dict[str, Any]) -> None:
    assert data_errors(language_schema(), raw) == []


def test_the_published_schema_refuses_what_is_none() -> None:
    assert schema_error(language_schema()) is None
    for wrong in ({}, definition(), definition(step("nothing", "a")), definition(transform("not an id"))):
        assert data_errors(language_schema(), wrong)


def test_the_examples_are_workflows_in_every_form(root: Path) -> None:
    files = sorted((root / "examples").glob("*.yaml"))
    assert len(files) >= 12
    for file in files:
        raw = yaml_text.from_yaml(file.read_text())
        assert find_problems(raw) == [], file.name
        assert data_errors(language_schema(), raw) == [], file.name
        assert yaml_text.from_yaml(yaml_text.to_yaml(raw)) == raw


def test_differences_name_steps_by_id() -> None:
    before = definition(transform("a", 1), transform("b", {"x": 1}))
    after = definition(transform("b", {"x": 2, "y": 3}), transform("c"))
    found = {(change.kind, change.path) for change in differences(before, after)}
    assert found == {
        ("removed", "$.steps.a"),
        ("changed", "$.steps.b.config.set.x"),
        ("added", "$.steps.b.config.set.y"),
        ("added", "$.steps.c"),
    }
    assert differences(before, before) == []
